// Finds the EWS URL of a mailbox by its address (ews.md §8): Autodiscover by POX, as a machine does
// it that is in no Windows domain.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/steady_timer.hpp>

#include "async/clock.hpp"
#include "async/task.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "ews/exchange.hpp"
#include "http/sender.hpp"

namespace hqsync::ews {

/// Asks https://DOMAIN, https://autodiscover.DOMAIN, and for a redirect http://autodiscover.DOMAIN.
/// The order and the rules of redirects are Microsoft's; three things are stricter:
/// - The login is sent only when a server asked for it, over https, to hosts of the mailbox's
/// domain
///   or of `Options::autodiscover_domains`; the URL that is found must lie there too.
/// - A refused login is tried at one more place, and then nowhere in this run.
/// - A mailbox that has moved to Exchange Online is a fault that says so.
class Autodiscover {
public:
    /// All three outlive it.
    Autodiscover(const Options& options, http::Sender& sender, Clock& clock)
        : options_(options), sender_(sender), clock_(clock) {}

    /// Kept for the domain of the address: found ones as long as this object lives, failures for
    /// fifteen minutes. Faults of reach mailbox: "autodiscover.failed" (says what each place
    /// answered), "autodiscover.foreign_host", "ews.moved_to_cloud". Reach configuration:
    /// "login.refused".
    Task<Result<std::string>> ews_url(MailboxAddress mailbox);

private:
    class Searching;
    struct Search;
    struct Known {
        Result<std::string> url;
        Instant since;
    };
    enum class Step : std::uint8_t { next_place, follow, new_address, ended };

    Task<void> wait_for_turn();
    Task<Result<std::string>> search(std::string address);
    Task<Step> ask(Search& search, std::string url);
    Task<Step> ask_for_redirect(Search& search, std::string url);
    Task<Result<http::Response>> post(Search& search, std::string url);
    Step take_answer(Search& search, const std::string& url, std::string body) const;
    Step take_url(Search& search, const std::string& asked, const std::string& found) const;
    [[nodiscard]] bool may_log_in(const std::string& host) const;

    const Options& options_;
    http::Sender& sender_;
    Clock& clock_;
    std::map<std::string, Known> known_;  ///< by domain
    std::optional<Fault> refusal_;
    int refused_logins_ = 0;
    bool is_searching_ = false;
    std::vector<std::shared_ptr<asio::steady_timer>> waiting_;
};

}  // namespace hqsync::ews
