// Exchange Online through Microsoft Graph v1.0, behind the port.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "async/clock.hpp"
#include "base/result.hpp"
#include "http/sender.hpp"
#include "port/exchange.hpp"

namespace hqsync::graph {

struct Options {
    std::string graph_url = "https://graph.microsoft.com";  ///< without "/v1.0"
    std::string login_url = "https://login.microsoftonline.com";
    std::string tenant;
    std::string client_id;
    std::string client_secret;            ///< empty: the certificate is used
    std::string certificate_pem;          ///< certificate and private key, PEM
    Milliseconds call_deadline{120'000};  ///< of one call of the port, waits included
};

/// Fault (configuration): an URL with plain http that is not loopback, a certificate that cannot be
/// read. `sender` and `clock` outlive the answer. Tokens are fetched when first needed and shared.
Result<std::unique_ptr<Exchange>> connect(Options options, http::Sender& sender, Clock& clock);

}  // namespace hqsync::graph
