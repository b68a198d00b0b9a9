// What is remembered of a refused login from one process to the next, so that a timer that starts
// `hqsync sync` every few minutes does not lock the service account.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "async/clock.hpp"
#include "base/result.hpp"

namespace hqsync::app {

/// A login that was refused is tried again after an hour, or with another secret, or by somebody at
/// a terminal; that another login is taken changes nothing for it. Kept in a small file, with
/// sixteen bits of a salted hash of the secret: enough to see that it is another one, too few to
/// find it.
class LoginMemory {
public:
    struct Login {
        std::string name;    ///< how, where and who; compared, and shown when it is refused
        std::string secret;  ///< password, or the octets of the keytab
    };

    /// `file` may be missing. Others may keep their logins in it.
    LoginMemory(std::filesystem::path file, Login login, Clock& clock);

    /// Fault (configuration) "login.refused": it is too early for another try.
    [[nodiscard]] std::optional<Fault> objection() const;
    /// What kept it from being written down is said on stderr: then every run tries the login.
    void refused() const;
    void accepted() const;

private:
    struct Refusal;
    [[nodiscard]] std::int64_t now_seconds() const;
    /// Those that still count, of every login.
    [[nodiscard]] std::vector<Refusal> remembered() const;
    [[nodiscard]] bool is_own(const Refusal& refusal) const;
    [[nodiscard]] bool write(const std::vector<Refusal>& refusals) const;

    std::filesystem::path file_;
    Login login_;
    Clock& clock_;
};

}  // namespace hqsync::app
