// Prefixes are brought to fixed ones by their namespaces; answers are written as WinRM 3.0 does.
#include "sim/ps_envelope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "sim/ps_guid.hpp"

namespace hqsync::sim {

namespace {

constexpr std::size_t depth_max = 64;

struct Namespace {
    std::string_view uri;
    std::string_view prefix;
};
constexpr std::array namespaces{
    Namespace{"http://www.w3.org/2003/05/soap-envelope", "s"},
    Namespace{"http://schemas.xmlsoap.org/ws/2004/08/addressing", "a"},
    Namespace{"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd", "w"},
    Namespace{"http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd", "p"},
    Namespace{"http://schemas.microsoft.com/wbem/wsman/1/windows/shell", "rsp"},
    Namespace{"http://schemas.xmlsoap.org/ws/2004/09/transfer", "x"},
    Namespace{"http://schemas.xmlsoap.org/ws/2004/09/enumeration", "n"},
    Namespace{"http://schemas.microsoft.com/wbem/wsman/1/config", "cfg"},
    Namespace{"http://schemas.microsoft.com/powershell", "pwsh"},
};

constexpr std::array<std::string_view, 13> known_headers{
    "a:Action",    "a:To",          "a:MessageID",        "a:ReplyTo",   "a:From",
    "w:Locale",    "p:DataLocale",  "w:OperationTimeout", "p:SessionId", "w:ResourceURI",
    "w:OptionSet", "w:SelectorSet", "w:MaxEnvelopeSize"};

using Scope = std::vector<std::pair<std::string, std::string>>;  ///< prefix to fixed prefix

std::string_view fixed_prefix(std::string_view uri) {
    const auto* const at = std::ranges::find(namespaces, uri, &Namespace::uri);
    return at == namespaces.end() ? std::string_view("other") : at->prefix;
}

std::pair<std::string_view, std::string_view> split_name(std::string_view name) {
    const auto colon = name.find(':');
    if (colon == std::string_view::npos) return {"", name};
    return {name.substr(0, colon), name.substr(colon + 1)};
}

std::string fixed_name(const Scope& scope, std::string_view name, std::string_view unknown) {
    const auto [prefix, local] = split_name(name);
    for (auto at = scope.rbegin(); at != scope.rend(); ++at) {
        if (at->first == prefix) return fmt::format("{}:{}", at->second, local);
    }
    return unknown.empty() ? std::string(name) : fmt::format("{}:{}", unknown, local);
}

/// False when elements lie too deep.
bool normalise(pugi::xml_node node, Scope& scope, std::size_t depth) {
    if (depth > depth_max) return false;
    const auto outer = scope.size();
    for (const auto attribute : node.attributes()) {
        const std::string_view name = attribute.name();
        if (name == "xmlns") scope.emplace_back("", fixed_prefix(attribute.value()));
        if (name.starts_with("xmlns:"))
            scope.emplace_back(name.substr(6), fixed_prefix(attribute.value()));
    }
    node.set_name(fixed_name(scope, node.name(), "other").c_str());
    for (auto attribute : node.attributes()) {
        const std::string_view name = attribute.name();
        if (name.find(':') != std::string_view::npos && !name.starts_with("xml"))
            attribute.set_name(fixed_name(scope, name, "").c_str());
    }
    for (const auto child : node.children()) {
        if (child.type() == pugi::node_element && !normalise(child, scope, depth + 1)) return false;
    }
    scope.resize(outer);
    return true;
}

std::string text_of(pugi::xml_node node) {
    std::string_view text = node.text().get();
    while (!text.empty() && std::string_view(" \t\r\n").contains(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && std::string_view(" \t\r\n").contains(text.back()))
        text.remove_suffix(1);
    return std::string(text);
}

/// xs:duration of days, hours, minutes, seconds; nothing for other ones.
std::optional<std::int64_t> milliseconds_of(std::string_view text) {
    if (!text.starts_with('P')) return std::nullopt;
    text.remove_prefix(1);
    double sum = 0;
    bool is_time = false;
    while (!text.empty()) {
        if (text.front() == 'T') {
            is_time = true;
            text.remove_prefix(1);
            continue;
        }
        double number = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        if (read.ec != std::errc{} || read.ptr == text.data() + text.size()) return std::nullopt;
        const char unit = *read.ptr;
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()) + 1);
        if (unit == 'D' && !is_time) {
            sum += number * 86'400;
        } else if (unit == 'H' && is_time) {
            sum += number * 3'600;
        } else if (unit == 'M' && is_time) {
            sum += number * 60;
        } else if (unit == 'S' && is_time) {
            sum += number;
        } else {
            return std::nullopt;
        }
    }
    if (!(sum >= 0) || sum > 2'147'483) return std::nullopt;
    return std::llround(sum * 1000);
}

bool must_be_understood(pugi::xml_node header) {
    const std::string_view value = header.attribute("s:mustUnderstand").value();
    return value == "true" || value == "1";
}

std::optional<WsmanFault> read_headers(WsmanRequest& request, pugi::xml_node headers) {
    for (const auto header : headers.children()) {
        const std::string_view name = header.name();
        if (std::ranges::find(known_headers, name) == known_headers.end()) {
            if (must_be_understood(header)) return invalid_headers();
            continue;
        }
        if (name == "a:Action") request.action = text_of(header);
        if (name == "a:To") request.to = text_of(header);
        if (name == "w:ResourceURI") request.resource = text_of(header);
        if (name == "w:OperationTimeout") {
            const auto time = milliseconds_of(text_of(header));
            if (!time) return invalid_headers();
            request.timeout_milliseconds = *time;
        }
        if (name == "w:MaxEnvelopeSize") {
            const auto text = text_of(header);
            const auto* const end = text.data() + text.size();
            if (std::from_chars(text.data(), end, request.envelope_max).ptr != end || text.empty())
                return invalid_headers();
        }
        for (const auto option : header.children("w:Option"))
            request.options[option.attribute("Name").value()] = text_of(option);
        for (const auto selector : header.children("w:Selector")) {
            if (std::string_view(selector.attribute("Name").value()) == "ShellId")
                request.shell = text_of(selector);
        }
    }
    return std::nullopt;
}

/// A request that asks for less could not even be told what is wrong.
constexpr std::size_t envelope_min = 8'192;

/// Reads into `request` as far as it gets.
std::optional<WsmanFault> read_envelope(WsmanRequest& request, std::string_view text) {
    request.document = std::make_shared<pugi::xml_document>();
    const auto parsed = request.document->load_buffer(text.data(), text.size());
    Scope scope;
    const auto root = request.document->document_element();
    if (!parsed || !root || !normalise(root, scope, 0)) return schema_violation();
    if (std::string_view(root.name()) != "s:Envelope") return schema_violation();
    const auto header = root.child("s:Header");
    request.message_id = text_of(header.child("a:MessageID"));
    if (auto wrong = read_headers(request, header)) return wrong;
    if (request.message_id.empty() || request.action.empty() || !root.child("s:Body"))
        return schema_violation();
    if (request.envelope_max < envelope_min) {
        return WsmanFault{
            .side = "s:Sender",
            .subcode = "w:EncodingLimit",
            .code = "2150858824",
            .reason =
                "The response that the WS-Management service computed exceeds the maximum "
                "envelope size in the request. ",
            .detail = "MinimumEnvelopeLimit"};
    }
    for (const auto child : root.child("s:Body").children()) {
        if (child.type() != pugi::node_element) continue;
        request.body = child;
        break;
    }
    return std::nullopt;
}

constexpr std::string_view envelope_namespaces =
    R"(xml:lang="en-US" xmlns:s="http://www.w3.org/2003/05/soap-envelope" )"
    R"(xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" )"
    R"(xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer" )"
    R"(xmlns:e="http://schemas.xmlsoap.org/ws/2004/08/eventing" )"
    R"(xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" )"
    R"(xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" )"
    R"(xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell" )"
    R"(xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd")";

