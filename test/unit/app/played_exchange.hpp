// A management session that keeps what it is told, as far as a set-up and an audit need it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "management/session.hpp"

namespace hqsync::app::test {

/// Names of parameters and properties as they are spelled in the commands; values as texts ("" is
/// $null).
using Properties = std::map<std::string, std::string>;

class PlayedExchange final : public management::ManagementSession {
public:
    using Output = management::Output;

    std::map<std::string, Properties> scopes;
    std::map<std::string, Properties> assignments;
    std::map<std::string, Properties> policies;
    std::map<std::string, Properties> associations;          ///< by account
    std::map<std::string, Properties> principals;            ///< by AppId
    std::map<std::string, std::vector<Properties>> folders;  ///< of statistics, by mailbox
    std::vector<std::string> accounts = {"svc"};
    /// Asked before every command; an answer stands for the command's own.
    std::function<std::optional<Result<Output>>(const management::Command&)> instead;

    std::vector<std::string> log;  ///< as an admin would have typed it
    /// Those that do not begin with Get- or Test-.
    [[nodiscard]] std::vector<std::string> writes() const;

    Task<Result<void>> open() override;
    Task<Result<Output>> run(management::Command command) override;
    Task<Result<std::vector<management::CommandInfo>>> commands() override;
    Task<Result<void>> stop() override;
    Task<Result<void>> close() override;
    [[nodiscard]] std::string id() const override { return "played"; }

private:
    Output answer(const std::string& name, Properties given);
    Output statistics(const Properties& given) const;
    Output assign(Properties given);
    Output tested(const Properties& given) const;
};

management::clixml::Value object_of(const Properties& properties);
management::Output refusal(std::string_view message, std::string_view category);

}  // namespace hqsync::app::test
