// GSS-API as resources: the credentials of an account, and a security context with one server.
// Calls block: those that ask a KDC are made on a thread of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "management/gss_errors.hpp"
#include "management/multipart.hpp"

namespace hqsync::management::gss {

/// Alone, or negotiated with the server (SPNEGO), where it is the only one that we offer.
enum class Mechanism : std::uint8_t { kerberos, negotiate };

/// Whose tickets: by password; else by the keys of a keytab; else those of the process
/// (KRB5CCNAME). Tickets that are fetched are kept in memory only.
struct Principal {
    std::string user;  ///< "name@REALM", "DOMAIN\\name" is no Kerberos name; empty: the first there
    std::string password;
    std::string keytab_file;
};

template <class T>
using Outcome = std::expected<T, Verdict>;

class Credentials {
public:
    /// Asks the KDC when there is a password or a keytab; blocks.
    static Outcome<std::shared_ptr<Credentials>> acquire(const Principal& principal,
                                                         Mechanism mechanism);
    ~Credentials();
    Credentials(const Credentials&) = delete;
    Credentials& operator=(const Credentials&) = delete;

private:
    friend class Context;
    struct Handle;
    explicit Credentials(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> handle_;
};

/// Mutual authentication, replay detection, sequence, integrity and confidentiality are demanded.
/// Used by one thread at a time.
class Context {
public:
    /// `service` is "HTTP/mail.agentur.example", with or without a realm, or "HTTP@host", which the
    /// Kerberos library may look up in DNS (krb5.conf: dns_canonicalize_hostname).
    static Outcome<std::shared_ptr<Context>> begin(std::shared_ptr<Credentials> credentials,
                                                   std::string_view service, Mechanism mechanism);
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    /// The next token for the server; `token` is the server's, empty at first. Asks the KDC for a
    /// ticket at first; blocks. Empty: nothing more is to be sent.
    Outcome<std::string> step(std::string_view token);
    [[nodiscard]] bool is_complete() const;

    /// Encrypts (gss_wrap_iov with header, data and padding).
    Outcome<Sealed> seal(std::string_view plain);
    Outcome<std::string> unseal(const Sealed& sealed);

private:
    struct Handle;
    explicit Context(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> handle_;
};

}  // namespace hqsync::management::gss
