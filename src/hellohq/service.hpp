// Authorised requests to helloHQ: so many at once, waits as asked, repeats what may be repeated.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "async/clock.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "hellohq/access.hpp"
#include "hellohq/turns.hpp"
#include "http/sender.hpp"

namespace hqsync::hellohq {

/// May a call whose outcome is unknown be sent again?
enum class Repeat : std::uint8_t { safe, never };

struct Call {
    std::string method = "GET";
    std::string path;  ///< below the base URL, encoded; or a whole URL that an answer gave
    std::string body;
    std::string version;  ///< for If-Match; empty: none
    Repeat repeat = Repeat::safe;
};

struct Answer {
    long status = 0;
    std::string body;  ///< of a GET: whole JSON
};

/// What answers that are no success mean. Faults: configuration "login.refused" (401 twice) and
/// "hq.forbidden" (403), item "hq.refused" (400, names the field), "hq.gone" (404),
/// "hq.changed_meanwhile" (409, 412); run "hq.unavailable" and "http.…" after the last try, with
/// outcome_unknown for writes; run "hq.foreign_link".
class Service {
public:
    /// Base URL without a slash at its end. The others outlive it.
    Service(std::string api_url, http::Sender& sender, Clock& clock, Access& access,
            std::uint64_t seed)
        : api_url_(std::move(api_url)),
          sender_(sender),
          clock_(clock),
          access_(access),
          random_(seed) {}

    Task<Result<Answer>> send(Call call);

    /// Whether this path or URL of an answer leads to where the answer came from. Our token goes
    /// nowhere else.
    [[nodiscard]] bool leads_home(std::string_view link) const;
    [[nodiscard]] std::uint64_t requests() const { return requests_; }

private:
    struct Attempts;
    Task<Result<http::Response>> once(const Call& call, const std::string& token);
    Milliseconds pause_after(const Result<http::Response>& answer, int tries);

    std::string api_url_;
    http::Sender& sender_;
    Clock& clock_;
    Access& access_;
    std::mt19937_64 random_;
    Turns turns_{4};
    std::uint64_t requests_ = 0;
};

/// Seconds, or an HTTP date relative to `now`.
std::optional<Milliseconds> retry_after(std::string_view header, Instant now);

/// The field that a refusal is about and what HQ wants, without the texts that `sent` holds.
std::string refusal(const std::string& body, const std::string& sent);

}  // namespace hqsync::hellohq
