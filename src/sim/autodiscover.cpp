// One request schema and one response schema, those of Outlook.
#include "sim/autodiscover.hpp"

#include <fmt/format.h>
#include <pugixml.hpp>

#include <sstream>

namespace hqsync::sim {

namespace {

constexpr const char* answer_space =
    "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006";
constexpr const char* outlook_space =
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";

pugi::xml_node add_text(pugi::xml_node parent, const char* name, std::string_view text) {
    auto node = parent.append_child(name);
    node.append_child(pugi::node_pcdata).set_value(std::string(text).c_str());
    return node;
}

Reply reply_of(const pugi::xml_document& document) {
    std::ostringstream text;
    document.print(text, "  ", pugi::format_indent);
    return Reply{200, text.str(), {{"Content-Type", "text/xml; charset=utf-8"}}};
}

pugi::xml_node open(pugi::xml_document& document, const char* space) {
    auto declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "utf-8";
    auto root = document.append_child("Autodiscover");
    root.append_attribute("xmlns") = answer_space;
    auto response = root.append_child("Response");
    if (space != nullptr) response.append_attribute("xmlns") = space;
    return response;
}

Reply failure(int code, std::string_view message) {
    pugi::xml_document document;
    auto error = open(document, nullptr).append_child("Error");
    error.append_attribute("Time") = "12:00:00.0000000";
    error.append_attribute("Id") = "1054084152";
    add_text(error, "ErrorCode", std::to_string(code));
    add_text(error, "Message", message);
    error.append_child("DebugData");
    return reply_of(document);
}

Reply failure(int code) {
    if (code == 500) return failure(code, "The email address can't be found.");
    if (code == 601) return failure(code, "Provider is not available");
    return failure(code, "Invalid Request");
}

Reply detour_reply(const char* action, const char* element, std::string_view target) {
    pugi::xml_document document;
    auto account = open(document, outlook_space).append_child("Account");
    add_text(account, "AccountType", "email");
    add_text(account, "Action", action);
    add_text(account, element, target);
    return reply_of(document);
}

/// By local name, since every client has prefixes of its own.
pugi::xml_node child(pugi::xml_node parent, std::string_view name) {
    for (const auto node : parent.children()) {
        const std::string_view full = node.name();
        if (full.substr(full.find(':') + 1) == name) return node;
    }
    return {};
}

struct Asked {
    std::string address;
    std::string schema;
};

Asked read(const Request& request) {
    pugi::xml_document document;
    if (!document.load_buffer(request.body.data(), request.body.size())) return {};
    const auto asked = child(child(document.root(), "Autodiscover"), "Request");
    return {lower(child(asked, "EMailAddress").text().get()),
            child(asked, "AcceptableResponseSchema").text().get()};
}

}  // namespace

Autodiscover::Autodiscover(std::string domain, std::string url)
    : domain_(std::move(domain)), url_(std::move(url)) {
    clear();
}

void Autodiscover::clear() {
    detours_.clear();
    location_ = url_ + "/autodiscover/autodiscover.xml";
}

void Autodiscover::set_detour(std::string_view address_or_domain, Detour detour) {
    detours_[lower(address_or_domain)] = std::move(detour);
}

const Detour* Autodiscover::detour_of(std::string_view address) const {
    auto at = detours_.find(address);
    if (at == detours_.end()) at = detours_.find(address.substr(address.find('@') + 1));
    return at == detours_.end() ? nullptr : &at->second;
}

std::string Autodiscover::address_in(const Request& request) {
    return read(request).address;
}

Reply Autodiscover::location() const {
    return Reply{302, "", {{"Location", location_}}};
}

Reply Autodiscover::answer(const Request& request, std::string_view primary) const {
    const auto [address, schema] = read(request);
    if (address.find('@') == std::string::npos) return failure(600);
    if (schema != outlook_space) return failure(601);
    if (const Detour* const detour = detour_of(address)) {
        if (detour->error != 0) return failure(detour->error);
        if (!detour->url.empty()) return detour_reply("redirectUrl", "RedirectUrl", detour->url);
        return detour_reply("redirectAddr", "RedirectAddr", detour->address);
    }
    if (!primary.empty()) return detour_reply("redirectAddr", "RedirectAddr", primary);
    if (address.substr(address.find('@') + 1) != lower(domain_)) return failure(500);
    return settings(address);
}

Reply Autodiscover::settings(std::string_view address) const {
    pugi::xml_document document;
    auto response = open(document, outlook_space);
    auto user = response.append_child("User");
    const auto name = address.substr(0, address.find('@'));
    add_text(user, "DisplayName", name);
    add_text(user, "LegacyDN",
             fmt::format("/o=Agentur/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)"
                         "/cn=Recipients/cn={}",
                         name));
    add_text(user, "AutoDiscoverSMTPAddress", address);
    add_text(user, "DeploymentId", "7c3f1a52-60de-4f0e-9d0b-2c6a7be1f5d4");
    auto account = response.append_child("Account");
    add_text(account, "AccountType", "email");
    add_text(account, "Action", "settings");
    add_text(account, "MicrosoftOnline", "False");
    // EXCH is meant for clients inside, EXPR for those outside.
    for (const char* const type : {"EXCH", "EXPR"}) {
        auto protocol = account.append_child("Protocol");
        add_text(protocol, "Type", type);
        add_text(protocol, "Server", fmt::format("exchange.{}", domain_));
        add_text(protocol, "AuthPackage", "Ntlm");
        add_text(protocol, "ASUrl", url_ + "/EWS/Exchange.asmx");
        add_text(protocol, "EwsUrl", url_ + "/EWS/Exchange.asmx");
        add_text(protocol, "OOFUrl", url_ + "/EWS/Exchange.asmx");
    }
    return reply_of(document);
}

}  // namespace hqsync::sim
