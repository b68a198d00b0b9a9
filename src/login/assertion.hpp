// The signed statement by which a certificate logs in instead of a secret (graph.md §10).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace hqsync::login {

struct Assertion {
    std::string audience;   ///< the token URL
    std::string client_id;  ///< issuer and subject
    std::string id;         ///< a GUID, new for each
    std::int64_t now = 0;   ///< seconds since 1970; good for ten minutes from here
};

/// Compact JWT, PS256, with the SHA-256 thumbprint of the certificate. Fault (configuration): the
/// PEM text lacks a certificate or its private RSA key, or the key asks for a passphrase.
Result<std::string> sign(const Assertion& assertion, const std::string& certificate_pem);

std::string base64url(std::string_view octets);

}  // namespace hqsync::login
