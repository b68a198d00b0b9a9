// Names are plain words: nothing has to be escaped.
#include "hqapi/metadata.hpp"

#include <map>

#include <fmt/format.h>

#include "hqapi/model.hpp"

namespace hqsync::hqapi {

namespace {

std::string_view edm_type(Kind kind) {
    switch (kind) {
        case Kind::text: return "Edm.String";
        case Kind::integer: return "Edm.Int32";
        case Kind::number: return "Edm.Double";
        case Kind::boolean: return "Edm.Boolean";
        case Kind::instant:
        case Kind::date: return "Edm.DateTimeOffset";
    }
    return "";
}

using Entities = std::map<std::string_view, const Entity*>;

void collect(Entities& found, const Entity& entity) {
    if (!found.emplace(entity.name, &entity).second) return;
    for (const auto& navigation : entity.navigations)
        collect(found, navigation.entity());
}

std::string entity_type(const Entity& entity) {
    auto text =
        fmt::format(R"(<EntityType Name="{}"><Key><PropertyRef Name="Id"/></Key>)", entity.name);
    for (const auto& property : entity.properties) {
        text += fmt::format(R"(<Property Name="{}" Type="{}"{}/>)", property.name,
                            edm_type(property.kind),
                            property.name == "Id" ? R"( Nullable="false")" : "");
    }
    for (const auto& navigation : entity.navigations) {
        const auto type = fmt::format("hq.{}", navigation.entity().name);
        const bool is_many = navigation.cardinality == Cardinality::many;
        text += fmt::format(R"(<NavigationProperty Name="{}" Type="{}"/>)", navigation.name,
                            is_many ? fmt::format("Collection({})", type) : type);
    }
    return text + "</EntityType>";
}

std::string document() {
    Entities found;
    for (const auto& set : entity_sets())
        collect(found, set.entity());
    std::string types;
    for (const auto& [name, entity] : found)
        types += entity_type(*entity);
    std::string sets;
    for (const auto& set : entity_sets())
        sets += fmt::format(R"(<EntitySet Name="{}" EntityType="hq.{}"/>)", set.name,
                            set.entity().name);
    return fmt::format(
        R"(<?xml version="1.0" encoding="utf-8"?>)"
        R"(<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">)"
        R"(<edmx:DataServices><Schema Namespace="hq" )"
        R"(xmlns="http://docs.oasis-open.org/odata/ns/edm">{}<EntityContainer Name="Container">{})"
        R"(</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>)",
        types, sets);
}

}  // namespace

Reply metadata() {
    static const auto text = document();
    return {
        200, text, {{"Content-Type", "application/xml; charset=utf-8"}, {"OData-Version", "4.0"}}};
}

}  // namespace hqsync::hqapi
