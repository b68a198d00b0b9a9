// What is held at servers: written down, found again, forgotten in time.
#include "app/session_registry.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hqsync::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Registry : public testing::Test {
protected:
    void SetUp() override { std::filesystem::remove(file_); }
    void TearDown() override { std::filesystem::remove(file_); }

    std::unique_ptr<SessionRegistry> open() {
        auto registry = SessionRegistry::open(file_);
        EXPECT_TRUE(registry) << to_text(registry.error());
        return *std::move(registry);
    }

    static HeldSession session(const std::string& shell_id, ProcessName process) {
        HeldSession held;
        held.endpoint = held.url = "http://mail.agentur.example/PowerShell/";
        held.account = "kerberos admin@AGENTUR.EXAMPLE";
        held.shell_id = shell_id;
        held.process = std::move(process);
        held.opened = held.used = Instant(Milliseconds(1'000'000));
        return held;
    }

    /// A process that has ended.
    static ProcessName ended() {
        auto process = this_process();
        process.started += 1;
        return process;
    }

    std::filesystem::path file_ = std::filesystem::path(testing::TempDir()) /
                                  ("registry-" + std::to_string(::getpid()) + ".sessions");
};

TEST_F(Registry, KeepsARowUntilItIsStruckOut) {
    auto held = session("PROPOSED", this_process());
    const auto id = open()->write(held);
    ASSERT_TRUE(id);
    held.id = *id;
    EXPECT_THAT(open()->all().value(), ElementsAre(held));

    held.shell_id = "GIVEN";
    held.url = "https://mail2.agentur.example/PowerShell";
    held.idle_timeout = Milliseconds(60'000);
    ASSERT_TRUE(open()->note_created(*id, held));
    EXPECT_THAT(open()->all().value(), ElementsAre(held));

    ASSERT_TRUE(open()->strike(*id));
    EXPECT_THAT(open()->all().value(), IsEmpty());
}

TEST_F(Registry, ForgetsWhatTheServerHasEndedByItself) {
    const auto registry = open();
    const auto held = session("A", ended());
    ASSERT_TRUE(registry->write(held));
    ASSERT_TRUE(registry->write(session("B", this_process())));
    EXPECT_EQ(registry->forget_expired(held.expires() - Milliseconds(1)).value(), 0U);
    EXPECT_EQ(registry->forget_expired(held.expires()).value(), 1U);
    const auto rest = registry->all().value();
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest.front().shell_id, "B");
}

TEST_F(Registry, CountsTheTimeFromTheLastUse) {
    const auto registry = open();
    const auto held = session("A", ended());
    const auto id = registry->write(held);
    ASSERT_TRUE(registry->note_used(*id, held.used + std::chrono::minutes(5)));
    EXPECT_EQ(registry->forget_expired(held.expires()).value(), 0U);
    EXPECT_EQ(registry->forget_expired(held.expires() + std::chrono::minutes(5)).value(), 1U);
}

TEST(Liveness, KnowsThisProcess) {
    EXPECT_EQ(liveness(this_process(), this_process()), Liveness::lives);
}

TEST(Liveness, KnowsAProcessThatHasEnded) {
    const auto child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    auto process = this_process();
    process.pid = child;
    EXPECT_EQ(liveness(process, this_process()), Liveness::ended);
}

TEST(Liveness, IsNotMisledByAReusedNumber) {
    auto process = this_process();
    process.started -= 1;
    EXPECT_EQ(liveness(process, this_process()), Liveness::ended);
}

TEST(Liveness, EndsAllWithARestartOfTheMachine) {
    auto process = this_process();
    process.boot = "another-boot pid:[4026531836]";
    EXPECT_EQ(liveness(process, this_process()), Liveness::ended);
}

TEST(Liveness, DoesNotJudgeOtherMachinesAndContainers) {
    auto process = this_process();
    process.host += "-other";
    process.boot = "another-boot pid:[4026531836]";
    EXPECT_EQ(liveness(process, this_process()), Liveness::unknown);
    process = this_process();
    process.boot += "7";
    EXPECT_EQ(liveness(process, this_process()), Liveness::unknown);
}

}  // namespace
}  // namespace hqsync::app
