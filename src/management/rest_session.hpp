// Commands of Exchange Online by its REST interface (InvokeCommand): a session without anything
// that the server would have to be given back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "async/clock.hpp"
#include "http/sender.hpp"
#include "management/rest_errors.hpp"
#include "management/rest_value.hpp"
#include "management/session.hpp"

namespace hqsync::management::rest {

struct Options {
    std::string url = "https://outlook.office365.com";  ///< of the cloud
    std::string tenant;                                 ///< GUID or domain
    /// X-AnchorMailbox: whose server does the work. Empty: the organisation's system mailbox, as
    /// applications do; "UPN:user@dom", "SMTP:address".
    std::string anchor;
    Milliseconds command_timeout{16 * 60'000};  ///< the server gives a command 15 minutes
    Milliseconds run_timeout{60 * 60'000};      ///< pages, waits and repeats included
    int tries_max = 5;                          ///< of one request
    Milliseconds back_off{2'000};               ///< doubles with each try, a quarter more or less
    Milliseconds wait_max{5 * 60'000};          ///< a longer wait that is asked for is a fault
    std::size_t page_size = 1'000;
    std::size_t pages_max = 1'000;
    std::size_t objects_max = 500'000;                ///< more: the output is truncated
    std::size_t octets_max = std::size_t{256} << 20;  ///< of all pages; likewise
    std::uint64_t seed = 1;                           ///< of the waits' variation
};

/// Where tokens for https://outlook.office365.com/.default come from.
struct Tokens {
    std::function<Task<Result<std::string>>()> get;
    /// The server does not take this one.
    std::function<void(const std::string&)> refused;
};

/// A request that was refused before any work (429, 503, no connection) is sent again after a wait;
/// one whose outcome is unknown (time-outs, 5xx) only for commands that read: Get, Test, Search.
/// Others end with outcome_unknown. A token that is refused is replaced once.
/// Faults besides those of the port: "login.refused" and those of `Tokens`; "rest.busy" (with
/// retry_after), "rest.failed" (outcome_unknown), "rest.forbidden", "rest.address",
/// "rest.malformed", "rest.paging_lost"; those of http::Sender.
/// What the command itself said no to is in `Output::errors`. `Output::is_truncated` when a limit
/// or a fault ended the pages, and when a command that reads came with warnings: that is how the
/// server says that there is more.
/// `stop` takes effect between two requests. Outlives its calls; `sender` and `clock` outlive it.
class RestSession final : public ManagementSession {
public:
    RestSession(Options options, Tokens tokens, http::Sender& sender, Clock& clock);

    /// Fetches a token; nothing else has to be opened.
    Task<Result<void>> open() override;
    Task<Result<Output>> run(Command command) override;
    /// Names only: the interface does not tell parameters.
    Task<Result<std::vector<CommandInfo>>> commands() override;
    Task<Result<void>> stop() override;
    Task<Result<void>> close() override;
    [[nodiscard]] std::string id() const override { return {}; }

private:
    struct Call;
    struct Progress;
    Task<Result<http::Response>> send(Call call);
    Task<Result<http::Response>> attempt(Call call, std::string token);
    Result<Milliseconds> judge_try(const Call& call, const Verdict& verdict, int tries) const;
    Task<Result<void>> pages(Call call, Progress* progress);
    [[nodiscard]] Result<void> check_address() const;
    [[nodiscard]] Result<std::string> checked_link(const std::string& link) const;
    [[nodiscard]] http::Request request_of(const Call& call, const std::string& token) const;
    Milliseconds back_off(int tries);

    Options options_;
    Tokens tokens_;
    http::Sender& sender_;
    Clock& clock_;
    std::mt19937_64 random_;
    std::string connection_id_;
    /// Frames of calls that never ended may be destroyed after the session.
    struct Flags {
        bool is_running = false;
        bool is_stopped = false;
    };
    std::shared_ptr<Flags> flags_ = std::make_shared<Flags>();
};

}  // namespace hqsync::management::rest
