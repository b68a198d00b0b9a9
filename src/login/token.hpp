// OAuth 2 client credentials: the access token of the application, fetched when needed, shared by
// all mailboxes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <asio/steady_timer.hpp>

#include "async/clock.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "http/sender.hpp"

namespace hqsync::login {

/// Who asks for a token, and for what.
struct Application {
    std::string login_url = "https://login.microsoftonline.com";
    std::string tenant;
    std::string client_id;
    std::string client_secret;    ///< empty: the certificate is used
    std::string certificate_pem;  ///< certificate and private key, PEM
    std::string scope;            ///< "https://graph.microsoft.com/.default"
};

/// With secret or certificate. At most one request is under way, all
/// who ask meanwhile get its outcome; a refused login is not tried again in this run (accounts get
/// locked).
class TokenSource {
public:
    TokenSource(Application application, http::Sender& sender, Clock& clock)
        : application_(std::move(application)), sender_(sender), clock_(clock) {}

    /// A token that is good for five more minutes (short-lived ones: for half their life). Faults:
    /// configuration "login.refused" (never with the secret in it), mailbox when the login service
    /// gives no answer.
    Task<Result<std::string>> token();
    /// The service refused this token: the next call fetches another, unless one has come
    /// meanwhile.
    void refused(const std::string& token);

private:
    class Fetching;
    Task<Result<std::string>> fetch();
    Result<std::string> form() const;

    Application application_;
    http::Sender& sender_;
    Clock& clock_;
    std::string token_;
    Milliseconds lifetime_{0};
    Instant good_until_{};
    std::optional<Fault> refusal_;
    Result<std::string> last_;  ///< what the last request brought, for those who waited for it
    bool is_fetching_ = false;
    std::vector<std::shared_ptr<asio::steady_timer>> waiting_;
};

/// A random GUID (RFC 4122, version 4), for request and assertion ids.
std::string new_guid();

}  // namespace hqsync::login
