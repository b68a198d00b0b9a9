// Turns assignments into JSON by the type of their field.
#include "app/hq_fields.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "app/json.hpp"

namespace hqsync::app {
namespace {

enum class Operator : std::uint8_t { set, add, remove };
struct Assignment {
    std::string field;
    std::string part;  ///< of an address
    Operator how = Operator::set;
    std::string value;
};

Fault wrong(std::string detail) {
    return {.reach = Reach::configuration, .code = "hq.assignment", .detail = std::move(detail)};
}

constexpr std::array<std::string_view, 11> address_parts = {
    "City",    "Street", "HouseNumber", "ZipCode", "AddressLine2", "Description",
    "Country", "Phone",  "Fax",         "Email",   "Website"};

Result<Assignment> split(const std::string& typed) {
    const auto equals = typed.find('=');
    if (equals == std::string::npos || equals == 0)
        return fail(wrong(fmt::format("\"{}\" is not of the form Field=Value", typed)));
    Assignment result{.field = typed.substr(0, equals), .value = typed.substr(equals + 1)};
    if (result.field.ends_with('+')) result.how = Operator::add;
    if (result.field.ends_with('-')) result.how = Operator::remove;
    if (result.how != Operator::set) result.field.pop_back();
    if (const auto dot = result.field.find('.'); dot != std::string::npos) {
        result.part = result.field.substr(dot + 1);
        result.field.resize(dot);
    }
    return result;
}

std::vector<std::string> comma_separated(std::string_view text) {
    std::vector<std::string> result;
    while (!text.empty()) {
        const auto comma = text.find(',');
        std::string element(text.substr(0, comma));
        element.erase(0, element.find_first_not_of(' '));
        element.erase(element.find_last_not_of(' ') + 1);
        if (!element.empty()) result.push_back(std::move(element));
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    }
    return result;
}

bool is_id(std::string_view text) {
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    return error == std::errc{} && end == text.data() + text.size() && id > 0;
}

std::string_view key_of(FieldType type) {
    if (type == FieldType::members) return "UserId";
    return type == FieldType::types ? "Name" : "Id";
}

bool is_list(FieldType type) {
    return type == FieldType::references || type == FieldType::members || type == FieldType::types;
}

/// What the list holds now, as it would be typed.
std::vector<std::string> elements_in(const std::string& record, const FieldName& field) {
    simdjson::dom::parser parser;
    simdjson::dom::array array;
    std::vector<std::string> result;
    if (parser.parse(record)[field.name].get_array().get(array) != simdjson::SUCCESS) return result;
    for (const auto element : array) {
        std::int64_t id = 0;
        std::string_view text;
        if (element[key_of(field.type)].get(id) == simdjson::SUCCESS)
            result.push_back(fmt::to_string(id));
        else if (element[key_of(field.type)].get(text) == simdjson::SUCCESS)
            result.emplace_back(text);
    }
    return result;
}

std::map<std::string, std::string> address_in(const std::string& record, const FieldName& field) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    std::map<std::string, std::string> result;
    if (parser.parse(record)[field.name].get_object().get(object) != simdjson::SUCCESS)
        return result;
    for (const auto part : object)
        result[std::string(part.key)] = simdjson::minify(part.value);
    return result;
}

std::string quoted(const std::string& text) {
    Json json;
    json.value(text);
    return json.text();
}

Result<std::string> list_value(const FieldName& field, const Assignment& assignment,
                               const std::string& current) {
    auto typed = comma_separated(assignment.value);
    const bool ids = field.type != FieldType::types;
    for (const auto& element : typed)
        if (ids && !is_id(element))
            return fail(wrong(fmt::format("{} takes ids with commas between; \"{}\" is none",
                                          field.name, element)));
    auto elements =
        assignment.how == Operator::set ? std::vector<std::string>{} : elements_in(current, field);
    for (const auto& element : typed) {
        const bool there = std::ranges::find(elements, element) != elements.end();
        if (assignment.how == Operator::remove) {
            if (!there) return fail(wrong(fmt::format("{} does not hold {}", field.name, element)));
            std::erase(elements, element);
        } else if (!there) {
            elements.push_back(element);
        }
    }
    std::string json = "[";
    for (const auto& element : elements) {
        if (json.size() > 1) json += ",";
        json += fmt::format(R"({{"{}":{}}})", key_of(field.type), ids ? element : quoted(element));
    }
    return json + "]";
}

Result<std::string> address_value(const FieldName& field, const Assignment& assignment,
                                  const std::string& current) {
    if (assignment.part.empty()) {
        if (assignment.value.empty()) return "null";
        return fail(
            wrong(fmt::format("{0} is written part by part, like {0}.City=Bonn (or emptied "
                              "with {0}=)",
                              field.name)));
    }
    if (std::ranges::find(address_parts, assignment.part) == address_parts.end())
        return fail(wrong(fmt::format("{} has no part {}; it has {}", field.name, assignment.part,
                                      fmt::join(address_parts, ", "))));
    auto parts = address_in(current, field);
    parts[assignment.part] = quoted(assignment.value);
    std::string json = "{";
    for (const auto& [part, value] : parts) {
        if (json.size() > 1) json += ",";
        json += fmt::format(R"("{}":{})", part, value);
    }
    return json + "}";
}

Result<std::string> value_json(const FieldName& field, const Assignment& assignment,
                               const std::string& current) {
    if (assignment.how != Operator::set && !is_list(field.type))
        return fail(wrong(fmt::format("{} is no list: write {}=…", field.name, field.name)));
    if (!assignment.part.empty() && field.type != FieldType::address)
        return fail(wrong(fmt::format("{} has no parts", field.name)));
    const auto& value = assignment.value;
    switch (field.type) {
        case FieldType::text: return value.empty() ? std::string("null") : quoted(value);
        case FieldType::boolean:
            if (value == "true" || value == "false") return value;
            return fail(wrong(fmt::format("{} must be true or false", field.name)));
        case FieldType::reference:
            if (value.empty()) return "null";
            if (is_id(value)) return value;
            return fail(wrong(fmt::format("{} must be an id, or empty", field.name)));
        case FieldType::references:
        case FieldType::members:
        case FieldType::types: return list_value(field, assignment, current);
        case FieldType::address: return address_value(field, assignment, current);
    }
    return fail(wrong(fmt::format("{} cannot be written", field.name)));
}

}  // namespace

