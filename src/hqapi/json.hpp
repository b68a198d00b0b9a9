// RapidJSON's writer with std texts.
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace hqsync::hqapi {

class Json {
public:
    void begin_object() { writer_.StartObject(); }
    void end_object() { writer_.EndObject(); }
    void begin_array() { writer_.StartArray(); }
    void end_array() { writer_.EndArray(); }
    void key(std::string_view name) {
        writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    }
    void null() { writer_.Null(); }
    void value(std::string_view text) {
        writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    }
    void value(std::int64_t number) { writer_.Int64(number); }
    void truth(bool truth) { writer_.Bool(truth); }
    /// `json` is a whole JSON value.
    void raw(std::string_view json) {
        writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    }
    void field(std::string_view name, std::string_view text) {
        key(name);
        value(text);
    }
    void field(std::string_view name, std::int64_t number) {
        key(name);
        value(number);
    }
    [[nodiscard]] std::string text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

private:
    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace hqsync::hqapi
