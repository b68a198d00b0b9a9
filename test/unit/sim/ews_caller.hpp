// EWS requests by hand, and what the face answers to them.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "sim/ews_face.hpp"

namespace hqsync::sim {

/// The first attribute of that name after `from`.
inline std::string attribute_of(const std::string& text, std::string_view from,
                                std::string_view name) {
    auto at = text.find(from);
    if (at == std::string::npos) return "";
    at = text.find(fmt::format(" {}=\"", name), at);
    if (at == std::string::npos) return "";
    at += name.size() + 3;
    return text.substr(at, text.find('"', at) - at);
}

/// What stands in the first element of that name.
inline std::string text_of(const std::string& text, std::string_view name) {
    auto at = text.find(fmt::format("<{}>", name));
    if (at == std::string::npos) return "";
    at += name.size() + 2;
    return text.substr(at, text.find('<', at) - at);
}

/// The service's account impersonates one user.
struct EwsCaller {
    Domain domain{"agentur.example", 1, [this] { return ++seconds; }};
    std::int64_t seconds = 1'790'000'000;
    EwsFace face{domain};
    std::string user = "anna@agentur.example";

    static std::string envelope(std::string_view user, std::string_view body) {
        const auto header = user.empty() ? std::string()
                                         : fmt::format(
                                               "<t:ExchangeImpersonation><t:ConnectingSID>"
                                               "<t:PrimarySmtpAddress>{}</t:PrimarySmtpAddress>"
                                               "</t:ConnectingSID></t:ExchangeImpersonation>",
                                               user);
        return fmt::format(
            R"(<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Header><t:RequestServerVersion Version="Exchange2013_SP1"/>{}</s:Header><s:Body>{}</s:Body></s:Envelope>)",
            header, body);
    }

    Reply ask_raw(std::string text) {
        Request request{.method = "POST", .target = "/EWS/Exchange.asmx", .body = std::move(text)};
        return face.answer(request, "service@agentur.example");
    }
    Reply ask(std::string_view body) { return ask_raw(envelope(user, body)); }
    std::string call(std::string_view body) { return ask(body).body; }
};

}  // namespace hqsync::sim
