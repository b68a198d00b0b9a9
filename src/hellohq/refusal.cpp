// What a 400 says: which field, and why; its text may quote what was sent, which is not for logs.
#include <array>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "hellohq/service.hpp"

namespace hqsync::hellohq {

namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t text_max = 300;
constexpr std::size_t text_min = 3;  // shorter ones are codes ("DE"), and parts of other words

// The longer of two names that begin alike comes first.
constexpr std::array<std::string_view, 24> fields = {
    "FirstName",      "LastName",     "PhoneLandline", "PhoneMobile",
    "SalutationForm", "Salutation",   "Birthdate",     "Title",
    "Language",       "Position",     "CompanyId",     "HouseNumber",
    "ZipCode",        "AddressLine2", "Description",   "Country",
    "City",           "Street",       "Email",         "Website",
    "DefaultAddress", "Phone",        "Fax",           "Id"};

std::string text_of(object from, std::string_view name) {
    std::string_view text;
    return from[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

/// {"error":{"message":…,"target":…,"details":[{"target":…,"message":…}]}} (OData 4), or
/// {"Message":…,"ModelState":{"contactPerson.Field":["…"]}} (ASP.NET).
std::string message_in(const std::string& body) {
    simdjson::dom::parser parser;
    object root;
    if (parser.parse(body).get(root) != simdjson::SUCCESS) return {};
    object error;
    if (root["error"].get(error) == simdjson::SUCCESS) {
        auto text = text_of(error, "target");
        simdjson::dom::array details;
        if (error["details"].get(details) == simdjson::SUCCESS) {
            for (const element each : details) {
                object detail;
                if (each.get(detail) != simdjson::SUCCESS) continue;
                text +=
                    fmt::format(" {} {}", text_of(detail, "target"), text_of(detail, "message"));
            }
        }
        return text + " " + text_of(error, "message");
    }
    std::string text;
    object states;
    if (root["ModelState"].get(states) == simdjson::SUCCESS) {
        for (const auto [name, messages] : states)
            text += fmt::format("{} {} ", name, simdjson::minify(messages));
    }
    return text + text_of(root, "Message");
}

void collect(element value, std::vector<std::string>& texts) {
    object members;
    std::string_view text;
    if (value.get(members) == simdjson::SUCCESS) {
        for (const auto [name, member] : members)
            collect(member, texts);
    } else if (value.get(text) == simdjson::SUCCESS && text.size() >= text_min) {
        texts.emplace_back(text);
    }
}

std::string field_in(std::string_view message) {
    std::size_t first = message.npos;
    std::string_view found;
    for (const auto field : fields) {
        const auto at = message.find(field);
        if (at < first) {
            first = at;
            found = field;
        }
    }
    return std::string(found);
}

}  // namespace

std::string refusal(const std::string& body, const std::string& sent) {
    auto message = message_in(body);
    simdjson::dom::parser parser;
    element root;
    std::vector<std::string> texts;
    if (parser.parse(sent).get(root) == simdjson::SUCCESS) collect(root, texts);
    const auto field = field_in(message);
    for (const auto& text : texts) {
        for (auto at = message.find(text); at != message.npos; at = message.find(text, at + 3))
            message.replace(at, text.size(), "…");
    }
    const auto start = message.find_first_not_of(' ');
    message = start == message.npos ? "no reason given" : message.substr(start, text_max);
    while (!message.empty() && (static_cast<unsigned char>(message.back()) & 0x80U) != 0)
        message.pop_back();
    return field.empty() ? message : fmt::format("field {}: {}", field, message);
}

}  // namespace hqsync::hellohq
