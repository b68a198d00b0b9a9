// Envelope, version, impersonation, then the operation by its name.
#include "sim/ews_face.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/ews_schema.hpp"
#include "sim/ews_streaming.hpp"

namespace hqsync::sim {

namespace {

/// Whether a test can order the failure of each item, or only of the whole.
enum class Grain : std::uint8_t { whole, item };

struct Named {
    std::string_view name;  ///< of the request; the answer is {name}Response
    EwsOperation work;
    Grain grain = Grain::whole;
    const char* written = nullptr;  ///< list of what is written; null: the operation reads
};
constexpr std::array operations{
    Named{"GetFolder", get_folder},
    Named{"FindFolder", find_folder},
    Named{"CreateFolder", create_folder, Grain::item, "m:Folders"},
    Named{"UpdateFolder", update_folder, Grain::item, "m:FolderChanges"},
    Named{"DeleteFolder", delete_folder, Grain::whole, "m:FolderIds"},
    Named{"EmptyFolder", empty_folder, Grain::whole, "m:FolderIds"},
    Named{"MoveFolder", move_folder, Grain::whole, "m:FolderIds"},
    Named{"SyncFolderHierarchy", sync_folder_hierarchy},
    Named{"SyncFolderItems", sync_folder_items},
    Named{"FindItem", find_item},
    Named{"GetItem", get_item, Grain::item},
    Named{"CreateItem", create_item, Grain::item, "m:Items"},
    Named{"UpdateItem", update_item, Grain::item, "m:ItemChanges"},
    Named{"MoveItem", move_item, Grain::item, "m:ItemIds"},
    Named{"CopyItem", copy_item, Grain::item, "m:ItemIds"},
    Named{"DeleteItem", delete_item, Grain::item, "m:ItemIds"},
    Named{"CreateAttachment", create_attachment, Grain::item, "m:Attachments"},
    Named{"GetAttachment", get_attachment},
    Named{"DeleteAttachment", delete_attachment, Grain::item, "m:AttachmentIds"},
    Named{"ConvertId", convert_id},
    Named{"ResolveNames", resolve_names},
    Named{"Subscribe", subscribe},
    Named{"Unsubscribe", unsubscribe},
    Named{"GetStreamingEvents", get_streaming_events},
};

constexpr std::array<std::string_view, 19> versions{
    "Exchange2007",     "Exchange2007_SP1", "Exchange2009", "Exchange2010",     "Exchange2010_SP1",
    "Exchange2010_SP2", "Exchange2012",     "Exchange2013", "Exchange2013_SP1", "Exchange2015",
    "Exchange2016",     "V2015_10_05",      "V2016_01_06",  "V2016_04_13",      "V2016_07_13",
    "V2016_10_10",      "V2017_01_07",      "V2017_04_14",  "V2017_07_11"};

/// Exchange 2019 answers a version that it does not know as any other request that it does not
/// understand, before it looks into the rest; clients then try an older one.
bool knows_version(pugi::xml_node header) {
    const auto version = header.child("t:RequestServerVersion").attribute("Version");
    return !version || std::ranges::find(versions, version.value()) != versions.end();
}

const Named* operation_of(pugi::xml_node element) {
    const std::string_view qualified = element.name();
    if (!qualified.starts_with("m:")) return nullptr;
    const auto* const at = std::ranges::find(operations, qualified.substr(2), &Named::name);
    return at == operations.end() ? nullptr : at;
}

constexpr std::array<std::string_view, 4> checked_headers{
    "RequestServerVersion", "ExchangeImpersonation", "TimeZoneContext", "DateTimePrecision"};

/// What stands in the element whose name ends so, within the header.
std::string_view header_text(std::string_view body, std::string_view name) {
    const auto at = body.find(name);
    if (at == std::string_view::npos) return {};
    body.remove_prefix(at + name.size());
    const auto end = body.find('<');
    if (end == std::string_view::npos) return {};
    body = body.substr(0, end);
    while (!body.empty() && std::isspace(static_cast<unsigned char>(body.front())) != 0)
        body.remove_prefix(1);
    while (!body.empty() && std::isspace(static_cast<unsigned char>(body.back())) != 0)
        body.remove_suffix(1);
    return body;
}

/// The parser takes an ampersand that begins no reference as a letter; a real server refuses it.
bool has_bare_ampersand(std::string_view body) {
    for (auto at = body.find('&'); at != std::string_view::npos; at = body.find('&', at + 1)) {
        const auto name = body.substr(at + 1, body.find(';', at) - at - 1);
        const bool is_number = name.size() > 1 && name.front() == '#';
        if (!is_number && name != "amp" && name != "lt" && name != "gt" && name != "quot" &&
            name != "apos")
            return true;
    }
    return false;
}

/// Without a stream it is a whole answer, of one chunk.
Reply ews_stream(StreamStart start) {
    return Reply{200,
                 std::move(start.body),
                 {{"Content-Type", "text/xml; charset=utf-8"}},
                 std::move(start.stream)};
}

}  // namespace

std::string EwsFace::address_of(const Request& request, std::string_view caller) const {
    std::string_view header = request.body;
    header = header.substr(0, header.find("Body>"));
    const auto named = header_text(header, "SmtpAddress>");
    return lower(named.empty() ? caller : named);
}

EwsSummary EwsFace::summary(const Request& request) {
    pugi::xml_document asked;
    if (!asked.load_buffer(request.body.data(), request.body.size())) return {};
    normalise(asked);
    const auto operation = first_element(asked.child("s:Envelope").child("s:Body"));
    const auto* const at = operation_of(operation);
    if (at == nullptr) return {};
    EwsSummary summary{.operation = std::string(at->name), .writes = 0};
    if (at->written != nullptr) summary.writes = elements(operation.child(at->written)).size();
    return summary;
}

void EwsFace::add_alias(std::string_view alias, std::string_view primary) {
    aliases_[lower(alias)] = lower(primary);
}

std::string EwsFace::primary_of(std::string_view address) const {
    const auto at = aliases_.find(address);
    return at == aliases_.end() ? std::string() : at->second;
}

void EwsFace::deny_impersonation(std::string_view address) {
    denied_.insert(lower(address));
}

std::expected<void, EwsError> EwsFace::impersonate(EwsCall& call, pugi::xml_node sid,
                                                   std::string_view caller) {
    const auto named = first_element(sid);
    const auto address = lower(named.text().get());
    const std::string_view form = named.name();
    // A user principal name is the address here, as it is by recommendation.
    if (form == "t:SID")
        return std::unexpected(ews_error("ErrorInvalidExchangeImpersonationHeaderData"));
    if (const auto alias = aliases_.find(address); alias != aliases_.end()) {
        EwsError error = ews_error("ErrorNonPrimarySmtpAddress");
        error.values.emplace_back("Primary", alias->second);
        return std::unexpected(error);
    }
    call.mailbox = domain_.mailbox(address);
    if (call.mailbox == nullptr) return std::unexpected(ews_error("ErrorNonExistentMailbox"));
    if (denied_.contains(address) || (may_impersonate && !may_impersonate(caller, *call.mailbox)))
        return std::unexpected(ews_error("ErrorImpersonateUserDenied"));
    call.is_impersonated = true;
    return {};
}

std::expected<void, EwsError> EwsFace::read_header(EwsCall& call, pugi::xml_node header,
                                                   std::string_view caller) {
    if (const auto sid = header.child("t:ExchangeImpersonation").child("t:ConnectingSID"))
        return impersonate(call, sid, caller);
    call.mailbox = domain_.mailbox(caller);
    return {};
}

Reply EwsFace::answer(const Request& request, std::string_view caller, ItemTrouble trouble) {
    if (request.method != "POST")
        return Reply{200, "<html><body>Service</body></html>", {{"Content-Type", "text/html"}}};
    pugi::xml_document asked;
    const auto parsed = asked.load_buffer(request.body.data(), request.body.size(),
                                          pugi::parse_default | pugi::parse_ws_pcdata_single);
    if (!parsed || has_bare_ampersand(request.body)) return Reply{400, "", {}};
    const Positions positions = normalise(asked);
    const auto envelope = asked.child("s:Envelope");
    const auto operation = first_element(envelope.child("s:Body"));
    const auto* const at = operation_of(operation);
    if (at == nullptr || !knows_version(envelope.child("s:Header")))
        return ews_fault(ews_error("ErrorInvalidRequest"));
    for (const auto part : elements(envelope.child("s:Header"))) {
        const std::string_view name = std::string_view(part.name()).substr(2);
        if (std::ranges::find(checked_headers, name) == checked_headers.end()) continue;
        if (const auto wrong = violation_of(part, name, positions, request.body))
            return ews_fault(*wrong);
    }
    if (const auto wrong = violation_of(operation, at->name, positions, request.body))
        return ews_fault(*wrong);
    EwsCall call{.domain = domain_, .request = operation, .trouble = std::move(trouble)};
    call.subscriptions = &subscriptions_;
    call.connection = request.connection;
    if (const auto fit = read_header(call, envelope.child("s:Header"), caller); !fit)
        return ews_fault(fit.error());
    pugi::xml_document answer;
    call.messages = open_answer(answer, at->name);
    const auto refused = at->grain == Grain::whole ? call.ordered(operation) : std::nullopt;
    if (refused) {
        auto message = add_failure(call.messages, at->name, *refused);
        // The only message whose schema wants its list also with an error.
        if (at->name == "GetAttachment") add(message, "m:Attachments");
    } else {
        at->work(call);
    }
    if (call.fault) return ews_fault(*call.fault);
    if (call.start) return ews_stream(*std::move(call.start));
    return ews_reply(answer);
}

}  // namespace hqsync::sim
