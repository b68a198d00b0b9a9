// The loop of a watch.
#include "app/watch.hpp"

#include <algorithm>
#include <utility>

#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

namespace hqsync::app {
namespace {

constexpr Milliseconds first_pause{15'000};
constexpr int doublings_max = 12;
constexpr Milliseconds lock_pause{5'000};

/// Somebody else works on the state: soon over.
bool is_locked(const Fault& fault) {
    return fault.code == "state.locked";
}

/// What stands in the way of all mailboxes, if something does.
const Fault* trouble_of(const Result<engine::RunReport>& report) {
    if (!report) return &report.error();
    if (report->fault) return &*report->fault;
    const auto& mailboxes = report->mailboxes;
    const bool all_failed = !mailboxes.empty() && std::ranges::all_of(mailboxes, [](auto& each) {
        return each.fault.has_value();
    });
    return all_failed ? &*mailboxes.front().fault : nullptr;
}

}  // namespace

Watch::Watch(const Config& config, ExchangeLine& line, WatchLines& lines)
    : config_(config), line_(line), lines_(lines), alarm_(line.context) {
    notifications_ = line_.exchange->notifications([this](const MailboxAddress& mailbox) {
        heard_.hear(mailbox, line_.clock.now());
        alarm_.cancel();
    });
}

Task<ExitCode> Watch::go() {
    const Fault* end = nullptr;
    Result<engine::RunReport> report;
    while (!is_stopping_ && end == nullptr) {
        const auto now = line_.clock.now();
        const bool is_whole = now >= next_run_;
        if (is_whole) heard_.forget();
        const auto only = is_whole ? std::vector<MailboxAddress>{} : heard_.take_due(now);
        if (!is_whole && only.empty()) {
            co_await nap(std::min(next_run_, heard_.next_due().value_or(next_run_)));
            continue;
        }
        report = co_await run(only);
        end = end_of(report);
        if (end == nullptr) take(report, only);
    }
    if (notifications_) co_await notifications_->end();
    if (end == nullptr) co_return ExitCode::done;
    co_return complain(*end);
}

void Watch::stop() {
    is_stopping_ = true;
    alarm_.cancel();
}

Task<void> Watch::nap(Instant until) {
    const auto pause = until - line_.clock.now();
    if (pause <= Milliseconds(0)) co_return;
    alarm_.expires_after(pause);
    asio::error_code woken;
    co_await alarm_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

Task<Result<engine::RunReport>> Watch::run(std::vector<MailboxAddress> only) {
    const auto state = open_state(config_, Share::run);
    if (!state) co_return fail(state.error());
    const auto hq = open_hq(config_, line_.context);
    if (!hq) co_return fail(hq.error());
    const bool is_whole = only.empty();
    engine::Options options{.only = std::move(only),
                            .spread = engine::Spread::all_concerned,
                            .mailboxes_at_once = config_.exchange.mailboxes_at_once,
                            .settle_after = config_.exchange.settle,
                            .wants_end = [this] { return is_stopping_; }};
    const engine::Ports ports{(*hq)->source(), (*hq)->writer(), *line_.exchange, **state,
                              line_.clock};
    auto report = co_await engine::run(ports, std::move(options), nullptr);
    if (!report.fault && notifications_ && !is_stopping_) {
        if (is_whole) watched_.clear();
        const auto learnt = co_await learn_folders(report, **state);
        if (!learnt) co_return fail(learnt.error());
    }
    co_return report;
}

/// Folders are known after the first pass of a mailbox, and may be others after any.
Task<Result<void>> Watch::learn_folders(const engine::RunReport& report, StateStore& state) {
    for (const auto& mailbox : report.mailboxes) {
        const auto memory = co_await state.mailbox(mailbox.mailbox);
        if (!memory) co_return fail(memory.error());
        Watched watched{mailbox.mailbox, {}};
        const bool is_history = memory->server == line_.exchange->server();
        for (const auto& [role, folder] : memory->folders)
            if (is_history) watched.folders.push_back(folder.id);
        watched_.insert_or_assign(mailbox.mailbox, std::move(watched));
    }
    std::vector<Watched> all;
    for (const auto& [mailbox, watched] : watched_)
        all.push_back(watched);
    co_await notifications_->watch(std::move(all));
    co_return Result<void>{};
}

void Watch::take(const Result<engine::RunReport>& report, const std::vector<MailboxAddress>& only) {
    const auto now = line_.clock.now();
    const auto* trouble = trouble_of(report);
    const bool has_report = report && !report->fault;
    if (has_report) {
        const auto* cause = !only.empty() ? "notified" : has_worked_ ? "interval" : "start";
        lines_.tell(*report, cause, now, config_);
        lines_.worked();
    } else if (trouble != nullptr) {
        lines_.tell(*trouble);
    }
    if (only.empty()) {
        plan_next(trouble);
        if (trouble == nullptr) has_worked_ = true;
        return;
    }
    if (has_report) return;
    for (const auto& mailbox : only)
        heard_.hear(mailbox, now);
}

void Watch::plan_next(const Fault* fault) {
    auto pause = config_.sync.interval;
    if (fault == nullptr) {
        failures_ = 0;
    } else if (is_locked(*fault)) {
        pause = std::min(pause, lock_pause);
    } else {
        const auto growing = first_pause * (1 << std::min(failures_++, doublings_max));
        pause = std::min<Milliseconds>(pause, growing);
    }
    next_run_ = line_.clock.now() + pause;
}

const Fault* Watch::end_of(const Result<engine::RunReport>& report) const {
    // Accounts get locked by repeated wrong logins.
    const auto is_refusal = [](const Fault& fault) { return fault.code == "login.refused"; };
    if (report && !report->fault) {
        for (const auto& mailbox : report->mailboxes)
            if (mailbox.fault && is_refusal(*mailbox.fault)) return &*mailbox.fault;
    }
    const auto* trouble = trouble_of(report);
    if (trouble == nullptr) return nullptr;
    if (is_refusal(*trouble)) return trouble;
    // Later on it is more likely that somebody is just at work on it.
    const bool is_wrong = trouble->reach == Reach::configuration && !is_locked(*trouble);
    return is_wrong && !has_worked_ ? trouble : nullptr;
}

}  // namespace hqsync::app
