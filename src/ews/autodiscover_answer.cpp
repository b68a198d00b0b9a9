// Autodiscover's XML.
#include "ews/autodiscover_answer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace hqsync::ews {

namespace {

constexpr std::string_view schemas = "http://schemas.microsoft.com/exchange/autodiscover/outlook/";

std::string ews_url_of(wire::Element account, std::string_view type) {
    for (const auto protocol : account.children()) {
        if (protocol.name() != "Protocol" || protocol.child("Type").text() != type) continue;
        auto url = protocol.child("EwsUrl").text();
        if (!url.empty()) return url;
    }
    return {};
}

std::string number_of(wire::Element error) {
    auto number = error.child("ErrorCode").text();
    const bool is_number =
        !number.empty() && number.size() < 10 &&
        std::ranges::all_of(number, [](char sign) { return sign >= '0' && sign <= '9'; });
    return is_number ? number : "without a number";
}

}  // namespace

std::string autodiscover_request(std::string_view address) {
    wire::Writer writer;
    writer.open("Autodiscover").attribute("xmlns", std::string(schemas) + "requestschema/2006");
    writer.open("Request").element("EMailAddress", address);
    writer.element("AcceptableResponseSchema", std::string(schemas) + "responseschema/2006a");
    return R"(<?xml version="1.0" encoding="utf-8"?>)" + std::move(writer).done();
}

Discovered read_autodiscover(std::string answer) {
    const auto document = wire::Document::read(std::move(answer));
    if (!document) return NoSettings{"an answer that is no XML"};
    const auto response = document->root().child("Response");
    if (const auto error = response.child("Error")) {
        return NoSettings{fmt::format("Autodiscover's error {}", number_of(error))};
    }
    const auto account = response.child("Account");
    if (!account) return NoSettings{"an answer that is not of Autodiscover"};
    // The elements decide; the word in Action is written in several cases.
    if (auto address = account.child("RedirectAddr").text(); !address.empty()) {
        return OtherAddress{std::move(address)};
    }
    if (auto url = account.child("RedirectUrl").text(); !url.empty()) {
        return OtherUrl{std::move(url)};
    }
    for (const auto* type : {"EXPR", "EXCH"}) {
        if (auto url = ews_url_of(account, type); !url.empty()) return FoundUrl{std::move(url)};
    }
    return NoSettings{"no EWS URL for this mailbox"};
}

}  // namespace hqsync::ews
