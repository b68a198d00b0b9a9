// The order of places and the rules of redirects.
#include "ews/autodiscover.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "base/letter_case.hpp"
#include "ews/autodiscover_answer.hpp"
#include "ews/login.hpp"
#include "ews/url.hpp"
#include "http/offered_schemes.hpp"

namespace hqsync::ews {

namespace {

constexpr int redirects_max = 10;
constexpr int refused_logins_max = 2;
constexpr std::chrono::minutes failure_kept{15};
constexpr Milliseconds request_timeout{20'000};
constexpr std::size_t answer_max = 1U << 20U;
constexpr std::string_view path = "/autodiscover/autodiscover.xml";

std::string domain_of(std::string_view address) {
    const auto at = address.rfind('@');
    return at == std::string_view::npos ? std::string{} : lower_case(address.substr(at + 1));
}

bool is_domain(std::string_view text) {
    return !text.empty() && text.find_first_of("/?#\\:@ \t\r\n") == std::string_view::npos;
}

/// Exchange Online: EWS there is gone for good, and its logins are others.
bool is_cloud(std::string_view host) {
    constexpr std::array<std::string_view, 6> domains = {"outlook.com", "office365.com",
                                                         "office.com",  "onmicrosoft.com",
                                                         "outlook.cn",  "office365.us"};
    return std::ranges::any_of(domains,
                               [&](std::string_view domain) { return is_within(host, domain); });
}

Fault moved_to_cloud() {
    return {Reach::mailbox, "ews.moved_to_cloud",
            "Autodiscover leads to Exchange Online: this mailbox is not (or no longer) on this "
            "Exchange. Sync it with a configuration of its own with exchange.api = \"graph\", or "
            "set exchange.ews_url if Autodiscover is wrong"};
}

Fault foreign_host(std::string_view host, std::string_view domain) {
    return {Reach::mailbox, "autodiscover.foreign_host",
            fmt::format("Autodiscover of {} names {}, which is outside of this domain; if it is "
                        "yours, add it to exchange.autodiscover_domains or set exchange.ews_url",
                        domain, host)};
}

bool is_redirect(long status) {
    return status == 301 || status == 302 || status == 307 || status == 308;
}

}  // namespace

/// One look-up.
struct Autodiscover::Search {
    std::string address;
    std::string domain;               ///< of `address`
    std::string first_domain;         ///< of the mailbox, before any redirect
    std::set<std::string> asked;      ///< addresses and URLs, in lower case
    std::set<std::string> addresses;  ///< that were asked for
    std::string follow;               ///< where a redirect leads
    int redirects = 0;
    std::vector<std::string> failures;  ///< what each place answered
    bool may_pass = false;              ///< a place could not be reached: it may be there later
    Result<std::string> end;            ///< when it has ended

    Step failed(const std::string& url, std::string_view why) {
        failures.push_back(fmt::format("{}: {}", origin_of(url), why));
        return Step::next_place;
    }
    Step ended(Result<std::string> with) {
        end = std::move(with);
        return Step::ended;
    }
    /// False: this URL was asked for this address before.
    bool note(const std::string& url) {
        return asked.insert(lower_case(address + " " + url)).second;
    }
    /// Counts a redirect; false: there were too many.
    bool count_redirect() { return ++redirects <= redirects_max; }

