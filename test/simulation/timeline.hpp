// Virtual time: events in the order of their moments, and the engine's clock on it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "async/clock.hpp"

namespace hqsync::simulation {

/// What happens at one moment happens in the order in which it was planned.
class Timeline {
public:
    [[nodiscard]] Instant now() const { return now_; }
    void at(Instant when, std::function<void()> what);
    void in(Milliseconds pause, std::function<void()> what) { at(now_ + pause, std::move(what)); }
    /// Jumps to the earliest event and lets it happen; false: there is none.
    bool step();
    /// Lets all events of that time happen.
    void pass(Milliseconds time);

private:
    Instant now_{std::chrono::seconds(1'795'000'000)};
    std::uint64_t planned_ = 0;
    std::map<std::pair<Instant, std::uint64_t>, std::function<void()>> events_;
};

/// A sleeper whose coroutine is thrown away is not woken.
class VirtualClock final : public Clock {
public:
    explicit VirtualClock(Timeline& timeline) : timeline_(timeline) {}
    [[nodiscard]] Instant now() const override { return timeline_.now(); }
    Task<void> sleep_for(Milliseconds pause) override;
    /// Waits for nothing: the process has died.
    Task<void> sleep_for_ever();

private:
    Timeline& timeline_;
};

}  // namespace hqsync::simulation
