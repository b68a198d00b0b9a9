// A shell whose server is played by the test: what it sends is queued, what it gets is written
// down.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/clock.hpp"
#include "management/clixml.hpp"
#include "management/fragment.hpp"
#include "management/psrp_message.hpp"
#include "management/shell.hpp"
#include "unit/management/psrp_transcript.hpp"

namespace hqsync::management::test {

/// Time passes only where somebody waits.
class PlayedClock final : public Clock {
public:
    [[nodiscard]] Instant now() const override { return now_; }
    Task<void> sleep_for(Milliseconds pause) override;
    void pass(Milliseconds pause) { now_ += pause; }

private:
    Instant now_{std::chrono::days(20000)};
};

class PlayedShell final : public Shell {
public:
    explicit PlayedShell(PlayedClock& clock) : clock_(clock) {}

    /// Answers to receive, in order; when there are none, time passes and nothing came.
    std::deque<Result<Received>> answers;
    /// Faults by the words that the log has for the operation, for example "create".
    std::map<std::string, Fault> faults;
    /// Called before an operation is answered, with its words: acts while it is under way.
    std::function<void(const std::string&)> on_operation;
    std::string command_id = "COMMAND";
    std::size_t blob_max = 32768;
    Milliseconds silence{20'000};  ///< how long receive waits for nothing

    // What was asked.
    std::vector<std::string> log;         ///< "create SESSION_CAPABILITY INIT_RUNSPACEPOOL"
    std::vector<psrp::Message> messages;  ///< that came whole
    std::string agreed;
    bool is_held = false;

    /// Messages of the server, for the pool or for the command.
    void say(std::vector<psrp::Message> messages);
    void say(psrp::MessageType type, const clixml::Value& data);
    void say_raw(std::string bytes, std::string command);
    /// What every opening brings.
    void say_opened(const std::string& version = "2.3");
    void say_state(std::int32_t pipeline_state);
    /// The answer to the last PUBLIC_KEY that came.
    void say_session_key(const std::string& key);
    [[nodiscard]] std::string last_data(psrp::MessageType type) const;

    Task<Result<std::string>> create(ShellRequest request) override;
    Task<Result<std::string>> command(std::string id, std::string fragment) override;
    Task<Result<void>> send(std::string id, std::string_view stream, std::string bytes) override;
    Task<Result<Received>> receive(std::string id) override;
    Task<Result<void>> signal(std::string id, Signal signal) override;
    Task<Result<void>> remove() override;
    [[nodiscard]] std::size_t max_fragment_blob() const override { return blob_max; }
    void agreed_protocol(std::string_view version) override { agreed = version; }

private:
    Result<void> note(std::string words, std::string_view bytes);

    PlayedClock& clock_;
    psrp::Assembler assembler_;
    std::uint64_t next_object_ = 1;
};

/// Queues what a recorded server said, and names what the recorded client asked, in the log's
/// words. The key of a recorded exchange was for another client: it is played anew.
std::vector<std::string> replay(PlayedShell& shell, const std::string& name);

std::string_view name(psrp::MessageType type);

/// Runs a coroutine to its end; a test that would hang fails instead.
template <class T>
T await(Task<T> task);

}  // namespace hqsync::management::test

#include "unit/management/psrp_await.hpp"
