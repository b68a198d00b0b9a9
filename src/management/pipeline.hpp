// One command under way on the server: a state machine fed with messages, which gathers the output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "management/psrp_message.hpp"
#include "management/session.hpp"

namespace hqsync::management::psrp {

/// As the wire numbers them (MS-PSRP 2.2.3.5).
enum class PipelineState : std::uint8_t {
    not_started,
    running,
    stopping,
    stopped,
    completed,
    failed,
    disconnected,
};

/// What one command may bring; objects that somebody takes as they come do not count. Progress
/// beyond `progress` drops the oldest.
struct OutputLimits {
    std::size_t octets = std::size_t{128} << 20;  ///< of CLIXML
    std::size_t records = 1'000'000;
    std::size_t progress = 100;
};

class Pipeline {
public:
    /// `take` may be none: then objects are kept.
    Pipeline(Guid pool, Guid id, std::string command, OutputLimits limits, TakeObject take = {})
        : pool_(pool),
          id_(id),
          command_(std::move(command)),
          limits_(limits),
          take_object_(std::move(take)) {}

    [[nodiscard]] Guid id() const { return id_; }
    [[nodiscard]] PipelineState state() const { return state_; }
    /// Completed, failed or stopped: nothing more comes.
    [[nodiscard]] bool has_ended() const;

    /// Faults (run) "psrp.malformed"; (item) "command.too_much" when the output outgrows its
    /// limits.
    Result<void> take(const Message& message);

    /// Host calls that wait for an answer: a refusal for each, to be sent on stream "pr".
    std::vector<Message> take_answers();

    /// After the end. A command that failed or was stopped is a fault of session.hpp; what it wrote
    /// before is lost, as nobody could tell it from the whole.
    Result<Output> result() &&;

private:
    void keep(const Message& message, clixml::Value data);
    Result<void> take_state(const clixml::Value& data);
    Result<void> take_host_call(const clixml::Value& data);
    void note_line(std::int32_t method, const std::vector<clixml::Value>& arguments);
    std::vector<std::string>* lines_for(std::int32_t method);
    void note_progress(clixml::Progress progress);

    Guid pool_;
    Guid id_;
    std::string command_;
    OutputLimits limits_;
    TakeObject take_object_;
    PipelineState state_ = PipelineState::not_started;
    Output output_;
    std::optional<ErrorRecord> error_;
    std::vector<Message> answers_;
    std::size_t octets_ = 0;
    std::size_t records_ = 0;
};

}  // namespace hqsync::management::psrp
