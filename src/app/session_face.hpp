// A session that is driven from ordinary code, for coroutines that know ManagementSession only.
#pragma once

#include <utility>

#include "app/exchange_session.hpp"
#include "management/session.hpp"

namespace hqsync::app {

/// Open already, and closed by its owner. Every call returns when the answer is there: nothing else
/// goes on meanwhile on the thread.
class SessionFace final : public management::ManagementSession {
public:
    explicit SessionFace(ExchangeSession& session) : session_(session) {}

    Task<Result<void>> open() override { co_return Result<void>{}; }
    Task<Result<management::Output>> run(management::Command command) override {
        co_return session_.run(std::move(command));
    }
    Task<Result<std::vector<management::CommandInfo>>> commands() override {
        co_return session_.commands();
    }
    Task<Result<void>> stop() override { co_return Result<void>{}; }
    Task<Result<void>> close() override { co_return session_.close(); }
    [[nodiscard]] std::string id() const override { return session_.id(); }

private:
    ExchangeSession& session_;
};

}  // namespace hqsync::app
