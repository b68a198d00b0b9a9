// The names of WS-Management's namespaces, actions, options and states, as Windows spells them.
#pragma once

#include <string_view>

namespace hqsync::management::wsman {

// Namespaces, by the prefixes that our envelopes use.
inline constexpr std::string_view ns_s = "http://www.w3.org/2003/05/soap-envelope";
inline constexpr std::string_view ns_wsa = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
inline constexpr std::string_view ns_wsman = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd";
inline constexpr std::string_view ns_wsmv = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd";
inline constexpr std::string_view ns_rsp =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";
inline constexpr std::string_view ns_pwsh = "http://schemas.microsoft.com/powershell";
inline constexpr std::string_view ns_wsen = "http://schemas.xmlsoap.org/ws/2004/09/enumeration";

inline constexpr std::string_view action_create =
    "http://schemas.xmlsoap.org/ws/2004/09/transfer/Create";
inline constexpr std::string_view action_delete =
    "http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete";
inline constexpr std::string_view action_command =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command";
inline constexpr std::string_view action_send =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Send";
inline constexpr std::string_view action_receive =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Receive";
inline constexpr std::string_view action_signal =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Signal";
inline constexpr std::string_view action_enumerate =
    "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate";

inline constexpr std::string_view anonymous =
    "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";

/// The configuration that Exchange offers (its plugin's ResourceUri).
inline constexpr std::string_view exchange_resource =
    "http://schemas.microsoft.com/powershell/Microsoft.Exchange";

/// All shells of the account, whatever their configuration.
inline constexpr std::string_view shells_resource =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";

inline constexpr std::string_view signal_terminate =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/Terminate";
/// Stops a pipeline and keeps its command. The server compares exactly this spelling (WSManPlugin:
/// "crtl_c"); for any other code it closes the command.
inline constexpr std::string_view signal_stop = "powershell/signal/crtl_c";

}  // namespace hqsync::management::wsman
