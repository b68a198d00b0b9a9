// Texts of errors, and the envelope around answers.
#include "sim/ews_message.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace hqsync::sim {

namespace {

constexpr const char* soap = "http://schemas.xmlsoap.org/soap/envelope/";
constexpr const char* types = "http://schemas.microsoft.com/exchange/services/2006/types";
constexpr const char* messages = "http://schemas.microsoft.com/exchange/services/2006/messages";
constexpr const char* errors = "http://schemas.microsoft.com/exchange/services/2006/errors";

struct Text {
    std::string_view code;
    std::string_view text;
};
constexpr std::array texts{
    Text{"ErrorAccessDenied", "Access is denied. Check credentials and try again."},
    Text{"ErrorBatchProcessingStopped", "Batch processing has been stopped."},
    Text{"ErrorCannotCreateContactInNonContactFolder",
         "Cannot create a contact in a non-contact folder."},
    Text{"ErrorChangeKeyRequiredForWriteOperations",
         "A change key is required for write operations."},
    Text{"ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted."},
    Text{"ErrorFolderExists", "A folder with the specified name already exists."},
    Text{"ErrorFolderNotFound", "The specified folder could not be found in the store."},
    Text{"ErrorImpersonateUserDenied",
         "The account does not have permission to impersonate the requested user."},
    Text{"ErrorInternalServerError", "An internal server error occurred. The operation failed."},
    Text{"ErrorInvalidIdMalformed", "Id is malformed."},
    Text{"ErrorInvalidPropertyForOperation", "The property cannot be requested in this operation."},
    Text{"ErrorInvalidPropertyRequest", "The requested property cannot be used in this operation."},
    Text{"ErrorInvalidPropertySet", "Set action is invalid for property."},
    Text{"ErrorInvalidPropertyDelete", "Delete action is invalid for property."},
    Text{"ErrorInvalidPropertyAppend", "Append action is invalid for property."},
    Text{"ErrorInvalidRequest", "The request is invalid."},
    Text{"ErrorInvalidSyncStateData",
         "Synchronization state data is corrupt or otherwise invalid."},
    Text{"ErrorIrresolvableConflict",
         "The send or update operation could not be performed because the change key passed in "
         "the request does not match the current change key for the item."},
    Text{"ErrorItemNotFound", "The specified object was not found in the store."},
    Text{"ErrorItemSavePropertyError",
         "A property of the item could not be saved because its value is not valid."},
    Text{"ErrorMailboxStoreUnavailable",
         "The mailbox database is temporarily unavailable., Cannot open mailbox."},
    Text{"ErrorMissingEmailAddress",
         "When making a request as an account that does not have a mailbox, you must specify the "
         "mailbox primary SMTP address for any distinguished folder Ids."},
    Text{"ErrorMoveDistinguishedFolder", "Distinguished folders cannot be moved."},
    Text{"ErrorNameResolutionNoResults", "No results were found."},
    Text{"ErrorNoFolderClassOverride",
         "A folder class cannot be specified for a folder of a specific type."},
    Text{"ErrorNoPropertyTagForCustomProperties",
         "Custom properties cannot be accessed by their property tag."},
    Text{"ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it."},
    Text{"ErrorNonPrimarySmtpAddress",
         "The SMTP address of the mailbox is not its primary address."},
    Text{"ErrorObjectTypeChanged", "The type of the object does not match that of the item."},
    Text{"ErrorQuotaExceeded", "The mailbox has exceeded its storage quota."},
    Text{"ErrorSchemaValidation", "The request failed schema validation."},
    Text{"ErrorServerBusy", "The server cannot service this request right now. Try again later."},
    Text{"ErrorSyncFolderNotFound", "The folder to synchronize could not be found."},
    Text{"ErrorUnsupportedPathForQuery", "The path is not supported for queries."},
    Text{"ErrorUnsupportedPathForSortGroup", "The path is not supported for sorting."},
    Text{"ErrorUpdatePropertyMismatch",
         "The property path and the property of an update do not match."},
};

struct TextOut : pugi::xml_writer {
    std::string text;
    void write(const void* data, std::size_t size) override {
        text.append(static_cast<const char*>(data), size);
    }
};

std::string printed(const pugi::xml_document& document) {
    TextOut out;
    document.save(out, "", pugi::format_raw, pugi::encoding_utf8);
    return std::move(out.text);
}

/// MessageXml is any content; only faults and messages with details have it.
void add_details(pugi::xml_node parent, const char* name, const EwsError& error) {
    if (error.values.empty() && !error.path && error.uri.empty()) return;
    auto details = add(parent, name);
    if (!error.uri.empty()) set(add(details, "t:FieldURI"), "FieldURI", error.uri);
    if (error.path) details.append_copy(error.path);
    for (const auto& [key, value] : error.values) {
        const bool is_plain = key == "LineNumber" || key == "LinePosition" || key == "Violation";
        auto node = add(details, is_plain ? ("t:" + key).c_str() : "t:Value", value);
        if (!is_plain) set(node, "Name", key);
    }
}

pugi::xml_node add_problem(pugi::xml_node parent, std::string_view operation,
                           const char* response_class, const EwsError& error) {
    auto node = add(parent, fmt::format("m:{}ResponseMessage", operation).c_str());
    set(node, "ResponseClass", response_class);
    add(node, "m:MessageText", error.text);
    add(node, "m:ResponseCode", error.code);
    add(node, "m:DescriptiveLinkKey", "0");
    add_details(node, "m:MessageXml", error);
    return node;
}

using Scope = std::map<std::string, std::string, std::less<>>;  ///< prefix to namespace

void rename(pugi::xml_node node, Scope scope, Positions& positions) {
    positions[node.hash_value()] = node.offset_debug();
    for (auto at = node.first_attribute(); at;) {
        const auto next = at.next_attribute();
        const std::string_view name = at.name();
        if (name == "xmlns" || name.starts_with("xmlns:")) {
            scope[std::string(name == "xmlns" ? "" : name.substr(6))] = at.value();
            node.remove_attribute(at);
        }
        at = next;
    }
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    const auto prefix = colon == std::string_view::npos ? "" : name.substr(0, colon);
    const auto found = scope.find(prefix);
    const std::string_view space = found == scope.end() ? "" : std::string_view(found->second);
    const char* known = "?";
    if (space == soap) known = "s";
    if (space == types) known = "t";
    if (space == messages) known = "m";
    const auto local = colon == std::string_view::npos ? name : name.substr(colon + 1);
    node.set_name(fmt::format("{}:{}", known, local).c_str());
    for (auto child : node.children()) {
        if (child.type() == pugi::node_element) rename(child, scope, positions);
    }
}

}  // namespace

