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
    bool operator==(const Tokens&) const = default;
};

/// The stored login. Several processes may use it: helloHQ's refresh tokens rotate, so whoever
/// renews holds the lock, and looks first whether another one was faster.
class LoginFile {
public:
    static Result<LoginFile> with_key(std::filesystem::path file, std::string_view key_text);

    /// nullopt: nobody is logged in.
    [[nodiscard]] Result<std::optional<Tokens>> read() const;
    [[nodiscard]] Result<void> write(const Tokens& tokens) const;

    /// Held as long as it lives.
    class Lock {
    public:
        explicit Lock(int handle) : handle_(handle) {}
        Lock(Lock&& other) noexcept : handle_(other.handle_) { other.handle_ = -1; }
        Lock& operator=(Lock&&) = delete;
        ~Lock();

    private:
        int handle_;
    };
    /// Waits a minute at most. Fault (run, transient) "login.locked".
    Task<Result<Lock>> lock(Clock& clock) const;

private:
    LoginFile(std::filesystem::path file, std::string key)
        : file_(std::move(file)), key_(std::move(key)) {}

    std::filesystem::path file_;
    std::string key_;
};

/// Forgets the login; true: there was one.
Result<bool> forget_login(const std::filesystem::path& file);

/// POST /Token. Faults: configuration "login.refused" (the code or token is not, or no longer,
/// good), run "login.unavailable".
Task<Result<Tokens>> fetch_tokens(Client client, std::string grant, http::Sender& sender,
                                  Clock& clock);

class StoredLogin final : public Access {
public:
    StoredLogin(Client client, LoginFile file, http::Sender& sender, Clock& clock)
        : client_(std::move(client)), file_(std::move(file)), sender_(sender), clock_(clock) {}

    /// Good for two more minutes, or for half its life where it is short.
    Task<Result<std::string>> token() override;
    void refused(const std::string& token) override;

private:
    [[nodiscard]] bool is_good(const Tokens& tokens) const;
    Task<Result<Tokens>> renew();

    Client client_;
    LoginFile file_;
    http::Sender& sender_;
    Clock& clock_;
    Turns turns_{1};
    std::optional<Tokens> tokens_;
    std::string refused_;
};

}  // namespace hqsync::hellohq
