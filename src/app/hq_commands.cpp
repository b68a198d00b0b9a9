// hqsync hq …: looking into the embedded HQ and editing it.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>
#include <simdjson.h>

#include "app/commands.hpp"
#include "app/compose.hpp"
#include "app/hq_fields.hpp"
#include "app/json.hpp"
#include "app/table.hpp"

namespace hqsync::app {
namespace {

Result<std::unique_ptr<hq::EmbeddedHq>> configured_hq(const Invocation& invocation) {
    const auto config = load_config(invocation.config);
    if (!config) return fail(config.error());
    return open_embedded(*config);
}

/// As it is now, wherever it is.
Result<SnapshotPtr> configured_snapshot(const Invocation& invocation) {
    const auto config = load_config(invocation.config);
    if (!config) return fail(config.error());
    const auto hq = open_hq(*config);
    if (!hq) return fail(hq.error());
    return (*hq)->run((*hq)->source().snapshot());
}

void print_counts(Output output, const hq::Counts& counts) {
    const std::pair<std::string_view, std::size_t> rows[] = {
        {"subsystems", counts.subsystems}, {"users", counts.users},
        {"companies", counts.companies},   {"contacts", counts.contacts},
        {"projects", counts.projects},     {"leads", counts.leads}};
    if (output == Output::json) {
        Json json;
        json.begin_object();
        for (const auto& [name, count] : rows)
            json.field(name, count);
        json.end_object();
        fmt::print("{}\n", json.text());
        return;
    }
    Table table({{"entity"}, {"records", Table::Align::right}});
    for (const auto& [name, count] : rows)
        table.add({std::string(name), fmt::to_string(count)});
    fmt::print("{}", table.text());
}

/// The batch of one edit.
std::string batch_of(std::string_view operation, Entity entity, std::optional<std::int64_t> id,
                     const std::string& fields) {
    Json json;
    json.begin_array();
    json.begin_object();
    json.field("op", operation);
    json.field("entity", name(entity));
    if (id) json.field("id", *id);
    if (!fields.empty()) json.raw_field("fields", fields);
    json.end_object();
    json.end_array();
    return json.text();
}

ExitCode apply_batch(hq::EmbeddedHq& source, Output output, const std::string& batch) {
    const auto ids = source.apply_json(batch);
    if (!ids) return complain(ids.error());
    if (output == Output::json) {
        fmt::print("{{\"ids\":[{}]}}\n", fmt::join(*ids, ","));
        return ExitCode::done;
    }
    fmt::print("done: {}\n", fmt::join(*ids, ", "));
    return ExitCode::done;
}

void print_fields(const std::string& record) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(record).get_object().get(object) != simdjson::SUCCESS) return;
    Table table({{"field"}, {"value"}});
    for (const auto field : object) {
        std::string_view text;
        const bool is_text = field.value.get_string().get(text) == simdjson::SUCCESS;
        table.add(
            {std::string(field.key), is_text ? std::string(text) : simdjson::minify(field.value)});
    }
    fmt::print("{}", table.text());
}

}  // namespace

ExitCode hq_import(const Invocation& invocation, const std::string& folder) {
    const auto source = configured_hq(invocation);
    if (!source) return complain(source.error());
    const auto counts = (*source)->import_directory(folder);
    if (!counts) return complain(counts.error());
    print_counts(invocation.output, *counts);
    return ExitCode::done;
}

ExitCode hq_export(const Invocation& invocation, const std::string& folder) {
    const auto snapshot = configured_snapshot(invocation);
    if (!snapshot) return complain(snapshot.error());
    const auto counts = hq::export_snapshot(**snapshot, folder);
    if (!counts) return complain(counts.error());
    print_counts(invocation.output, *counts);
    return ExitCode::done;
}

ExitCode hq_counts(const Invocation& invocation) {
    const auto snapshot = configured_snapshot(invocation);
    if (!snapshot) return complain(snapshot.error());
    const auto& all = **snapshot;
    print_counts(invocation.output, {.subsystems = all.subsystems.size(),
                                     .users = all.users.size(),
                                     .companies = all.companies.size(),
                                     .contacts = all.contacts.size(),
                                     .projects = all.projects.size(),
                                     .leads = all.leads.size()});
    return ExitCode::done;
}

ExitCode hq_show(const Invocation& invocation, const RecordName& record) {
    const auto entity = entity_named(record.entity);
    if (!entity) return refuse(entity.error().detail);
    const auto snapshot = configured_snapshot(invocation);
    if (!snapshot) return complain(snapshot.error());
    const auto json = record_json(**snapshot, *entity, record.id);
    if (!json) return complain(json.error());
    if (invocation.output == Output::json) {
        fmt::print("{}\n", *json);
    } else {
        print_fields(*json);
    }
    return ExitCode::done;
}

ExitCode hq_set(const Invocation& invocation, const RecordName& record,
                const std::vector<std::string>& assignments) {
    const auto entity = entity_named(record.entity);
    if (!entity) return refuse(entity.error().detail);
    const auto source = configured_hq(invocation);
    if (!source) return complain(source.error());
    const auto snapshot = (*source)->read();
    if (!snapshot) return complain(snapshot.error());
    const auto current = record_json(**snapshot, *entity, record.id);
    if (!current) return complain(current.error());
    const auto fields = fields_json(*entity, assignments, *current);
    if (!fields) return refuse(fields.error().detail);
    return apply_batch(**source, invocation.output, batch_of("set", *entity, record.id, *fields));
}

ExitCode hq_add(const Invocation& invocation, const std::string& entity_name,
                const std::vector<std::string>& assignments) {
    const auto entity = entity_named(entity_name);
    if (!entity) return refuse(entity.error().detail);
    const auto fields = fields_json(*entity, assignments, "{}");
    if (!fields) return refuse(fields.error().detail);
    const auto source = configured_hq(invocation);
    if (!source) return complain(source.error());
    return apply_batch(**source, invocation.output,
                       batch_of("add", *entity, std::nullopt, *fields));
}

ExitCode hq_delete(const Invocation& invocation, const RecordName& record) {
    const auto entity = entity_named(record.entity);
    if (!entity) return refuse(entity.error().detail);
    const auto source = configured_hq(invocation);
    if (!source) return complain(source.error());
    return apply_batch(**source, invocation.output, batch_of("delete", *entity, record.id, {}));
}

ExitCode hq_apply(const Invocation& invocation, const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    std::error_code error;
    if (!stream || std::filesystem::is_directory(file, error))
        return complain({.reach = Reach::configuration,
                         .code = "hq.apply",
                         .detail = fmt::format("cannot read {}", file)});
    const std::string batch(std::istreambuf_iterator<char>(stream), {});
    const auto source = configured_hq(invocation);
    if (!source) return complain(source.error());
    return apply_batch(**source, invocation.output, batch);
}

}  // namespace hqsync::app
