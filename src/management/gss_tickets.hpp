// The first tickets of a login by password or keytab, in a cache that only this process sees.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "management/gss_errors.hpp"

namespace hqsync::management::gss {

/// They end with their owner.
class Tickets {
public:
    struct Secret {
        std::string password;
        std::string keytab_file;  ///< where there is no password
    };
    /// `user` is "name@REALM". Asks a KDC; blocks. A wrong secret costs one failed attempt: the
    /// library's usual calls, and GSS-API's with them, would take it to the primary KDC once more
    /// where one is known (krb5.conf: primary_kdc, master_kdc; DNS: _kerberos-master), and accounts
    /// get locked.
    static std::expected<std::unique_ptr<Tickets>, Status> ask(const std::string& user,
                                                               const Secret& secret);
    ~Tickets();
    Tickets(const Tickets&) = delete;
    Tickets& operator=(const Tickets&) = delete;

    /// "MEMORY:…", for GSS-API's stores of credentials.
    [[nodiscard]] const std::string& cache() const;

private:
    struct Handle;
    explicit Tickets(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> handle_;
};

}  // namespace hqsync::management::gss
