// Who we are at helloHQ: the token of each request.
#pragma once

#include <string>
#include <utility>

#include "async/task.hpp"
#include "base/result.hpp"

namespace hqsync::hellohq {

class Access {
public:
    virtual ~Access() = default;
    /// A token that should be good. Faults: configuration "login.refused" or "login.missing", run
    /// when the login service gives no answer.
    virtual Task<Result<std::string>> token() = 0;
    /// HQ refused this token: the next call brings another, or the fault that stands.
    virtual void refused(const std::string& token) = 0;
};

/// The pre-shared token of a sync user. It is not renewed.
class FixedToken final : public Access {
public:
    explicit FixedToken(std::string token) : token_(std::move(token)) {}
    Task<Result<std::string>> token() override;
    void refused(const std::string&) override { is_refused_ = true; }

private:
    std::string token_;
    bool is_refused_ = false;
};

}  // namespace hqsync::hellohq
