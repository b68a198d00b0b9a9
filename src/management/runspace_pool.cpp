// MS-PSRP 3.1.5: the order of capability, private data and state is the server's business.
#include "management/runspace_pool.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "management/clixml_reader.hpp"
#include "management/clixml_writer.hpp"
#include "management/psrp_records.hpp"
#include "management/psrp_requests.hpp"

namespace hqsync::management::psrp {

namespace {

using clixml::property;
using clixml::Value;

constexpr std::size_t answers_max = 100;

constexpr auto state_names = std::to_array<std::string_view>(
    {"before open", "opening", "opened", "closed", "closing", "broken", "negotiation sent",
     "negotiation succeeded", "connecting", "disconnected"});

Fault malformed(std::string_view what) {
    return {Reach::run, "psrp.malformed", std::string(what)};
}

/// What we write ourselves holds no secrets and is not deep.
std::string written(const Value& value) {
    return clixml::write(value).value_or("");
}

}  // namespace

std::string_view name(PoolState state) {
    return state_names[static_cast<std::size_t>(state)];
}

std::vector<Message> RunspacePool::opening() {
    state_ = PoolState::negotiation_sent;
    const auto message = [&](MessageType type, const Value& data) {
        return Message{Destination::server, type, id_, Guid(), written(data)};
    };
    return {message(MessageType::session_capability, session_capability()),
            message(MessageType::init_runspace_pool, init_runspace_pool())};
}

Result<Message> RunspacePool::key_request() {
    auto exchange = KeyExchange::generate();
    if (!exchange) return fail(exchange.error());
    const auto blob = exchange->public_key();
    if (!blob) return fail(blob.error());
    exchange_ = *std::move(exchange);
    wants_key_ = false;
    return Message{Destination::server, MessageType::public_key, id_, Guid(),
                   written(public_key(*blob))};
}

std::vector<Message> RunspacePool::take_answers() {
    return std::exchange(answers_, {});
}

Result<void> RunspacePool::take(const Message& message) {
    auto data = clixml::read(message.data);
    Result<void> taken;
    if (!data) {
        taken = fail(data.error());
    } else {
        switch (message.type) {
            case MessageType::session_capability: taken = take_capability(*data); break;
            case MessageType::runspace_pool_state: taken = take_state(*data); break;
            case MessageType::encrypted_session_key: taken = take_key(*data); break;
            case MessageType::public_key_request: wants_key_ = true; break;
            case MessageType::application_private_data:
                if (const auto* held = property(*data, "ApplicationPrivateData"))
                    private_data_ = *held;
                break;
            case MessageType::runspace_pool_host_call: {
                const auto call = host_call(*data);
                if (call.id == HostCall::void_id) break;
                if (answers_.size() == answers_max) return fail(malformed("too many host calls"));
                answers_.push_back({Destination::server, MessageType::runspace_pool_host_response,
                                    id_, Guid(), written(host_refusal(call))});
                break;
            }
            default: break;
        }
    }
    if (!taken) state_ = PoolState::broken;
    return taken;
}

Result<void> RunspacePool::take_capability(const Value& data) {
    const auto text = clixml::string_in(property(data, "protocolversion")).value_or("");
    const auto version = version_in(text);
    if (!version || version->major != offered.major) {
        return fail({Reach::run, "psrp.version",
                     fmt::format("the server speaks version \"{}\" of the protocol, we speak {}.{}",
                                 clixml::to_text(Value(text), 40), offered.major, offered.minor)});
    }
    version_ = std::min(*version, offered);
    server_version_ = text;
    if (state_ == PoolState::negotiation_sent) state_ = PoolState::negotiation_succeeded;
    return {};
}

Result<void> RunspacePool::take_state(const Value& data) {
    const auto number = clixml::integer_in(property(data, "RunspaceState"));
    if (!number || *number < 0 || std::cmp_greater_equal(*number, state_names.size())) {
        return fail(malformed("a state of the runspace pool that there is not"));
    }
    const auto told = static_cast<PoolState>(*number);
    if (told == PoolState::broken || told == PoolState::closed) {
        const auto* const error = property(data, "ExceptionAsErrorRecord");
        std::string words = "it gave no reason";
        if (error != nullptr) words = read_error_record(*error).message;
        return fail({Reach::run, "psrp.pool",
                     fmt::format("the server's session is {}: {}", name(told),
                                 clixml::to_text(Value(words), 1000))});
    }
    if (told == PoolState::opened && server_version_.empty()) {
        return fail(malformed("the pool is open before its version is known"));
    }
    state_ = told;
    return {};
}

Result<void> RunspacePool::take_key(const Value& data) {
    const auto blob = clixml::string_in(property(data, "EncryptedSessionKey"));
    if (!exchange_ || !blob) return fail(malformed("a session key that nobody asked for"));
    auto key = exchange_->session_key(*blob);
    if (!key) return fail(key.error());
    key_.emplace(*key);
    return {};
}

}  // namespace hqsync::management::psrp
