// What this side knows of the server's runspace pool: a state machine fed with messages, without
// sending or waiting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "management/clixml.hpp"
#include "management/key_exchange.hpp"
#include "management/psrp_message.hpp"
#include "management/psrp_version.hpp"

namespace hqsync::management::psrp {

/// As the wire numbers them (MS-PSRP 2.2.3.4); .NET numbers the last ones differently.
enum class PoolState : std::uint8_t {
    before_open,
    opening,
    opened,
    closed,
    closing,
    broken,
    negotiation_sent,
    negotiation_succeeded,
    connecting,
    disconnected,
};
std::string_view name(PoolState state);

class RunspacePool {
public:
    explicit RunspacePool(Guid id) : id_(id) {}

    [[nodiscard]] Guid id() const { return id_; }
    [[nodiscard]] PoolState state() const { return state_; }
    [[nodiscard]] bool is_opened() const { return state_ == PoolState::opened; }
    /// The lower of the server's and ours; 2.0 before the server told its own.
    [[nodiscard]] Version version() const { return version_; }
    /// As the server wrote it: "2.3". Empty before.
    [[nodiscard]] const std::string& server_version() const { return server_version_; }
    /// PSVersionTable and what else the server tells of itself; null before.
    [[nodiscard]] const clixml::Value& private_data() const { return private_data_; }
    [[nodiscard]] const SessionKey* session_key() const { return key_ ? &*key_ : nullptr; }
    /// The server asked for a key, or for an answer of the host.
    [[nodiscard]] bool wants_key() const { return wants_key_; }

    /// The messages that create the pool.
    std::vector<Message> opening();
    /// The message that asks for a session key; a new RSA key each time.
    Result<Message> key_request();
    /// Host calls that wait for an answer: a refusal for each, to be sent on stream "pr".
    std::vector<Message> take_answers();

    /// A message of the server that belongs to the pool. Faults (run): "psrp.version" (no common
    /// one), "psrp.pool" (closed or broken by the server; the detail has its words),
    /// "psrp.malformed". After a fault the pool is broken. Messages that it has no use for are
    /// passed over.
    Result<void> take(const Message& message);

    /// This side gives it up, or cannot follow it any more.
    void note_closed() { state_ = PoolState::closed; }
    void note_broken() { state_ = PoolState::broken; }

private:
    Result<void> take_capability(const clixml::Value& data);
    Result<void> take_state(const clixml::Value& data);
    Result<void> take_key(const clixml::Value& data);

    Guid id_;
    PoolState state_ = PoolState::before_open;
    Version version_{2, 0};
    std::string server_version_;
    clixml::Value private_data_;
    std::optional<KeyExchange> exchange_;
    std::optional<SessionKey> key_;
    bool wants_key_ = false;
    std::vector<Message> answers_;
};

}  // namespace hqsync::management::psrp
