// Many entries of one operation, sent in batches whose size follows what the server can do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "async/task.hpp"
#include "base/result.hpp"
#include "ews/answers.hpp"
#include "ews/service.hpp"

namespace hqsync::ews {

/// Entries by their place among all of the operation.
using Places = std::span<const std::size_t>;

/// How many entries go into one request. Halved where a request was too big or took too long, grown
/// again after some that went well (ews.md §7).
class BatchSize {
public:
    static constexpr std::size_t max = 50;

    [[nodiscard]] std::size_t value() const { return value_; }
    /// `sent`: entries of the request that was too much.
    void halve(std::size_t sent);
    void went_well();

private:
    std::size_t value_ = max;
    int good_ = 0;
};

/// What an operation does to the mailbox decides what may be sent again.
enum class Effect : std::uint8_t {
    none,   ///< reads: repeated, two requests at once
    write,  ///< not idempotent, or no longer conditional when it is repeated: sent once
};

/// One operation over several entries.
struct Work {
    std::size_t count = 0;
    Effect effect = Effect::none;
    std::function<std::string(Places)> request;  ///< the operation's element
    /// Keeps what the answer shows of each; the fault of each, in the order of the places.
    std::function<std::vector<std::optional<Fault>>(Places, std::string answer)> take;
    std::function<void(std::size_t place, Fault)> refuse;
};

/// Carries the work out: every entry is taken or refused in the end. Entries that the server
/// refused for now, or did not come to (ErrorBatchProcessingStopped), are sent again. Of a write
/// that may have been done the fault has outcome_unknown.
Task<void> carry_out(Service& service, BatchSize& size, Work work);

/// A response message that is about another item than the one asked for in its place.
Fault mismatch();

/// Work whose results come into `results`, which has a place for each entry and outlives it. `read`
/// is one of ews/answers.hpp; `is_asked(place, shown)`: the answer is about the entry.
template <class Shown, class Request, class Read, class IsAsked>
Work work_into(Each<Shown>& results, Effect effect, Request request, Read read, IsAsked is_asked) {
    Work work{.count = results.size(), .effect = effect, .request = std::move(request)};
    work.take = [&results, read, is_asked](Places places, std::string answer) {
        std::vector<std::optional<Fault>> faults(places.size());
        Result<Each<Shown>> shown = read(std::move(answer), places.size());
        // One that is out of order puts all others in doubt.
        bool is_in_order = true;
        for (std::size_t i = 0; shown && i < places.size(); ++i) {
            const auto& each = (*shown)[i];
            is_in_order = is_in_order && (!each || is_asked(places[i], *each));
        }
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (!shown) {
                faults[i] = shown.error();
            } else if (!is_in_order) {
                faults[i] = mismatch();
            } else if (!(*shown)[i]) {
                faults[i] = (*shown)[i].error();
            } else {
                results[places[i]] = std::move((*shown)[i]);
            }
        }
        return faults;
    };
    work.refuse = [&results](std::size_t place, Fault fault) {
        results[place] = fail(std::move(fault));
    };
    return work;
}

/// The entries at these places.
template <class T>
std::vector<T> pick(const std::vector<T>& from, Places places) {
    std::vector<T> picked;
    picked.reserve(places.size());
    for (const auto place : places)
        picked.push_back(from[place]);
    return picked;
}

/// For answers that name no item.
struct AnyShown {
    template <class Shown>
    bool operator()(std::size_t, const Shown&) const {
        return true;
    }
};

/// One request with `count` response messages, each of which is asked for again by itself: the
/// request is made of the places that have no answer yet.
template <class Shown, class Request, class Read>
Task<Each<Shown>> ask_each(Service& service, std::size_t count, Effect effect, Request request,
                           Read read) {
    Each<Shown> results(count);
    BatchSize size;
    auto work = work_into(results, effect, std::move(request), read, AnyShown{});
    co_await carry_out(service, size, std::move(work));
    co_return results;
}

/// One request with one response message.
template <class Shown, class Read>
Task<Result<Shown>> ask_one(Service& service, std::string operation, Effect effect, Read read) {
    const auto request = [&operation](Places) { return operation; };
    auto results = co_await ask_each<Shown>(service, 1, effect, request, read);
    co_return std::move(results.front());
}

}  // namespace hqsync::ews
