// The rules of repeating inside a batch; those of whole requests are the service's.
#include "ews/batches.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <exception>

#include <asio/co_spawn.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

namespace hqsync::ews {

namespace {

constexpr int tries_max = 4;  // of one entry
constexpr int good_before_growth = 4;
constexpr std::size_t readers = 2;  // ews.md §6, ErrorServerBusy
constexpr Milliseconds first_pause{500};

constexpr std::string_view stopped = "ErrorBatchProcessingStopped";

/// Whether less at once may help.
bool is_too_much(const Fault& fault) {
    static constexpr std::array<std::string_view, 5> codes = {
        "throttled", "too_big", "ErrorTimeoutExpired", "http.timeout", "http.too_long"};
    return std::ranges::find(codes, fault.code) != codes.end();
}

/// Whether the same may go well in a moment. A mailbox that is being moved takes hours.
bool is_passing(const Fault& fault) {
    return fault.transient && fault.code != "ErrorMailboxMoveInProgress";
}

struct Entry {
    std::size_t place;
    int tries = 0;
};

/// The entries that wait for a request; the last worker to leave wakes the caller.
struct Line {
    Service& service;
    BatchSize& size;
    Work work;
    std::deque<Entry> waiting = {};
    std::size_t workers = 0;
    asio::steady_timer* done = nullptr;

    void refuse(const Entry& entry, Fault fault) {
        if (work.effect == Effect::none) fault.outcome_unknown = false;
        work.refuse(entry.place, std::move(fault));
    }
};

std::vector<Entry> take_front(Line& line) {
    const auto count = std::min(line.size.value(), line.waiting.size());
    const auto end = line.waiting.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<Entry> front(line.waiting.begin(), end);
    line.waiting.erase(line.waiting.begin(), end);
    return front;
}

std::vector<std::size_t> places_of(const std::vector<Entry>& entries) {
    std::vector<std::size_t> places;
    places.reserve(entries.size());
    for (const auto& entry : entries)
        places.push_back(entry.place);
    return places;
}

Milliseconds pause_before(const Fault& fault, const Entry& entry) {
    if (fault.retry_after) return *fault.retry_after;
    return first_pause * (1 << std::min(entry.tries, 6));
}

/// The request as a whole failed: the service has repeated what may be repeated.
void take_refusal(Line& line, const std::vector<Entry>& sent, const Fault& fault) {
    const bool may_be_done = line.work.effect == Effect::write && fault.outcome_unknown;
    const bool is_halved = sent.size() > 1 && is_too_much(fault) && !may_be_done;
    // A size that the server refuses at once costs little; one that it lets time out costs minutes.
    const int cost = fault.code == "too_big" ? 0 : tries_max / 2;
    if (is_halved) line.size.halve(sent.size());
    // One entry that is too big by itself is no reason to leave the mailbox.
    auto final = fault;
    if (fault.code == "too_big" && sent.size() == 1) final.reach = Reach::item;
    for (auto entry : sent) {
        entry.tries += cost;
        if (is_halved && entry.tries < tries_max) {
            line.waiting.push_back(entry);
        } else {
            line.refuse(entry, final);
        }
    }
}

/// What one response message's fault means for its entry. `before`: the error that stopped the
/// batch, where the entry was not come to.
void take_fault(Line& line, Entry entry, Fault fault, const std::optional<Fault>& before) {
    const bool is_untried = fault.code == stopped;
    // An error of another contact alone says nothing of this one.
    const bool is_of_other = is_untried && before && before->reach == Reach::item;
    if (is_untried && before && !is_of_other) fault = *before;
    if (is_untried) fault.outcome_unknown = false;
    // A server that failed at a write may have done it (ews/errors.hpp knows).
    const bool is_safe = line.work.effect == Effect::none || !fault.outcome_unknown;
    if (is_passing(fault) && is_safe && entry.tries + 1 < tries_max) {
        // Waits are asked for by the entry that was tried.
        if (!is_untried) line.service.pause(pause_before(fault, entry));
        if (!is_of_other) ++entry.tries;
        line.waiting.push_back(entry);
        return;
    }
    line.refuse(entry, std::move(fault));
}

void take_answer(Line& line, const std::vector<Entry>& sent, std::string answer) {
    const auto places = places_of(sent);
    const auto faults = line.work.take(places, std::move(answer));
    const auto is_any_too_much = std::ranges::any_of(
        faults, [](const std::optional<Fault>& fault) { return fault && is_too_much(*fault); });
    if (is_any_too_much) {
        line.size.halve(sent.size());
    } else {
        line.size.went_well();
    }
    std::optional<Fault> before;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        if (!faults[i]) continue;
        auto fault = *faults[i];
        const bool is_unread = fault.code == "ews.unreadable" || fault.code == mismatch().code;
        if (is_unread && line.work.effect == Effect::write) fault.outcome_unknown = true;
        if (fault.code != stopped) before = fault;
        take_fault(line, sent[i], std::move(fault), before);
    }
}

Task<void> work_off(Line* line) {
    while (!line->waiting.empty()) {
        const auto sent = take_front(*line);
        const auto places = places_of(sent);
        Call call{.operation = line->work.request(places), .reads = sent.size()};
        if (line->work.effect == Effect::write) {
            call.repeat = Repeat::never;
            call.writes = sent.size();
        }
        auto answer = co_await line->service.send(std::move(call));
        if (answer) {
            take_answer(*line, sent, *std::move(answer));
        } else {
            take_refusal(*line, sent, answer.error());
        }
    }
    if (--line->workers == 0 && line->done != nullptr) line->done->cancel();
}

}  // namespace

void BatchSize::halve(std::size_t sent) {
    value_ = std::min(value_, std::max<std::size_t>(1, sent / 2));
    good_ = 0;
}

void BatchSize::went_well() {
    if (value_ == max || ++good_ < good_before_growth) return;
    value_ = std::min(max, value_ + std::max<std::size_t>(1, value_ / 2));
    good_ = 0;
}

Fault mismatch() {
    return {Reach::mailbox, "ews.mismatch", "Exchange answered about another item than asked for"};
}

Task<void> carry_out(Service& service, BatchSize& size, Work work) {
    Line line{service, size, std::move(work)};
    for (std::size_t place = 0; place < line.work.count; ++place)
        line.waiting.push_back({place});
    const bool is_short = line.waiting.size() <= size.value();
    if (is_short || line.work.effect == Effect::write) {
        line.workers = 1;
        co_await work_off(&line);
        co_return;
    }
    const auto executor = co_await asio::this_coro::executor;
    // Ends with the last worker; each of their requests has the service's deadline.
    asio::steady_timer done(executor);
    done.expires_at(asio::steady_timer::time_point::max());
    line.done = &done;
    line.workers = readers;
    std::exception_ptr bug;
    for (std::size_t started = 0; started < readers; ++started) {
        asio::co_spawn(executor, work_off(&line), [&line, &bug](std::exception_ptr thrown) {
            if (!thrown) return;
            bug = thrown;
            line.waiting.clear();
            if (--line.workers == 0) line.done->cancel();
        });
    }
    asio::error_code woken;
    while (line.workers > 0) {
        co_await done.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    if (bug) std::rethrow_exception(bug);
}

}  // namespace hqsync::ews
