// A remote shell as PowerShell remoting needs it: what WS-Management offers, without its envelopes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.hpp"
#include "base/result.hpp"

namespace hqsync::management {

struct ShellRequest {
    std::string
        shell_id;  ///< the runspace pool's id, an upper-case GUID; the server may give its own
    std::string creation;  ///< fragments as they are; the shell encodes them
    std::string protocol_version = "2.3";
    std::optional<std::chrono::seconds> idle_timeout = {};  ///< none: the server's
};

/// What one Receive brought.
struct Received {
    struct Chunk {
        std::string stream;      ///< "stdout"
        std::string command_id;  ///< empty: of the pool
        std::string bytes;       ///< fragments, decoded from base64
    };
    std::vector<Chunk> chunks;
    bool is_done = false;  ///< the command's state is Done; of the pool never
    std::optional<std::int64_t> exit_code = {};
};

enum class Signal : std::uint8_t {
    terminate,  ///< the command is over and its resources are given back
    ctrl_c,     ///< stop the pipeline; it then tells its last state
};

/// One shell of one server. Every call has a deadline of its own and may fail with the faults of
/// the transport. Beside those:
///   "shell.gone" (run)             the server does not know the shell or command any more
///                                  (2150858843)
///   "shell.too_many" (run)         create: the account's or the server's limit of shells is
///   reached "shell.refused" (configuration) the configuration is unknown or the account may not
///   use it
/// Calls follow each other, but `signal` and `remove` may come while a `receive` is under way.
class Shell {
public:
    virtual ~Shell() = default;

    /// Answers the server's id of the shell. May be called again once the shell is removed.
    virtual Task<Result<std::string>> create(ShellRequest request) = 0;

    /// Starts a pipeline with its first fragment; answers the server's id of the command.
    virtual Task<Result<std::string>> command(std::string command_id, std::string fragment) = 0;

    /// Hands over fragments. An empty `command_id` means the pool; `stream` is "stdin", or "pr" for
    /// answers to calls of the host.
    virtual Task<Result<void>> send(std::string command_id, std::string_view stream,
                                    std::string bytes) = 0;

    /// Waits for output of the command, or of the pool when `command_id` is empty. Nothing until
    /// the server's OperationTimeout (2150858793) is an answer without chunks, not a fault.
    virtual Task<Result<Received>> receive(std::string command_id) = 0;

    virtual Task<Result<void>> signal(std::string command_id, Signal signal) = 0;

    /// Gives the shell back. Idempotent: one that the server does not know counts as removed.
    virtual Task<Result<void>> remove() = 0;

    /// Octets of payload that fit into one fragment of one envelope, its header of 21 not counted.
    [[nodiscard]] virtual std::size_t max_fragment_blob() const = 0;

    /// The server's protocol version ("2.3"), once it told it: from 2.2 on envelopes may be larger.
    virtual void agreed_protocol(std::string_view version) = 0;
};

}  // namespace hqsync::management