Result<Entity> entity_named(std::string_view text) {
    using enum Entity;
    for (const auto entity : {contact, company, project, lead, user, subsystem})
        if (name(entity) == text) return entity;
    return fail({.reach = Reach::configuration,
                 .code = "hq.entity",
                 .detail = fmt::format("\"{}\" is none of contact, company, project, lead, user, "
                                       "subsystem",
                                       text)});
}

std::string_view name(Entity entity) {
    switch (entity) {
        case Entity::contact: return "contact";
        case Entity::company: return "company";
        case Entity::project: return "project";
        case Entity::lead: return "lead";
        case Entity::user: return "user";
        case Entity::subsystem: return "subsystem";
    }
    return "unknown";
}

const std::vector<FieldName>& fields_of(Entity entity) {
    using enum FieldType;
    static const std::vector<FieldName> contact = {
        {"FirstName", text},      {"LastName", text},       {"Salutation", text},
        {"SalutationForm", text}, {"Title", text},          {"Language", text},
        {"Position", text},       {"Birthdate", text},      {"PhoneLandline", text},
        {"PhoneMobile", text},    {"CompanyId", reference}, {"DefaultAddress", address}};
    static const std::vector<FieldName> company = {{"Name", text},
                                                   {"CompanyTypes", types},
                                                   {"ResponsibleUsers", references},
                                                   {"Subsystems", references},
                                                   {"DefaultAddress", address}};
    static const std::vector<FieldName> project = {{"Name", text},
                                                   {"Number", text},
                                                   {"CompanyId", reference},
                                                   {"Members", members},
                                                   {"ContactPersons", references},
                                                   {"Subsystems", references}};
    static const std::vector<FieldName> lead = {{"Name", text},
                                                {"Number", text},
                                                {"CompanyId", reference},
                                                {"ResponsibleUserId", reference},
                                                {"ContactPersons", references},
                                                {"Subsystems", references}};
    static const std::vector<FieldName> user = {{"FirstName", text},
                                                {"LastName", text},
                                                {"UserName", text},
                                                {"EMailWork", text},
                                                {"LeavingDate", text}};
    static const std::vector<FieldName> subsystem = {{"Name", text}, {"IsMaster", boolean}};
    switch (entity) {
        case Entity::contact: return contact;
        case Entity::company: return company;
        case Entity::project: return project;
        case Entity::lead: return lead;
        case Entity::user: return user;
        case Entity::subsystem: return subsystem;
    }
    return subsystem;
}

Result<std::string> fields_json(Entity entity, const std::vector<std::string>& assignments,
                                const std::string& current) {
    // Later assignments see what earlier ones made: two parts of an address, two "+=".
    std::map<std::string, std::string> values;
    for (const auto& typed : assignments) {
        const auto assignment = split(typed);
        if (!assignment) return fail(assignment.error());
        const auto& fields = fields_of(entity);
        const auto field = std::ranges::find(fields, assignment->field, &FieldName::name);
        if (field == fields.end()) {
            std::vector<std::string_view> names;
            for (const auto& known : fields)
                names.push_back(known.name);
            return fail(wrong(fmt::format("a {} has no field {}; it has {}", name(entity),
                                          assignment->field, fmt::join(names, ", "))));
        }
        const auto earlier = values.find(assignment->field);
        const auto seen = earlier == values.end()
                              ? current
                              : fmt::format(R"({{"{}":{}}})", field->name, earlier->second);
        auto value = value_json(*field, *assignment, seen);
        if (!value) return fail(value.error());
        values[assignment->field] = std::move(*value);
    }
    std::string json = "{";
    for (const auto& [field, value] : values) {
        if (json.size() > 1) json += ",";
        json += fmt::format(R"("{}":{})", field, value);
    }
    return json + "}";
}

}  // namespace hqsync::app
