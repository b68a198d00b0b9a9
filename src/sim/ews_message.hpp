// EWS messages on the wire: envelopes, response messages and faults, written with the prefixes that
// Exchange uses (s, t, m, e).
#pragma once

#include <pugixml.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim/graph_message.hpp"

namespace hqsync::sim {

/// What an operation, or one item of it, failed with.
struct EwsError {
    std::string code;  ///< "ErrorItemNotFound"
    std::string text = {};
    std::vector<std::pair<std::string, std::string>> values = {};  ///< of MessageXml, by name
    pugi::xml_node path = {};  ///< the property path at fault, copied into MessageXml
    std::string uri = {};      ///< the same when there is only its FieldURI
};

/// With the text that the server has for the code.
EwsError ews_error(std::string_view code);

/// "t:Name" or "m:Name" below `parent`.
pugi::xml_node add(pugi::xml_node parent, const char* name);
pugi::xml_node add(pugi::xml_node parent, const char* name, std::string_view text);
void set(pugi::xml_node node, const char* attribute, std::string_view value);
/// Base64 without the line breaks that XML allows in it.
std::string packed(std::string_view base64);
/// Without the characters that XML cannot carry.
std::string legible(std::string_view text);

/// "2026-03-01T08:00:01Z".
std::string instant_text(std::int64_t seconds);

/// <m:{operation}ResponseMessage ResponseClass=...> with the response code.
pugi::xml_node add_success(pugi::xml_node messages, std::string_view operation);
/// ErrorBatchProcessingStopped, of items that were not tried any more, is a warning.
pugi::xml_node add_failure(pugi::xml_node messages, std::string_view operation,
                           const EwsError& error);

/// Where elements stood in the text, by the hash value of their nodes.
using Positions = std::unordered_map<std::size_t, std::ptrdiff_t>;
/// Names get the prefixes s, t, m of their namespaces, whatever the sender called them; elements of
/// unknown namespaces become "?:name".
Positions normalise(pugi::xml_document& document);

/// The envelope of an answer; returns its m:ResponseMessages.
pugi::xml_node open_answer(pugi::xml_document& document, std::string_view operation);
Reply ews_reply(const pugi::xml_document& envelope);
/// The whole request failed: HTTP 500 and no s:Header.
Reply ews_fault(const EwsError& error);

}  // namespace hqsync::sim
