// The login service: OAuth 2 client credentials with a secret or a certificate, and its tokens.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "sim/graph_message.hpp"
#include "sim/server.hpp"

namespace hqsync::sim {

class Login {
public:
    /// Fault (configuration) "sim.certificate": client_certificate is no certificate.
    static Result<std::unique_ptr<Login>> make(const Options& options);
    ~Login();
    Login(const Login&) = delete;
    Login& operator=(const Login&) = delete;

    /// POST /{tenant}/oauth2/v2.0/token.
    Reply token(const Request& request);
    [[nodiscard]] bool is_valid(std::string_view token) const;
    /// What a token was asked for: its scope without "/.default". Empty for one that is not valid.
    [[nodiscard]] std::string resource_of(std::string_view token) const;
    void expire_all() { tokens_.clear(); }
    void set_lifetime(std::int64_t seconds) { lifetime_ = seconds; }
    [[nodiscard]] std::uint64_t issued() const { return issued_; }

private:
    struct Certificate;
    Login(const Options& options, std::unique_ptr<Certificate> certificate);
    /// What is wrong with the proof of who asks; empty when nothing is.
    [[nodiscard]] std::string complaint(const Request& request, const Request& form) const;
    [[nodiscard]] std::string complaint_of_assertion(const Request& request,
                                                     const std::string& assertion) const;

    Options options_;
    std::unique_ptr<Certificate> certificate_;
    struct Token {
        std::int64_t until = 0;  ///< the second of its end
        std::string resource;
    };
    std::map<std::string, Token, std::less<>> tokens_;
    std::int64_t lifetime_ = 3599;
    std::uint64_t issued_ = 0;
};

}  // namespace hqsync::sim
