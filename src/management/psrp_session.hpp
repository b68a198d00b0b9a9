// A management session by PowerShell remoting, over any shell that carries its fragments.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "async/clock.hpp"
#include "management/fragment.hpp"
#include "management/pipeline.hpp"
#include "management/runspace_pool.hpp"
#include "management/session.hpp"
#include "management/shell.hpp"

namespace hqsync::management {

struct PsrpOptions {
    /// Of the ids of pool and pipelines: another for every session. 0: the system chooses.
    std::uint64_t seed = 0;
    std::optional<std::chrono::seconds> idle_timeout = {};
    Milliseconds open_within = std::chrono::minutes(3);
    Milliseconds run_within = std::chrono::minutes(15);  ///< Exchange's own limit of an operation
    Milliseconds stop_within = std::chrono::minutes(1);
    Milliseconds key_within = std::chrono::minutes(1);
    psrp::OutputLimits output = {};
};

/// Beside the faults of ManagementSession those of the shell and of the protocol ("psrp.…", reach
/// run), "command.too_much" (item: the output outgrows its limits), "session.state" (run: not open,
/// or a command is under way) and "session.timeout" (run).
class PsrpSession final : public ManagementSession {
public:
    /// Shell and clock outlive it.
    PsrpSession(Shell& shell, Clock& clock, PsrpOptions options);

    Task<Result<void>> open() override;
    Task<Result<Output>> run(Command command) override;
    Task<Result<Output>> run_each(Command command, TakeObject take) override;
    Task<Result<std::vector<CommandInfo>>> commands() override;
    Task<Result<void>> stop() override;
    Task<Result<void>> close() override;
    [[nodiscard]] std::string id() const override;

    /// What the server told of itself while opening: "5.1.14393.2248"; empty when it did not.
    [[nodiscard]] std::string server_version() const;

private:
    struct Running;
    struct UnderWay;
    struct Busy;

    Task<Result<void>> open_pool();
    Task<Result<Received>> receive(std::string command_id);
    Task<Result<void>> receive_for_pool();
    Task<Result<void>> answer_for_pool();
    Task<Result<void>> obtain_key();
    struct Start;
    Task<Result<Output>> run_pipeline(Start start);
    Task<Result<Output>> follow(Running& running, psrp::Message first,
                                std::vector<clixml::Value> input);
    Task<Result<void>> begin(Running& running, psrp::Message first,
                             std::vector<clixml::Value> input);
    Task<Result<void>> receive_all(Running& running);
    Task<Result<void>> take(Running& running, Received received);
    Task<Result<void>> send(std::string command_id, std::string_view stream,
                            std::vector<psrp::Message> messages);
    Result<std::vector<psrp::Message>> input_of(const Running& running,
                                                const std::vector<clixml::Value>& input) const;
    Task<Result<void>> tell_to_stop(Running& running);
    Task<void> end(Running& running);

    std::vector<std::string> fragments(const psrp::Message& message);
    Result<std::string> written(const clixml::Value& value) const;
    Result<void> take_for_pool(std::string_view bytes);

    Shell& shell_;
    Clock& clock_;
    PsrpOptions options_;
    std::mt19937_64 random_;
    psrp::RunspacePool pool_;
    psrp::Assembler pool_assembler_;
    std::string shell_id_;  ///< the server's; empty before
    std::uint64_t next_object_ = 1;
    bool is_held_ = false;  ///< the server has, or may have, a shell of ours
    bool is_busy_ = false;
    Running* running_ = nullptr;
};

}  // namespace hqsync::management
