// JSON out by RapidJSON's writer, in by simdjson.
#include "management/rest_value.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>

#include "base/base64.hpp"
#include "management/command_metadata.hpp"

namespace hqsync::management::rest {

namespace {

namespace dom = simdjson::dom;
using clixml::Value;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr int depth_max = 32;
constexpr std::size_t lines_max = 10'000;
/// A page of 5,000 mailboxes has some 1.5 million. "0," is two octets here and fifty as a value.
constexpr std::ptrdiff_t values_max = 4'000'000;

Fault refused(std::string detail) {
    return {Reach::item, "command.parameter", std::move(detail)};
}

Fault malformed(std::string_view what) {
    return {Reach::run,
            "rest.malformed",
            fmt::format("the server's answer is not understood: {}", what),
            {},
            true};
}

void write_text(Writer& out, std::string_view text) {
    out.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

/// What cannot be written is named.
using Written = std::optional<std::string_view>;
Written write_value(Writer& out, const Value& value, int depth);

Written write_list(Writer& out, const clixml::List& list, int depth) {
    out.StartArray();
    for (const auto& item : list.items)
        if (const auto wrong = write_value(out, item, depth + 1)) return wrong;
    out.EndArray();
    return std::nullopt;
}

/// @{Add=…}: the interface wants to be told that it is one.
Written write_dictionary(Writer& out, const clixml::Dictionary& dictionary, int depth) {
    out.StartObject();
    out.Key("@odata.type");
    out.String("#Exchange.GenericHashTable");
    for (const auto& [key, value] : dictionary.entries) {
        const auto name = clixml::string_in(&key);
        if (!name) return "a table with a key that is no text";
        out.Key(name->data(), static_cast<rapidjson::SizeType>(name->size()));
        if (const auto wrong = write_value(out, value, depth + 1)) return wrong;
    }
    out.EndObject();
    return std::nullopt;
}

Written write_bytes(Writer& out, const std::string& octets) {
    out.StartObject();
    out.Key("@odata.type");
    out.String("#Exchange.ByteArrayType");
    out.Key("Data");
    write_text(out, to_base64(octets));
    out.EndObject();
    return std::nullopt;
}

/// What it wraps, else its text: enums go by name.
Written write_object(Writer& out, const clixml::Object& object, int depth) {
    if (object.text && std::ranges::find(object.types, "System.Enum") != object.types.end()) {
        write_text(out, *object.text);
        return std::nullopt;
    }
    if (object.content.size() == 1) return write_value(out, object.content.front(), depth + 1);
    if (!object.text) return "an object that is neither text, list nor table";
    write_text(out, *object.text);
    return std::nullopt;
}

template <class T>
Written write_number(Writer& out, T number) {
    if constexpr (std::is_floating_point_v<T>) {
        if (!std::isfinite(number)) return "a number that is not finite";
        out.Double(number);
    } else if constexpr (std::is_signed_v<T>) {
        out.Int64(number);
    } else {
        out.Uint64(number);
    }
    return std::nullopt;
}

struct ValueWriter {
    Writer& out;
    int depth;

    Written operator()(const clixml::Null&) const {
        out.Null();
        return std::nullopt;
    }
    Written operator()(const std::string& text) const {
        write_text(out, text);
        return std::nullopt;
    }
    Written operator()(bool is_on) const {
        out.Bool(is_on);
        return std::nullopt;
    }
    Written operator()(const clixml::Text& text) const {
        if (text.kind == clixml::Lexical::script) return "a script block";
        write_text(out, text.text);
        return std::nullopt;
    }
    Written operator()(const clixml::Bytes& bytes) const { return write_bytes(out, bytes.octets); }
    Written operator()(const clixml::List& list) const { return write_list(out, list, depth); }
    Written operator()(const clixml::Dictionary& dictionary) const {
        return write_dictionary(out, dictionary, depth);
    }
    Written operator()(const clixml::ObjectPointer& object) const {
        return object ? write_object(out, *object, depth) : Written("nothing");
    }
    Written operator()(const clixml::Secret&) const { return "a password"; }
    Written operator()(const clixml::SecureString&) const { return "a password"; }
    template <class Other>
    Written operator()(const Other& other) const {
        if constexpr (std::is_arithmetic_v<Other>) return write_number(out, other);
        return "a value of this type";
    }
};

Written write_value(Writer& out, const Value& value, int depth) {
    if (depth > depth_max) return "a value nested too deep";
    return std::visit(ValueWriter{out, depth}, value.data);
}

/// Each value stands behind one of these; texts may hold more of them.
bool has_too_many_values(std::string_view body) {
    return std::ranges::count_if(body, [](char sign) {
               return sign == ',' || sign == '[' || sign == '{';
           }) > values_max;
}

/// How the next property is to be read: "X@data.type".
using Types = std::map<std::string, std::string, std::less<>>;

Value read_value(dom::element element, std::string_view type, int depth);

Value read_text(std::string_view text, std::string_view type) {
    using clixml::Lexical;
    if (type == "System.DateTime")
        return Value(clixml::Text{Lexical::date_time, std::string(text)});
    if (type == "System.Guid") return Value(clixml::Text{Lexical::guid, std::string(text)});
    if (type == "System.Uri") return Value(clixml::Text{Lexical::uri, std::string(text)});
    return Value(text);
}

Value read_integer(std::int64_t number) {
    const bool is_small = number >= std::numeric_limits<std::int32_t>::min() &&
                          number <= std::numeric_limits<std::int32_t>::max();
    return is_small ? Value(static_cast<std::int32_t>(number)) : Value(number);
}

/// Annotations are for the reader, not for people: "X@odata.type", "@odata.id".
Value read_object(dom::object object, int depth) {
    Types types;
    clixml::Object made;
    for (const auto [key, value] : object) {
        const auto at = key.find('@');
        if (at == std::string_view::npos) {
            const auto type = types.find(key);
            made.extended.push_back(
                {std::string(key),
                 read_value(value, type == types.end() ? "" : type->second, depth + 1)});
            continue;
        }
        std::string_view type;
        if (key.substr(at) == "@data.type" && value.get(type) == simdjson::SUCCESS)
            types.insert_or_assign(std::string(key.substr(0, at)), std::string(type));
    }
    return Value(std::move(made));
}

Value read_value(dom::element element, std::string_view type, int depth) {
    if (depth > depth_max) return Value("…");
    switch (element.type()) {
        case dom::element_type::STRING: return read_text(element.get_string().value(), type);
        case dom::element_type::INT64: return read_integer(element.get_int64().value());
        case dom::element_type::UINT64: return Value(element.get_uint64().value());
        case dom::element_type::DOUBLE: return Value(element.get_double().value());
        case dom::element_type::BOOL: return Value(element.get_bool().value());
        case dom::element_type::NULL_VALUE: return Value(clixml::Null{});
        case dom::element_type::OBJECT: return read_object(element.get_object().value(), depth);
        case dom::element_type::ARRAY: break;
    }
    clixml::List list;
    for (const auto item : element.get_array().value())
        list.items.push_back(read_value(item, type, depth + 1));
    return Value(std::move(list));
}

std::vector<std::string> read_lines(dom::element answer, std::string_view name) {
    std::vector<std::string> lines;
    dom::array array;
    if (answer[name].get(array) != simdjson::SUCCESS) return lines;
    for (const auto item : array) {
        std::string_view text;
        if (lines.size() < lines_max && item.get(text) == simdjson::SUCCESS)
            lines.emplace_back(text);
    }
    return lines;
}

}  // namespace

Result<std::string> write_command(const Command& command) {
    if (!command.input.empty()) {
        return fail(refused(
            fmt::format("{}: nothing can be piped into a command over REST", command.name)));
    }
    rapidjson::StringBuffer buffer;
    Writer out(buffer);
    out.StartObject();
    out.Key("CmdletInput");
    out.StartObject();
    out.Key("CmdletName");
    write_text(out, command.name);
    out.Key("Parameters");
    out.StartObject();
    bool has_identity = false;
    for (const auto& parameter : command.parameters) {
        if (parameter.name.empty() && has_identity) {
            return fail(
                refused(fmt::format("{}: over REST only the first value may come without "
                                    "the name of its parameter",
                                    command.name)));
        }
        const auto name = parameter.name.empty() ? std::string("Identity") : parameter.name;
        has_identity = has_identity || parameter.name.empty();
        out.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
        if (const auto wrong = write_value(out, parameter.value, 0)) {
            return fail(refused(
                fmt::format("{} -{}: {} cannot be sent over REST", command.name, name, *wrong)));
        }
    }
    out.EndObject();
    out.EndObject();
    out.EndObject();
    return std::string(buffer.GetString(), buffer.GetSize());
}

Result<Page> read_page(std::string_view body) {
    Page page;
    if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return page;
    if (has_too_many_values(body)) return fail(malformed("a page holds too many values"));
    dom::parser parser;
    dom::element answer;
    if (parser.parse(body.data(), body.size()).get(answer) != simdjson::SUCCESS) {
        return fail(malformed("it is no JSON"));
    }
    if (!answer.is_object()) return fail(malformed("it is no object"));
    page.warnings = read_lines(answer, "@adminapi.warnings");
    page.errors = read_lines(answer, "@adminapi.errors");
    std::string_view link;
    if (answer["@odata.nextLink"].get(link) == simdjson::SUCCESS) page.next_link = link;
    dom::element value;
    if (answer["value"].get(value) != simdjson::SUCCESS) return page;
    dom::array array;
    if (value.get(array) == simdjson::SUCCESS) {
        for (const auto item : array)
            page.objects.push_back(read_value(item, "", 0));
    } else if (!value.is_null()) {
        page.objects.push_back(read_value(value, "", 0));
    }
    return page;
}

Result<std::vector<std::string>> read_exported(std::string_view body) {
    dom::parser parser;
    dom::element answer;
    if (parser.parse(body.data(), body.size()).get(answer) != simdjson::SUCCESS) {
        return fail(malformed("the list of commands is no JSON"));
    }
    dom::element value;
    if (answer["value"].get(value) != simdjson::SUCCESS) {
        return fail(malformed("the list of commands holds no value"));
    }
    dom::array array;
    if (value.get(array) == simdjson::SUCCESS) {
        if (array.begin() == array.end()) return std::vector<std::string>{};
        value = *array.begin();
    }
    std::string_view list;
    if (value["exportedCmdlets"].get(list) != simdjson::SUCCESS) {
        return fail(malformed("the list of commands holds no commands"));
    }
    std::vector<std::string> names;
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        auto name = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        name.remove_prefix(std::min(name.find_first_not_of(" \r\n\t"), name.size()));
        name = name.substr(0, name.find_last_not_of(" \r\n\t") + 1);
        if (is_command_name(name)) names.emplace_back(name);
    }
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
    return names;
}

}  // namespace hqsync::management::rest
