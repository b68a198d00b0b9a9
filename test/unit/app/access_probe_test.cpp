// What a look at a mailbox proves, and whom a filter leaves out.
#include "app/access_probe.hpp"

#include <gtest/gtest.h>

#include "async/await.hpp"
#include "played_exchange.hpp"

namespace hqsync::app {
namespace {

using Answer = std::optional<Result<management::Output>>;

Result<void> fault_of(std::string code) {
    return fail({.reach = Reach::mailbox, .code = std::move(code), .detail = "no"});
}

TEST(AccessProbe, TakesOnlyARefusalOfRightsForOne) {
    EXPECT_EQ(access_of("m", Result<void>{}).access, Access::granted);
    for (const auto* code : {"ErrorAccessDenied", "ErrorImpersonateUserDenied", "forbidden"})
        EXPECT_EQ(access_of("m", fault_of(code)).access, Access::refused) << code;
    for (const auto* code : {"ErrorNonExistentMailbox", "login.refused", "http_500", "timeout"})
        EXPECT_EQ(access_of("m", fault_of(code)).access, Access::unknown) << code;
}

TEST(AccessProbe, ProvesNothingByAFailure) {
    const auto granted = access_of("m", Result<void>{});
    const auto refused = access_of("m", fault_of("ErrorAccessDenied"));
    const auto unknown = access_of("m", fault_of("timeout"));
    EXPECT_TRUE(judge_inside(granted, ExchangePlace::online).wrong.empty());
    EXPECT_EQ(judge_inside(refused, ExchangePlace::online).wrong.size(), 2U);
    EXPECT_EQ(judge_inside(unknown, ExchangePlace::online).wrong.size(), 1U);
    EXPECT_TRUE(judge_outside(refused).wrong.empty());
    EXPECT_EQ(judge_outside(granted).wrong.size(), 1U);
    EXPECT_EQ(judge_outside(unknown).wrong, std::vector<std::string>{"not tried: timeout: no"});
}

/// Exchange has these mailboxes; what it was asked.
std::pair<LeftOut, std::string> ask(std::string filter, std::vector<std::string> addresses) {
    test::PlayedExchange exchange;
    exchange.instead = [&](const management::Command&) -> Answer {
        management::Output output;
        for (const auto& address : addresses)
            output.objects.push_back(test::object_of({{"PrimarySmtpAddress", address}}));
        return output;
    };
    const SetupWish wish{.filter = std::move(filter), .account = "X\\Svc"};
    auto left_out = await(ask_left_out(exchange, wish, {"a@x", "b@x"}));
    return {std::move(left_out), exchange.log.front()};
}

TEST(AccessProbe, PicksSomebodyWhomTheFilterLeavesOut) {
    const auto [listed, command] =
        ask("PrimarySmtpAddress -eq 'a@x'", {"A@x", "svc@x", "o@x", "p@x"});
    EXPECT_EQ(listed.outside, "o@x");
    EXPECT_TRUE(judge_left_out(listed).wrong.empty());
    EXPECT_EQ(command, "Get-Mailbox -ResultSize 1000 -RecipientTypeDetails UserMailbox");
}

TEST(AccessProbe, NamesUsersWhomAGroupLeavesOut) {
    const auto [left_out, command] = ask("MemberOfGroup -eq 'g'", {"B@x", "o@x"});
    EXPECT_EQ(left_out.outside, "o@x");
    EXPECT_EQ(judge_left_out(left_out).wrong,
              std::vector<std::string>{"b@x is synchronised and not in the scope"});
    EXPECT_TRUE(command.ends_with("-Filter \"-not (MemberOfGroup -eq 'g')\"")) << command;
    EXPECT_EQ(ask("MemberOfGroup -eq 'g'", {"b@x"}).first.outside, "");
}

}  // namespace
}  // namespace hqsync::app
