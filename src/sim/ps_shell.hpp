// One session of a client: a runspace pool with its pipelines ([MS-PSRP] 3.2), past WS-Management.
#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/ps_cmdlet.hpp"
#include "sim/ps_message.hpp"
#include "sim/ps_pipeline.hpp"

namespace hqsync::sim {

/// What a test has ordered for one command.
struct PsTrouble {
    std::int64_t delay_milliseconds = 0;
    std::optional<PsError> error;  ///< instead of its work
    std::vector<std::string> warnings;
    std::vector<std::string> progress;  ///< activities
};

/// What sessions share. Outlives them.
struct PsWorld {
    Organisation& organisation;
    PsRights rights;
    std::function<std::int64_t()> milliseconds;  ///< never goes back
    std::function<PsTrouble(const PsStep&)> trouble;
};

/// A fragment on its way to the client.
struct PsOutput {
    std::string octets;
    bool starts_answer = false;  ///< never in one answer with what was before it
};

enum class PsProgress : std::uint8_t { begun, waits_for_input, queued, runs, finished };

struct PsCommand {
    std::string id;        ///< as WS-Management names it, capital letters
    std::string pipeline;  ///< as the messages name it
    PsProgress progress = PsProgress::begun;
    PsPipeline work;
    std::vector<PsValue> input;
    std::vector<PsTrouble> troubles;  ///< one for each step of `work`
    std::int64_t due = 0;             ///< milliseconds when it does its work
    std::deque<PsOutput> output;
    bool is_told = false;  ///< the client knows that it is done
    std::string line;      ///< names of its cmdlets, for people
};

class PsShell {
public:
    /// At most `fragment_max` octets of a message in a fragment. `world` outlives it.
    PsShell(PsWorld& world, std::size_t fragment_max)
        : world_(world), fragment_max_(fragment_max) {}

    /// SESSION_CAPABILITY and INIT_RUNSPACEPOOL. The text of what is wrong.
    std::expected<void, std::string> open(std::string_view octets);
    /// The first fragment of a new pipeline.
    std::expected<void, std::string> begin(std::string_view command, std::string_view octets);
    /// More of a pipeline, or for the pool when `command` is empty.
    std::expected<void, std::string> feed(std::string_view command, std::string_view octets);
    /// As the Stop of a pipeline does: it ends in the state Stopped.
    void stop(std::string_view command);
    /// Forgets the command.
    void close(std::string_view command);

    /// Null when there is none.
    PsCommand* command(std::string_view id);
    /// The output of a command, or of the pool when it is empty. Null: no such command.
    std::deque<PsOutput>* output(std::string_view command);
    [[nodiscard]] const std::vector<std::unique_ptr<PsCommand>>& commands() const {
        return commands_;
    }
    /// Does the work that has become due.
    void tick();
    [[nodiscard]] bool is_waiting() const;
    [[nodiscard]] const std::string& pool() const { return pool_; }

private:
    std::expected<void, std::string> take(PsMessage message, PsCommand* command);
    std::expected<void, std::string> take_capability(const PsValue& value);
    std::expected<void, std::string> take_pool_message(const PsMessage& message,
                                                       const PsValue& value);
    std::expected<void, std::string> take_pipeline(PsCommand& command, const PsValue& value);
    void take_runspaces(PsType type, const PsValue& value);
    void send(PsCommand* command, PsType type, const PsValue& value);
    void send_state(PsCommand& command, std::int64_t state, const PsError* error = nullptr);
    void start(PsCommand& command);
    void work(PsCommand& command);
    /// Whether the statement, with what was ordered for its steps, let the pipeline go on.
    bool work_statement(PsCommand& command, const std::vector<PsStep>& steps,
                        std::span<PsTrouble> troubles);
    void finish(PsCommand& command);
    void open_strings(PsPipeline& pipeline) const;

    PsWorld& world_;
    std::size_t fragment_max_;
    PsAssembly assembly_;
    std::string pool_;
    std::string version_;
    std::string key_;
    bool is_open_ = false;
    std::int64_t runspaces_min_ = 1;
    std::int64_t runspaces_max_ = 1;
    std::uint64_t objects_ = 0;
    std::deque<PsOutput> pool_output_;
    std::vector<std::unique_ptr<PsCommand>> commands_;
};

}  // namespace hqsync::sim
