// Writes the JSON that commands print: one object or array to a text, in the order of the calls.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace hqsync::app {

class Json {
public:
    Json() : writer_(buffer_) {}
    Json(const Json&) = delete;
    Json& operator=(const Json&) = delete;

    void begin_object() { writer_.StartObject(); }
    void end_object() { writer_.EndObject(); }
    void begin_array() { writer_.StartArray(); }
    void end_array() { writer_.EndArray(); }
    void key(std::string_view name) { writer_.Key(name.data(), length(name)); }

    void value(std::string_view text) { writer_.String(text.data(), length(text)); }
    void value(const char* text) { value(std::string_view(text)); }
    void value(const std::string& text) { value(std::string_view(text)); }
    void value(std::same_as<bool> auto truth) { writer_.Bool(truth); }
    void value(std::signed_integral auto number) { writer_.Int64(number); }
    void value(std::unsigned_integral auto number)
        requires(!std::same_as<decltype(number), bool>)
    {
        writer_.Uint64(number);
    }
    void null() { writer_.Null(); }
    /// `json` is complete JSON already.
    void raw(std::string_view json) {
        writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    }

    template <class T>
    void field(std::string_view name, const T& content) {
        key(name);
        value(content);
    }
    void null_field(std::string_view name) {
        key(name);
        null();
    }
    void raw_field(std::string_view name, std::string_view json) {
        key(name);
        raw(json);
    }

    /// Octets so far.
    [[nodiscard]] std::size_t size() const { return buffer_.GetSize(); }
    [[nodiscard]] std::string text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

private:
    static rapidjson::SizeType length(std::string_view text) {
        return static_cast<rapidjson::SizeType>(text.size());
    }

    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

}  // namespace hqsync::app