EwsError ews_error(std::string_view code) {
    const auto* const at = std::ranges::find(texts, code, &Text::code);
    return {.code = std::string(code),
            .text = at == texts.end() ? std::string("The request failed.") : std::string(at->text)};
}

pugi::xml_node add(pugi::xml_node parent, const char* name) {
    return parent.append_child(name);
}

pugi::xml_node add(pugi::xml_node parent, const char* name, std::string_view text) {
    auto node = parent.append_child(name);
    node.text().set(legible(text).c_str());
    return node;
}

void set(pugi::xml_node node, const char* attribute, std::string_view value) {
    node.append_attribute(attribute) = legible(value).c_str();
}

std::string packed(std::string_view base64) {
    std::string kept;
    for (const char letter : base64) {
        if (std::isspace(static_cast<unsigned char>(letter)) == 0) kept += letter;
    }
    return kept;
}

std::string legible(std::string_view text) {
    std::string kept;
    for (const char letter : text) {
        const bool is_control = static_cast<unsigned char>(letter) < 0x20 && letter != '\t' &&
                                letter != '\n' && letter != '\r';
        if (!is_control) kept += letter;
    }
    return kept;
}

std::string instant_text(std::int64_t seconds) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

pugi::xml_node add_success(pugi::xml_node parent, std::string_view operation) {
    auto node = add(parent, fmt::format("m:{}ResponseMessage", operation).c_str());
    set(node, "ResponseClass", "Success");
    add(node, "m:ResponseCode", "NoError");
    return node;
}

pugi::xml_node add_failure(pugi::xml_node parent, std::string_view operation,
                           const EwsError& error) {
    const bool is_stopped = error.code == "ErrorBatchProcessingStopped";
    return add_problem(parent, operation, is_stopped ? "Warning" : "Error", error);
}

Positions normalise(pugi::xml_document& document) {
    Positions positions;
    rename(document.document_element(), {}, positions);
    return positions;
}

pugi::xml_node open_answer(pugi::xml_document& document, std::string_view operation) {
    auto declaration = document.append_child(pugi::node_declaration);
    set(declaration, "version", "1.0");
    set(declaration, "encoding", "utf-8");
    auto envelope = add(document.root(), "s:Envelope");
    set(envelope, "xmlns:s", "http://schemas.xmlsoap.org/soap/envelope/");
    set(envelope, "xmlns:t", "http://schemas.microsoft.com/exchange/services/2006/types");
    set(envelope, "xmlns:m", "http://schemas.microsoft.com/exchange/services/2006/messages");
    auto version = add(add(envelope, "s:Header"), "t:ServerVersionInfo");
    set(version, "MajorVersion", "15");
    set(version, "MinorVersion", "2");
    set(version, "MajorBuildNumber", "2562");
    set(version, "MinorBuildNumber", "17");
    set(version, "Version", "V2017_07_11");
    auto response = add(add(envelope, "s:Body"), fmt::format("m:{}Response", operation).c_str());
    return add(response, "m:ResponseMessages");
}

Reply ews_reply(const pugi::xml_document& envelope) {
    return Reply{200, printed(envelope), {{"Content-Type", "text/xml; charset=utf-8"}}};
}

Reply ews_fault(const EwsError& error) {
    pugi::xml_document document;
    auto declaration = document.append_child(pugi::node_declaration);
    set(declaration, "version", "1.0");
    set(declaration, "encoding", "utf-8");
    auto envelope = add(document.root(), "s:Envelope");
    set(envelope, "xmlns:s", soap);
    auto fault = add(add(envelope, "s:Body"), "s:Fault");
    set(add(fault, "faultcode", "a:" + error.code), "xmlns:a", types);
    set(add(fault, "faultstring", error.text), "xml:lang", "en-US");
    auto detail = add(fault, "detail");
    set(add(detail, "e:ResponseCode", error.code), "xmlns:e", errors);
    set(add(detail, "e:Message", error.text), "xmlns:e", errors);
    add_details(detail, "t:MessageXml", error);
    if (auto extra = detail.child("t:MessageXml")) set(extra, "xmlns:t", types);
    return Reply{500, printed(document), {{"Content-Type", "text/xml; charset=utf-8"}}};
}

}  // namespace hqsync::sim