Reply envelope(int status, std::string_view action, std::string_view relates_to,
               std::string_view body) {
    const auto related = relates_to.empty()
                             ? std::string()
                             : fmt::format("<a:RelatesTo>{}</a:RelatesTo>", xml_escape(relates_to));
    return Reply{status,
                 fmt::format("<s:Envelope {}><s:Header><a:Action>{}</a:Action>"
                             "<a:MessageID>uuid:{}</a:MessageID><p:ActivityId>{}</p:ActivityId>"
                             "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
                             "</a:To>{}</s:Header><s:Body>{}</s:Body></s:Envelope>",
                             envelope_namespaces, action, new_guid(), new_guid(), related, body),
                 {{"Content-Type", "application/soap+xml;charset=UTF-8"}}};
}

}  // namespace

std::string_view WsmanRequest::verb() const {
    const std::string_view whole = action;
    const auto slash = whole.rfind('/');
    return slash == std::string_view::npos ? whole : whole.substr(slash + 1);
}

std::optional<std::int64_t> wsman_seconds(std::string_view text) {
    const auto milliseconds = milliseconds_of(text);
    if (!milliseconds) return std::nullopt;
    return *milliseconds / 1000;
}

std::string xml_escape(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    for (const char letter : text) {
        switch (letter) {
            case '&': safe += "&amp;"; break;
            case '<': safe += "&lt;"; break;
            case '>': safe += "&gt;"; break;
            case '"': safe += "&quot;"; break;
            default: safe += letter;
        }
    }
    return safe;
}

std::expected<WsmanRequest, WsmanFault> read_wsman(std::string_view text) {
    WsmanRequest request;
    auto wrong = read_envelope(request, text);
    if (!wrong) return request;
    wrong->relates_to = request.message_id;
    return std::unexpected(*std::move(wrong));
}

Reply wsman_answer(const WsmanRequest& request, std::string_view body) {
    return envelope(200, xml_escape(request.action) + "Response", request.message_id, body);
}

Reply wsman_fault(std::string_view message_id, const WsmanFault& fault) {
    const auto message = xml_escape(fault.message.empty() ? fault.reason : fault.message);
    constexpr std::string_view open =
        R"(<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" )";
    std::string inner = message;
    if (!fault.provider.empty()) {
        inner = fmt::format(R"(<f:ProviderFault provider="{}" path="%systemroot%\system32\)"
                            R"(WsmSvc.dll">{}Code="{}" Machine="127.0.0.1"><f:Message>{})"
                            "</f:Message></f:WSManFault></f:ProviderFault>",
                            fault.provider, open, fault.code, message);
    }
    const auto place =
        fault.detail.empty()
            ? std::string()
            : fmt::format(
                  "<w:FaultDetail>http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/{}"
                  "</w:FaultDetail>",
                  fault.detail);
    const auto body = fmt::format(
        "<s:Fault><s:Code><s:Value>{}</s:Value><s:Subcode><s:Value>{}</s:Value></s:Subcode>"
        R"(</s:Code><s:Reason><s:Text xml:lang="en-US">{}</s:Text></s:Reason><s:Detail>{}{})"
        R"(Code="{}" Machine="127.0.0.1"><f:Message>{}</f:Message></f:WSManFault></s:Detail>)"
        "</s:Fault>",
        fault.side, fault.subcode, xml_escape(fault.reason), place, open, xml_escape(fault.code),
        inner);
    return envelope(500, "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault", message_id, body);
}

}  // namespace hqsync::sim
