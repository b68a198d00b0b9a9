// Targets taken apart, and the error envelope of Graph.
#include "sim/graph_message.hpp"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>

namespace hqsync::sim {

namespace {

std::string percent_decode(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        if (text[i] == '%' && i + 2 < text.size() + 0 &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr ==
                text.data() + i + 3) {
            plain += static_cast<char>(value);
            i += 2;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
    const auto at = headers.find(name);
    return at == headers.end() ? std::string_view{} : std::string_view(at->second);
}

std::optional<std::string> Request::option(std::string_view name) const {
    const auto at = query.find(name);
    if (at == query.end()) return std::nullopt;
    return at->second;
}

std::string lower(std::string_view text) {
    std::string small(text);
    for (char& letter : small) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter + 32);
    }
    return small;
}

std::string percent_encode(std::string_view text) {
    std::string safe;
    for (const char letter : text) {
        const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                           (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' ||
                           letter == '.' || letter == '~';
        if (plain) {
            safe += letter;
        } else {
            safe += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
        }
    }
    return safe;
}

void parse_target(Request& request) {
    request.path.clear();
    request.query.clear();
    std::string_view rest = request.target;
    std::string_view query;
    if (const auto mark = rest.find('?'); mark != std::string_view::npos) {
        query = rest.substr(mark + 1);
        rest = rest.substr(0, mark);
    }
    while (!rest.empty()) {
        const auto slash = rest.find('/');
        const auto segment = rest.substr(0, slash);
        if (!segment.empty()) request.path.push_back(percent_decode(segment));
        rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
    }
    while (!query.empty()) {
        const auto ampersand = query.find('&');
        const auto pair = query.substr(0, ampersand);
        const auto equals = pair.find('=');
        std::string name = percent_decode(pair.substr(0, equals));
        std::string value(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
        for (char& letter : value) {
            if (letter == '+') letter = ' ';
        }
        request.query[name] = percent_decode(value);
        query =
            ampersand == std::string_view::npos ? std::string_view{} : query.substr(ampersand + 1);
    }
}

Reply error(int status, std::string_view code, std::string_view message) {
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer> writer(text);
    const auto put = [&writer](std::string_view value) {
        writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    };
    writer.StartObject();
    writer.Key("error");
    writer.StartObject();
    writer.Key("code");
    put(code);
    writer.Key("message");
    put(message);
    writer.Key("innerError");
    writer.StartObject();
    writer.Key("date");
    put("2026-11-24T00:00:00");
    writer.Key("request-id");
    put("00000000-0000-4000-8000-000000000000");
    writer.Key("client-request-id");
    put("00000000-0000-4000-8000-000000000000");
    writer.EndObject();
    writer.EndObject();
    writer.EndObject();
    return Reply{.status = status,
                 .body = text.GetString(),
                 .headers = {{"Content-Type", "application/json"}}};
}

}  // namespace hqsync::sim
