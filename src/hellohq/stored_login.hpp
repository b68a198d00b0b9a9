// A login that a person gave once (OAuth 2, code grant), renewed by its refresh token.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "async/clock.hpp"
#include "hellohq/access.hpp"
#include "hellohq/sealed.hpp"
#include "hellohq/turns.hpp"
#include "http/sender.hpp"

namespace hqsync::hellohq {

/// This program at helloHQ.
struct Client {
    std::string api_url;
    std::string client_id;      ///< "{customer}-{client}"
    std::string client_secret;  ///< empty: none was given to it
};

struct Tokens {
    std::string access;
    std::string refresh;
    Instant good_until{};
    Milliseconds lifetime{0};  ///< from when it was given
    std::string user_name;
    /// A renewal was asked for and its answer was not stored: `refresh` may have been used up.
    bool is_renewal_open = false;
    bool operator==(const Tokens&) const = default;
};

/// Held as long as it lives; the file beside the login that stands for it stays.
class LoginLock {
public:
    explicit LoginLock(int handle) : handle_(handle) {}
    LoginLock(LoginLock&& other) noexcept : handle_(other.handle_) { other.handle_ = -1; }
    LoginLock& operator=(LoginLock&&) = delete;
    ~LoginLock();

private:
    int handle_;
};
/// Waits three minutes at most: longer than a renewal may take. Faults: configuration "login.file",
/// run (transient) "login.locked".
Task<Result<LoginLock>> lock_login(std::filesystem::path file, Clock& clock);

/// The stored login. Several processes may use it: helloHQ's refresh tokens rotate, so whoever
/// writes holds the lock, and who renews looks first whether another one was faster.
class LoginFile {
public:
    static Result<LoginFile> with_key(std::filesystem::path file, std::string_view key_text);

    /// nullopt: nobody is logged in. Fault (configuration) "login.file" or "login.sealed".
    [[nodiscard]] Result<std::optional<Tokens>> read() const;
    [[nodiscard]] bool is_there() const;
    /// Under the lock.
    [[nodiscard]] Result<void> write(const Tokens& tokens) const;
    [[nodiscard]] Task<Result<LoginLock>> lock(Clock& clock) const;

private:
    LoginFile(std::filesystem::path file, std::string key)
        : file_(std::move(file)), key_(std::move(key)) {}

    std::filesystem::path file_;
    std::string key_;
};

/// Forgets the login, after a renewal that is under way; true: there was one.
Task<Result<bool>> forget_login(std::filesystem::path file, Clock& clock);

/// POST /Token. Faults: configuration "login.refused" (the code or token is not, or no longer,
/// good), run (transient) "login.unavailable", "login.unreadable" and "http.…", with
/// outcome_unknown where the code or token may have been used up.
Task<Result<Tokens>> fetch_tokens(Client client, std::string grant, http::Sender& sender,
                                  Clock& clock);

/// An error code of an answer, as it may be shown: letters, digits and "_", 60 at most.
std::string plain_reason(std::string_view text);

class StoredLogin final : public Access {
public:
    StoredLogin(Client client, LoginFile file, http::Sender& sender, Clock& clock)
        : client_(std::move(client)), file_(std::move(file)), sender_(sender), clock_(clock) {}

    /// Good for ten more minutes, or for half its life where it is short; less where the login
    /// service gives no answer.
    Task<Result<std::string>> token() override;
    void refused(const std::string& token) override;

private:
    [[nodiscard]] bool is_good(const Tokens& tokens) const;
    [[nodiscard]] bool is_usable(const Tokens& tokens) const;
    Task<Result<Tokens>> renew();
    Task<Result<Tokens>> renewed_from(Tokens stored);

    Client client_;
    LoginFile file_;
    http::Sender& sender_;
    Clock& clock_;
    Turns turns_{1};
    std::optional<Tokens> tokens_;
    std::string refused_;
    Instant no_renewal_before_{};  ///< after one that had no answer
};

}  // namespace hqsync::hellohq
