// Targets and forms taken apart, errors put together.
#include "hqapi/message.hpp"

#include <charconv>

#include <fmt/format.h>
#include <simdjson.h>

#include "hqapi/json.hpp"

namespace hqsync::hqapi {

namespace {

Checked<std::string> percent_decode(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        unsigned octet = 0;
        const auto digits = text.substr(i + 1, 2);
        const auto [end, wrong] =
            std::from_chars(digits.data(), digits.data() + digits.size(), octet, 16);
        if (digits.size() != 2 || wrong != std::errc{} || end != digits.data() + 2)
            return refuse(fmt::format("The address has a \"%\" at {} that encodes nothing.", i));
        plain += static_cast<char>(octet);
        i += 2;
    }
    if (!simdjson::validate_utf8(plain)) return refuse("The address is not UTF-8.");
    return plain;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
    const auto at = headers.find(name);
    return at == headers.end() ? std::string_view{} : std::string_view(at->second);
}

Checked<Options> read_options(std::string_view text) {
    Options options;
    while (!text.empty()) {
        const auto ampersand = text.find('&');
        const auto pair = text.substr(0, ampersand);
        text =
            ampersand == std::string_view::npos ? std::string_view{} : text.substr(ampersand + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        std::string value(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
        for (char& letter : value) {
            if (letter == '+') letter = ' ';
        }
        auto name = percent_decode(pair.substr(0, equals));
        auto decoded = percent_decode(value);
        if (!name) return std::unexpected(name.error());
        if (!decoded) return std::unexpected(decoded.error());
        options.emplace_back(*std::move(name), *std::move(decoded));
    }
    return options;
}

Checked<Target> read_target(std::string_view target) {
    const auto mark = target.find('?');
    auto path = percent_decode(target.substr(0, mark));
    if (!path) return std::unexpected(path.error());
    auto options =
        read_options(mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1));
    if (!options) return std::unexpected(options.error());
    return Target{*std::move(path), *std::move(options)};
}

std::optional<std::string> option(const Options& options, std::string_view name) {
    for (const auto& [each, value] : options) {
        if (each == name) return value;
    }
    return std::nullopt;
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
                           letter == '.' || letter == '~' || letter == '$';
        if (plain) {
            safe += letter;
        } else {
            safe += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
        }
    }
    return safe;
}

Reply json_reply(int status, std::string body) {
    return {status,
            std::move(body),
            {{"Content-Type", "application/json; odata.metadata=minimal; charset=utf-8"},
             {"OData-Version", "4.0"}}};
}

Reply error_reply(int status, std::string_view message) {
    Json json;
    json.begin_object();
    json.key("error");
    json.begin_object();
    json.field("code", std::to_string(status));
    json.field("message", message);
    json.end_object();
    json.end_object();
    return json_reply(status, json.text());
}

Reply error_reply(const Refusal& refusal) {
    return error_reply(refusal.status, refusal.message);
}

}  // namespace hqsync::hqapi
