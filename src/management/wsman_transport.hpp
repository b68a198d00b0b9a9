// The port of a SOAP exchange with a management endpoint, logged in; and who logs in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/clock.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "http/sender.hpp"

namespace hqsync::management::wsman {

/// An Exchange server takes only Kerberos as installed.
enum class Authentication : std::uint8_t { kerberos, basic, ntlm };

struct Account {
    Authentication authentication = Authentication::kerberos;
    std::string user;  ///< "name@REALM", "DOMAIN\\name"; Kerberos: empty, that of keys or tickets
    std::string password;     ///< Kerberos: empty, keys or tickets are used
    std::string keytab_file;  ///< Kerberos; empty: the tickets of the process (KRB5CCNAME)
    /// Kerberos: "HTTP/mail.agentur.example"; empty: HTTP at the host of the URL.
    std::string service;
    /// Basic and NTLM over plain http: everybody on the way may read the password (Basic) and what
    /// is said. Kerberos needs no permission, it encrypts.
    bool permits_plain_http = false;
};

struct Post {
    std::string url;
    std::string soap;
    Milliseconds timeout{0};  ///< for the whole, login included
};

/// Octets of one answer. A server keeps to the MaxEnvelopeSize that it is told (512000).
inline constexpr std::size_t answer_max = std::size_t{4} << 20;

class Transport {
public:
    virtual ~Transport() = default;

    /// Every answer but 401, decrypted where it was encrypted. Fault (configuration)
    /// "login.refused" names what to check; it stands for all later calls, nothing is asked again:
    /// accounts get locked. "kerberos.refused" stands as well: the server, not the KDC, did not
    /// take it. Others as those of http::Sender.
    virtual Task<Result<http::Response>> post(Post post) = 0;

    /// Whether a message may have reached a server: false while the first login is still tried.
    [[nodiscard]] virtual bool has_spoken() const { return true; }
};

/// Basic or NTLM by libcurl. `sender` outlives it. Plain http without permission is a fault
/// (configuration) "shell.plain_http" before anything is sent.
class PasswordTransport final : public Transport {
public:
    PasswordTransport(Account account, http::Sender& sender);
    Task<Result<http::Response>> post(Post post) override;

private:
    Account account_;
    http::Sender& sender_;
    std::optional<Fault> refusal_;
};

/// What a 401 after a login means: it says what the server offers instead, and what to check.
Fault refused_login(const Account& account, const http::Response& answer);

/// The request that carries the envelope, without login. It is never sent a second time when a kept
/// connection breaks: also a Receive does something, it takes output away.
http::Request soap_request(const Post& post);

}  // namespace hqsync::management::wsman
