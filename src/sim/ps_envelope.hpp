// WS-Management envelopes (DSP0226, [MS-WSMV]) from the server's side: what a request asks for, how
// answers and faults look. Knows no shells and no PowerShell.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <pugixml.hpp>

#include "sim/graph_message.hpp"

namespace hqsync::sim {

/// What a server takes at most, and what WinRM 3.0 tells and real clients count on.
inline constexpr std::size_t wsman_request_max = 512'000;  ///< octets

/// A fault as real servers word it. `code` is the number of wsmerror.h, decimal.
struct WsmanFault {
    std::string_view side;  ///< "s:Sender", "s:Receiver"
    std::string_view subcode;
    std::string code;
    std::string reason;
    std::string message = {};        ///< of the detail; empty: the reason
    std::string_view detail = {};    ///< last part of the w:FaultDetail URI; empty: none
    std::string_view provider = {};  ///< that reports it from within; empty: none
    std::string relates_to = {};     ///< MessageID of the request, as far as it was read
};

struct WsmanRequest {
    std::string action;  ///< the whole URI
    std::string resource;
    std::string message_id;
    std::string to;
    std::string shell;  ///< of the selectors; empty: none
    std::map<std::string, std::string, std::less<>> options;
    std::int64_t timeout_milliseconds = 60'000;
    std::size_t envelope_max = 153'600;
    pugi::xml_node body;  ///< first element in the body, under the fixed prefixes; null: none
    std::shared_ptr<pugi::xml_document> document;  ///< owns `body`

    [[nodiscard]] std::string_view verb() const;  ///< "Create", "Receive"
};

/// Prefixes afterwards: s a w p rsp x n cfg, pwsh; those of other namespaces become "other".
/// The fault for what is no XML or no envelope of WS-Management.
std::expected<WsmanRequest, WsmanFault> read_wsman(std::string_view text);

/// `body` is XML under the prefixes a p rsp s w x.
Reply wsman_answer(const WsmanRequest& request, std::string_view body);
/// `message_id` of the request; empty when it could not be read.
Reply wsman_fault(std::string_view message_id, const WsmanFault& fault);

std::string xml_escape(std::string_view text);

/// xs:duration in whole seconds; nothing for what is none.
std::optional<std::int64_t> wsman_seconds(std::string_view text);

// The faults that a shell knows.
WsmanFault unknown_shell();
WsmanFault unknown_command();
WsmanFault unknown_resource();
WsmanFault unknown_action();
WsmanFault invalid_headers();
WsmanFault schema_violation();
WsmanFault timed_out();
WsmanFault aborted();
WsmanFault too_many_shells(std::int64_t most);
WsmanFault too_many_commands(std::int64_t most);
/// Any code, in the words for it where they are known.
WsmanFault fault_of_code(std::string_view code);

}  // namespace hqsync::sim
