// PowerShell's values as JSON.
#include <cmath>
#include <string>
#include <type_traits>
#include <variant>

#include "app/management_output.hpp"
#include "base/base64.hpp"

namespace hqsync::app {
namespace {

namespace clixml = management::clixml;
using clixml::Value;

constexpr int depth_max = 16;
/// A few octets can name the same objects again and again (<Ref>). What a command may answer
/// (psrp::OutputLimits) is longer in CLIXML than in JSON.
constexpr std::size_t octets_max = std::size_t{128} << 20;
constexpr std::size_t late_octets_max = 100;

void write(Json& json, const Value& value, int depth);

void write_properties(Json& json, const clixml::Object& object, int depth) {
    json.begin_object();
    for (const auto* property : clixml::properties(object)) {
        if (property->name == "SerializationData") continue;
        json.key(property->name);
        write(json, property->value, depth + 1);
    }
    json.end_object();
}

/// A value that an object wraps; else, below another object, its text; else its properties.
void write_object(Json& json, const Value& value, const clixml::Object& object, int depth) {
    const bool has_properties = !clixml::properties(object).empty();
    const bool is_outer = depth == 0 && has_properties;
    // An enum wraps its number; its name says more.
    if (object.text && clixml::is_a(value, "System.Enum")) return json.value(*object.text);
    if (!object.content.empty() && !is_outer) return write(json, object.content.front(), depth + 1);
    if (object.text && !is_outer) return json.value(*object.text);
    if (has_properties) return write_properties(json, object, depth);
    json.value(clixml::to_text(value));
}

struct Writer {
    Json& json;
    const Value& value;
    int depth;

    void operator()(const clixml::Null&) const { json.null(); }
    void operator()(const std::string& text) const { json.value(text); }
    void operator()(bool truth) const { json.value(truth); }
    template <class T>
        requires std::is_integral_v<T>
    void operator()(T number) const {
        if constexpr (std::is_signed_v<T>) {
            json.value(std::int64_t{number});
        } else {
            json.value(std::uint64_t{number});
        }
    }
    template <class T>
        requires std::is_floating_point_v<T>
    void operator()(T number) const {
        // JSON has no word for infinity.
        if (std::isfinite(number)) return json.raw(clixml::to_text(value));
        json.value(clixml::to_text(value));
    }
    void operator()(const clixml::Bytes& bytes) const { json.value(to_base64(bytes.octets)); }
    void operator()(const clixml::List& list) const {
        json.begin_array();
        for (const auto& item : list.items)
            write(json, item, depth + 1);
        json.end_array();
    }
    void operator()(const clixml::Dictionary& dictionary) const {
        json.begin_object();
        for (const auto& entry : dictionary.entries) {
            json.key(clixml::to_text(entry.key));
            write(json, entry.value, depth + 1);
        }
        json.end_object();
    }
    void operator()(const clixml::ObjectPointer& object) const {
        if (!object) return json.null();
        write_object(json, value, *object, depth);
    }
    /// Characters, dates, versions, secrets, progress, an object around this one.
    template <class T>
        requires(!std::is_arithmetic_v<T>)
    void operator()(const T&) const {
        json.value(clixml::to_text(value));
    }
};

void write(Json& json, const Value& value, int depth) {
    if (json.size() > octets_max) return json.value(clixml::to_text(value, late_octets_max));
    if (depth > depth_max) return json.value(clixml::to_text(value));
    std::visit(Writer{json, value, depth}, value.data);
}

}  // namespace

void write_json(Json& json, const Value& value) {
    write(json, value, 0);
}

}  // namespace hqsync::app
