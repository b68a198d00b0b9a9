// Who may ask: pre-shared tokens, and the OAuth 2 code grant with refresh tokens that rotate.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/clock.hpp"
#include "base/result.hpp"
#include "hqapi/message.hpp"

namespace hqsync::hqapi {

struct LoginOptions {
    std::vector<std::string> tokens;  ///< pre-shared ("SyncUser"): never expire, may do everything
    enum class CodeGrant : std::uint8_t { refused, offered } code_grant = CodeGrant::refused;
    std::string client_id = "demo-hqsync";  ///< {customer}-{client}
    std::string client_secret = "demo";
    std::int64_t token_seconds = 3600;
};

/// The one who is logged in without being asked.
struct TestUser {
    std::int64_t id = 0;
    std::string name;
};

enum class Right : std::uint8_t { read, write };

/// Codes and tokens live in memory: after a restart one logs in again.
class Login {
public:
    Login(LoginOptions options, const Clock& clock);

    /// GET /Account/Authorize: 302 to the redirect_uri with `code` and `state`. Nobody is asked, so
    /// only redirects to loopback addresses are served.
    Reply authorize(const Options& query, const TestUser& user);
    /// POST /Token (form): authorization_code and refresh_token.
    Reply token(const Request& request);

    /// Null when the request may go on; otherwise 401, or 403 for a token without that right.
    std::optional<Reply> refusal(const Request& request, Right right) const;
    /// Who holds the request's token; id 0 for a pre-shared one.
    [[nodiscard]] TestUser holder(const Request& request) const;

    void set_token_seconds(std::int64_t seconds) { options_.token_seconds = seconds; }
    /// Access tokens of logins; pre-shared ones too until `accept_all`.
    void expire_access();
    void revoke_refresh();
    void accept_all() { are_shared_refused_ = false; }
    [[nodiscard]] std::uint64_t issued() const { return issued_; }

private:
    struct Grant {
        TestUser user;
        std::string scope;
    };
    struct Code {
        Grant grant;
        std::string redirect_uri;
        std::string challenge;  ///< of PKCE; empty: none
        bool is_hashed = false;
        std::int64_t expires = 0;
    };
    struct Access {
        Grant grant;
        std::int64_t expires = 0;
    };

    [[nodiscard]] std::int64_t now() const;
    [[nodiscard]] bool is_client(const Request& request, const Options& form) const;
    Reply pair_for(const Grant& grant);
    Reply by_code(const Options& form);
    Reply by_refresh(const Options& form);
    [[nodiscard]] const Access* access_of(const Request& request) const;
    void forget_expired();

    LoginOptions options_;
    const Clock& clock_;
    bool are_shared_refused_ = false;
    // Keyed by digests: looking a token up tells nothing by its time.
    std::vector<std::string> shared_;
    std::map<std::string, Code> codes_;
    std::map<std::string, Access> accesses_;
    std::map<std::string, Grant> refreshes_;
    std::uint64_t issued_ = 0;
};

/// The tokens of a file, one a line; blank lines and lines that start with "#" are none. Fault
/// (configuration) "hq.tokens": no token, or one with blanks or shorter than 8 characters.
Result<std::vector<std::string>> tokens_in(std::string_view text);

}  // namespace hqsync::hqapi
