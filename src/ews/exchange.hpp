// Exchange Server (2016, 2019, SE) through EWS, behind the port.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/clock.hpp"
#include "base/result.hpp"
#include "http/sender.hpp"
#include "port/exchange.hpp"

namespace hqsync::ews {

enum class Authentication : std::uint8_t { basic, ntlm, negotiate, oauth };

struct Options {
    std::string ews_url;  ///< "https://HOST/EWS/Exchange.asmx"; empty: Autodiscover
    Authentication authentication = Authentication::ntlm;
    std::string user;         ///< basic, ntlm: "DOMAIN\\name", "name@domain"
    std::string password;     ///< basic, ntlm
    std::string keytab_file;  ///< negotiate; its first principal is the account. Empty: the tickets
                              ///< of the process
    /// OAuth 2 client credentials; the scope is that of the EWS URL's host.
    std::string login_url, tenant, client_id, client_secret, certificate_pem;
    /// False: the account's own mailbox, or those that are shared with it (delegate).
    bool impersonation = true;
    std::size_t concurrency = 2;          ///< calls of one mailbox at once, 1 to 2
    Milliseconds call_deadline{600'000};  ///< of one call of the port, waits included
    /// Connections on which notifications come, each for up to 200 mailboxes; 0: none.
    std::size_t streams = 10;
    /// Twice the time after which the server shows that a stream lives (ews.md §8: 45 s).
    Milliseconds stream_silence{90'000};
    std::vector<std::string> autodiscover_domains;  ///< further domains the login may be sent to
    /// Told when the server refuses the login for good, and when it first accepts it. May be empty.
    std::function<void()> on_refused = {};
    std::function<void()> on_accepted = {};
};

/// Fault (configuration): an URL with plain http that is not loopback, a way of login that the
/// installed libcurl does not have, OAuth without URL, a certificate that cannot be read. `sender`
/// and `clock` outlive the answer.
Result<std::unique_ptr<Exchange>> connect(Options options, http::Sender& sender, Clock& clock);

}  // namespace hqsync::ews
