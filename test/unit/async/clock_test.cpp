// The system's clock.
#include "async/clock.hpp"

#include <gtest/gtest.h>

#include "async/await.hpp"

namespace hqsync {
namespace {

Task<Milliseconds> slept(Clock& clock, Milliseconds pause) {
    const auto start = std::chrono::steady_clock::now();
    co_await clock.sleep_for(pause);
    co_return std::chrono::ceil<Milliseconds>(std::chrono::steady_clock::now() - start);
}

TEST(SystemClock, NeverWakesEarly) {
    SystemClock clock;
    EXPECT_GE(await(slept(clock, Milliseconds(3))), Milliseconds(3));
    EXPECT_GE(await(slept(clock, Milliseconds(0))), Milliseconds(0));
}

TEST(SystemClock, TellsUniversalTime) {
    const auto before = std::chrono::system_clock::now();
    const auto told = SystemClock().now();
    EXPECT_LE(told, std::chrono::system_clock::now());
    EXPECT_GE(told + Milliseconds(1), before);
}

}  // namespace
}  // namespace hqsync
