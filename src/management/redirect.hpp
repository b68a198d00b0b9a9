// Where a session may be sent to: the parts of its URL, and the rules for redirects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/sender.hpp"

namespace hqsync::management {

struct Url {
    std::string scheme;  ///< "http" or "https"
    std::string host;    ///< in lower case; of IPv6 with its brackets
    std::uint16_t port = 0;
    std::string path;   ///< from its "/"
    std::string query;  ///< without "?"; empty: none

    [[nodiscard]] bool is_https() const { return scheme == "https"; }
    [[nodiscard]] std::string text() const;
    bool operator==(const Url&) const = default;
};

/// None: no absolute http or https URL, or one with a user in it ("a@b": it is not what it looks
/// like), a blank or a control character.
std::optional<Url> parse_url(std::string_view text);

/// As Windows PowerShell calls it: without "/" at the end of the path, with "PSVersion=…" in the
/// query (behind ";" where there is one). Exchange leads clients to a fitting server by it.
std::string with_ps_version(const Url& url);

/// The connection address that Exchange Online had until October 2023 (…/powershell-liveid/ and
/// the other names of its remote PowerShell).
bool is_retired(const Url& url);
/// "shell.retired": what replaced it.
Fault retired(const Url& url);

struct RedirectRules {
    bool is_allowed = false;
    /// Other hosts than the first one that may get the login: "mail2.agentur.example", or with a
    /// dot in front all names below: ".agentur.example".
    std::vector<std::string> hosts;
    std::size_t times_max = 5;
};

bool is_redirect(long status);

/// Where `answer` leads. Fault (configuration) "shell.redirect": not allowed, not to https, to
/// another host, to nowhere; it names the address.
Result<Url> redirect_target(const http::Response& answer, const Url& first, const Url& asked,
                            const RedirectRules& rules);

}  // namespace hqsync::management
