// What is asked of a shell by WS-Management, and the SOAP envelope that asks it. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "async/clock.hpp"

namespace hqsync::management::wsman {

/// Octets of an envelope that every server takes (WinRM 2: 150 KB), and that one with protocol
/// version 2.2 or later takes (500 KB; Exchange's uploadReadAheadSize is the same).
inline constexpr std::size_t envelope_first = 153'600;
inline constexpr std::size_t envelope_later = 512'000;

/// What the headers of all requests of one shell say.
struct Header {
    std::string url;           ///< wsa:To
    std::string resource_uri;  ///< the configuration
    std::string session_id;    ///< "uuid:…", one for the client's session
    std::string shell_id;      ///< as the server named it; empty before Create
    Milliseconds operation_timeout{20'000};
    std::size_t envelope_max = envelope_first;
    std::string language = "en-US";
};

// Ids are GUIDs in upper case; `octets` are raw, the envelope holds them as base64.
struct Create {
    std::string shell_id;
    std::string octets;                        ///< creationXml
    std::optional<Milliseconds> idle_timeout;  ///< none: the server's
    std::string name;                          ///< empty: none
    std::string protocol_version = "2.3";
    bool loads_profile = true;
};
struct Command {
    std::string command_id;
    std::string octets;  ///< first fragment of the pipeline's message
};
struct Send {
    std::string command_id;        ///< empty: to the pool
    std::string stream = "stdin";  ///< "pr": answers to calls of the host
    std::string octets;
};
struct Receive {
    std::string command_id;  ///< empty: of the pool
};
struct Signal {
    std::string command_id;
    std::string code;
};
struct Delete {};
/// The shells of this account, with a header without shell_id for `shells_resource`.
struct Enumerate {};
using Operation = std::variant<Create, Command, Send, Receive, Signal, Delete, Enumerate>;

std::string_view action_of(const Operation& operation);

/// `message_id` is "uuid:…" in upper case, new for each request.
std::string envelope(const Header& header, std::string_view message_id, const Operation& operation);

/// How many raw octets fit into one Command or Send of `header.envelope_max` octets, with 256
/// octets to spare.
std::size_t payload_max(const Header& header);

/// xs:duration: "PT20S", "PT0.500S".
std::string duration(Milliseconds time);

}  // namespace hqsync::management::wsman
