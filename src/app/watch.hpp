// Keeps the mailboxes in step for as long as it is let: a run over all now and then, and passes of
// those mailboxes at once of which something is heard.
#pragma once

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include <asio/steady_timer.hpp>

#include "app/commands.hpp"
#include "app/compose.hpp"
#include "app/config.hpp"
#include "app/heard_mailboxes.hpp"
#include "app/watch_lines.hpp"
#include "engine/run.hpp"

namespace hqsync::app {

/// Databases are opened for each run and closed after it, with the lock of a run: between two runs
/// everything else works as if nobody watched. The way to Exchange stays.
class Watch {
public:
    /// All outlive it.
    Watch(const Config& config, ExchangeLine& line, WatchLines& lines);

    /// Until `stop`: done. Ends with `failed` when going on would do harm (a refused login), or
    /// when already the first run shows that the configuration is wrong.
    Task<ExitCode> go();
    /// A run under way ends after the mailboxes that pass just then.
    void stop();

private:
    Task<Result<engine::RunReport>> run(std::vector<MailboxAddress> only);
    Task<Result<void>> learn_folders(const engine::RunReport& report, StateStore& state);
    Task<void> nap(Instant until);
    void take(const Result<engine::RunReport>& report, const std::vector<MailboxAddress>& only);
    void plan_next(const Fault* fault);
    [[nodiscard]] const Fault* end_of(const Result<engine::RunReport>& report) const;

    const Config& config_;
    ExchangeLine& line_;
    WatchLines& lines_;
    asio::steady_timer alarm_;
    HeardMailboxes heard_;
    std::unique_ptr<Notifications> notifications_;
    std::map<MailboxAddress, Watched> watched_;
    Instant next_run_{};  ///< over all mailboxes
    int failures_ = 0;    ///< of runs over all, in a row
    bool has_worked_ = false;
    bool is_stopping_ = false;
};

}  // namespace hqsync::app
