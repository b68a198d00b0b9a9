// A clock that never waits: it only writes down how long it was to.
#pragma once

#include <vector>

#include "async/clock.hpp"

namespace hqsync::test {

class TestClock final : public Clock {
public:
    [[nodiscard]] Instant now() const override { return now_; }
    Task<void> sleep_for(Milliseconds pause) override {
        now_ += pause;
        pauses.push_back(pause);
        co_return;
    }
    void advance(Milliseconds time) { now_ += time; }

    std::vector<Milliseconds> pauses;

private:
    Instant now_{std::chrono::seconds(1'795'000'000)};
};

}  // namespace hqsync::test