    Step redirected(const std::string& from, const std::string& to) {
        if (is_cloud(host_of(to))) return ended(fail(moved_to_cloud()));
        if (!lower_case(to).starts_with("https://") || host_of(to).empty()) {
            return failed(from, "a redirect that is not to https");
        }
        if (!count_redirect()) return failed(from, "too many redirects");
        follow = to;
        return Step::follow;
    }
};

/// The one search under way. Wakes those who wait for it, also when its coroutine is thrown away.
class Autodiscover::Searching {
public:
    explicit Searching(Autodiscover& owner) : owner_(owner) { owner_.is_searching_ = true; }
    ~Searching() {
        owner_.is_searching_ = false;
        for (const auto& turn : std::exchange(owner_.waiting_, {}))
            turn->cancel();
    }
    Searching(const Searching&) = delete;
    Searching& operator=(const Searching&) = delete;

private:
    Autodiscover& owner_;
};

Task<void> Autodiscover::wait_for_turn() {
    const auto executor = co_await asio::this_coro::executor;
    const auto turn = std::make_shared<asio::steady_timer>(executor);
    turn->expires_at(asio::steady_timer::time_point::max());
    waiting_.push_back(turn);
    asio::error_code woken;
    co_await turn->async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

Task<Result<std::string>> Autodiscover::ews_url(MailboxAddress mailbox) {
    const auto domain = domain_of(mailbox.value());
    if (!is_domain(domain)) {
        co_return fail(
            {Reach::mailbox, "autodiscover.failed", "the mailbox's address has no domain to ask"});
    }
    while (true) {
        const auto known = known_.find(domain);
        const bool is_known =
            known != known_.end() &&
            (known->second.url || clock_.now() < known->second.since + failure_kept);
        if (is_known) co_return known->second.url;
        if (refusal_) co_return fail(*refusal_);
        if (!is_searching_) break;
        co_await wait_for_turn();
    }
    const Searching searching(*this);
    auto found = co_await search(mailbox.value());
    // Where one mailbox lies in the cloud, its neighbours may still be here.
    const bool is_of_domain = found || found.error().code != "ews.moved_to_cloud";
    if (is_of_domain) known_.insert_or_assign(domain, Known{found, clock_.now()});
    co_return found;
}

Task<Result<std::string>> Autodiscover::search(std::string address) {
    Search search;
    search.address = std::move(address);
    search.first_domain = domain_of(search.address);
    auto step = Step::new_address;
    while (step == Step::new_address) {
        search.domain = domain_of(search.address);
        search.addresses.insert(lower_case(search.address));
        for (const auto& url : {"https://" + search.domain + std::string(path),
                                "https://autodiscover." + search.domain + std::string(path),
                                "http://autodiscover." + search.domain + std::string(path)}) {
            const bool is_plain = url.starts_with("http:");
            step = is_plain ? Step::next_place : Step::follow;
            if (is_plain) step = co_await ask_for_redirect(search, url);
            if (!is_plain) search.follow = url;
            while (step == Step::follow) {
                step = co_await ask(search, search.follow);
            }
            if (step != Step::next_place) break;
        }
    }
    if (step == Step::ended) co_return search.end;
    co_return fail({Reach::mailbox,
                    "autodiscover.failed",
                    fmt::format("no EWS URL was found for {} ({}); set exchange.ews_url",
                                search.first_domain, fmt::join(search.failures, "; ")),
                    {},
                    false,
                    search.may_pass});
}

Task<Autodiscover::Step> Autodiscover::ask_for_redirect(Search& search, std::string url) {
    if (!search.note(url)) co_return Step::next_place;
    http::Request request;
    request.url = url;
    request.timeout = request_timeout;
    request.answer_max = answer_max;
    request.plain_http = http::PlainHttp::bare_request;
    const auto answer = co_await sender_.send(std::move(request));
    if (!answer) {
        search.may_pass = search.may_pass || answer.error().transient;
        co_return search.failed(url, answer.error().code);
    }
    const auto location = answer->header("location");
    if (answer->status != 302 || !location) {
        co_return search.failed(url, fmt::format("HTTP {}, no redirect", answer->status));
    }
    co_return search.redirected(url, *location);
}

Task<Result<http::Response>> Autodiscover::post(Search& search, std::string url) {
    http::Request request;
    request.method = "POST";
    request.url = url;
    request.headers = {{"Content-Type", "text/xml; charset=utf-8"},
                       {"X-AnchorMailbox", search.address}};
    request.body = autodiscover_request(search.address);
    request.timeout = request_timeout;
    request.answer_max = answer_max;
    // Most names that are tried are not of an Exchange: whoever does not ask for the login never
    // sees it.
    auto first = request;
    auto answer = co_await sender_.send(std::move(first));
    const bool wants_login = answer && answer->status == 401;
    if (!wants_login || !may_log_in(host_of(url))) co_return answer;
    if (!offers(*answer, options_.authentication)) co_return answer;
    request.login = login_of(options_);
    auto second = co_await sender_.send(std::move(request));
    const bool is_refused = second && second->status == 401;
    if (is_refused && ++refused_logins_ >= refused_logins_max) {
        refusal_ = refused_login(options_, *second);
        if (options_.on_refused) options_.on_refused();
        co_return fail(*refusal_);
    }
    co_return second;
}

Task<Autodiscover::Step> Autodiscover::ask(Search& search, std::string url) {
    if (!search.note(url)) co_return search.failed(url, "asked already");
    auto answer = co_await post(search, url);
    if (!answer) {
        if (refusal_) co_return search.ended(fail(*refusal_));
        search.may_pass = search.may_pass || answer.error().transient;
        co_return search.failed(url, answer.error().code);
    }
    if (is_redirect(answer->status)) {
        const auto location = answer->header("location");
        if (!location) co_return search.failed(url, "a redirect without a place");
        co_return search.redirected(url, *location);
    }
    if (answer->status == 401 && !may_log_in(host_of(url))) {
        co_return search.failed(
            url, fmt::format("asks for the login, which {} does not get before you add it to "
                             "exchange.autodiscover_domains",
                             host_of(url)));
    }
    if (answer->status == 401) {
        co_return search.failed(url, fmt::format("refuses the login (offers {})",
                                                 fmt::join(http::offered_schemes(*answer), ", ")));
    }
    if (answer->status != 200) {
        co_return search.failed(url, fmt::format("HTTP {}", answer->status));
    }
    co_return take_answer(search, url, std::move(answer->body));
}

Autodiscover::Step Autodiscover::take_answer(Search& search, const std::string& url,
                                             std::string body) const {
    const auto said = read_autodiscover(std::move(body));
    if (const auto* none = std::get_if<NoSettings>(&said)) return search.failed(url, none->why);
    if (const auto* found = std::get_if<FoundUrl>(&said)) return take_url(search, url, found->url);
    if (const auto* other = std::get_if<OtherUrl>(&said)) return search.redirected(url, other->url);
    const auto& address = std::get<OtherAddress>(said).address;
    const auto domain = domain_of(address);
    if (is_cloud(domain)) return search.ended(fail(moved_to_cloud()));
    if (!is_domain(domain)) return search.failed(url, "a redirect to an address that is none");
    if (search.addresses.contains(lower_case(address))) {
        return search.failed(url, "a redirect to an address that was asked for already");
    }
    if (!search.count_redirect()) return search.failed(url, "too many redirects");
    search.address = address;
    return Step::new_address;
}

Autodiscover::Step Autodiscover::take_url(Search& search, const std::string& asked,
                                          const std::string& found) const {
    const auto host = host_of(found);
    if (is_cloud(host)) return search.ended(fail(moved_to_cloud()));
    if (!is_safe_url(found)) return search.failed(asked, "an EWS URL that is not https");
    // What is found gets the login from now on.
    if (!may_log_in(host)) {
        return search.ended(fail(foreign_host(host, search.first_domain)));
    }
    return search.ended(found);
}

bool Autodiscover::may_log_in(const std::string& host) const {
    // Not the mailbox's own domain as such: HQ's data must not say who gets the login.
    const bool is_accounts =
        options_.user.contains('@') && is_within(host, domain_of(lower_case(options_.user)));
    return is_accounts ||
           std::ranges::any_of(options_.autodiscover_domains, [&](const std::string& domain) {
               return is_within(host, lower_case(domain));
           });
}

}  // namespace hqsync::ews
