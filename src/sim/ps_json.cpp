// Annotations and error bodies as they were recorded: GUIDs and short numbers have two types, dates
// and numbers one, texts none.
#include "sim/ps_json.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <array>

#include "sim/graph_message.hpp"

namespace hqsync::sim {

namespace {

constexpr std::size_t depth_max = 16;

void member(Writer& writer, std::string_view name, std::string_view value) {
    write_text(writer, name);
    write_text(writer, value);
}

/// "2022-09-21T08:07:47Z" gets seven digits and an offset.
std::string dated(std::string_view text) {
    return fmt::format("{}.0000000+00:00", text.substr(0, 19));
}

void write_value(Writer& writer, std::string_view name, const PsValue& value) {
    const auto typed = [&](std::string_view system, std::string_view odata) {
        if (!system.empty()) member(writer, fmt::format("{}@data.type", name), system);
        if (!odata.empty()) member(writer, fmt::format("{}@odata.type", name), odata);
        write_text(writer, name);
    };
    // What is shown in words of its own is text, as all that is not named below.
    const std::string_view tag = value.shown ? "" : std::string_view(value.tag);
    if (value.is_list()) {
        typed({}, "#Collection(String)");
        writer.StartArray();
        for (const auto& item : value.items)
            write_text(writer, item.display());
        writer.EndArray();
    } else if (value.is_nil()) {
        typed({}, {});
        writer.Null();
    } else if (tag == "B") {
        typed({}, {});
        writer.Bool(value.text == "true");
    } else if (tag == "G") {
        typed("System.Guid", "#Guid");
        write_text(writer, value.text);
    } else if (tag == "DT") {
        typed("System.DateTime", {});
        write_text(writer, dated(value.text));
    } else if (tag == "I32" || tag == "I64" || tag == "U32") {
        typed(tag == "I32" ? "System.Int32" : tag == "I64" ? "System.Int64" : "System.UInt32", {});
        writer.RawValue(value.text.data(), value.text.size(), rapidjson::kNumberType);
    } else {
        typed({}, {});
        write_text(writer, value.display());
    }
}

void write_exception(Writer& writer, std::string_view message, std::string_view type) {
    member(writer, "message", message);
    member(writer, "type", type);
    member(writer, "stacktrace", "");
}

/// How the API says what a session says otherwise.
struct Words {
    std::string_view message;   ///< of the whole
    std::string detail;         ///< of the one detail; empty: it has none
    std::string inner_message;  ///< of the inner exception
    std::string inner_type;
};

Words words_of(const PsError& error) {
    constexpr std::string_view invocation = "Microsoft.Exchange.AdminApi.CommandInvocation.";
    if (error.id.starts_with("NamedParameterNotFound")) {
        const auto text = fmt::format(
            "Parameter set cannot be resolved using the specified named "
            "parameters. Invalid cmdlet parameters specified. {}",
            error.details.front().value.text);
        const auto type = fmt::format("{}AmbiguousParameterSetException", invocation);
        return {"Invalid Operation", fmt::format("|{}|{}", type, text), text, type};
    }
    if (error.id.starts_with("ParameterArgumentTransformationError")) {
        return {"Invalid Operation",
                {},
                error.message,
                fmt::format("{}ParameterTransformationException", invocation)};
    }
    const auto& type = error.exception.front();
    if (error.id.starts_with("MissingMandatoryParameter"))
        return {"Invalid Operation", fmt::format("|{}|{}", type, error.message), error.message,
                type};
    constexpr std::string_view inner =
        "Microsoft.Exchange.Management.PSDirectInvoke.DirectInvokeCmdletExecutionException";
    return {"Error executing cmdlet", fmt::format("Ex6F9304|{}|{}", type, error.message),
            fmt::format("Exception of type '{}' was thrown.", inner), std::string(inner)};
}

std::string_view name_of(std::int64_t status) {
    if (status == 404) return "NotFound";
    if (status == 403) return "Forbidden";
    if (status >= 500) return "InternalServerError";
    return "BadRequest";
}

}  // namespace

std::optional<PsValue> read_json_value(Json json, std::size_t depth) {
    if (depth > depth_max) return std::nullopt;
    if (json.is_string()) return ps_text(std::string(json.get_string().value_unsafe()));
    if (json.is_bool()) return ps_bool(json.get_bool().value_unsafe());
    if (json.is_int64()) return ps_i64(json.get_int64().value_unsafe());
    if (json.is_null()) return ps_nil();
    if (json.is_array()) {
        PsValue list = ps_list({}, {});
        for (const Json item : json.get_array().value_unsafe()) {
            auto read = read_json_value(item, depth + 1);
            if (!read) return std::nullopt;
            list.items.push_back(*std::move(read));
        }
        return list;
    }
    if (!json.is_object()) return std::nullopt;
    std::string_view type;
    if (json["@odata.type"].get(type) != simdjson::SUCCESS || type != "#Exchange.GenericHashTable")
        return std::nullopt;
    PsValue table;
    table.tag = "DCT";
    for (const auto entry : json.get_object().value_unsafe()) {
        if (entry.key == "@odata.type") continue;
        auto read = read_json_value(entry.value, depth + 1);
        if (!read) return std::nullopt;
        table.entries.push_back({std::string(entry.key), *std::move(read)});
    }
    return table;
}

void write_json_object(Writer& writer, const PsValue& value,
                       const std::set<std::string, std::less<>>& select) {
    writer.StartObject();
    for (const auto* const members : {&value.adapted, &value.extended}) {
        for (const auto& one : *members) {
            if (select.empty() || select.contains(lower(one.name)))
                write_value(writer, one.name, one.value);
        }
    }
    writer.EndObject();
}

std::string error_body(const PsError& error) {
    const auto words = words_of(error);
    rapidjson::StringBuffer text;
    Writer writer(text);
    writer.StartObject();
    writer.Key("error");
    writer.StartObject();
    member(writer, "code", name_of(error.status));
    member(writer, "message", words.message);
    if (!words.detail.empty()) {
        writer.Key("details");
        writer.StartArray();
        writer.StartObject();
        member(writer, "code", "Client");
        member(writer, "target", "");
        member(writer, "message", words.detail);
        writer.EndObject();
        writer.EndArray();
    }
    writer.Key("innererror");
    writer.StartObject();
    write_exception(writer, words.message,
                    "Microsoft.Exchange.Admin.OData.Core.ODataServiceException");
    writer.Key("internalexception");
    writer.StartObject();
    write_exception(writer, words.inner_message, words.inner_type);
    writer.EndObject();
    writer.EndObject();
    member(writer, "adminapi.warnings@odata.type", "#Collection(String)");
    writer.Key("@adminapi.warnings");
    writer.StartArray();
    writer.EndArray();
    writer.EndObject();
    writer.EndObject();
    return {text.GetString(), text.GetSize()};
}

}  // namespace hqsync::sim
