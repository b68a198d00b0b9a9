// The set-up against a played Exchange: every step, its order, interruptions, differences, undo.
#include "app/exchange_setup_run.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "app/powershell_text.hpp"
#include "async/await.hpp"
#include "played_exchange.hpp"

namespace hqsync::app {
namespace {

namespace fs = std::filesystem;
using management::Command;
using management::Output;
using Outcome = StepReport::Outcome;
using Instead = std::optional<Result<management::Output>>;

constexpr const char* filter = "MemberOfGroup -eq 'CN=HQ,DC=agentur,DC=example'";

SetupWish server_wish() {
    return {.place = ExchangePlace::server,
            .filter = filter,
            .account = "svc",
            .limits = EwsLimits{.concurrency = 42, .subscriptions = std::nullopt}};
}
SetupWish online_wish() {
    return {.place = ExchangePlace::online, .filter = filter, .app_id = "app", .object_id = "obj"};
}

class ASetup : public testing::Test {
protected:
    ASetup() : file_(fs::temp_directory_path() / fmt::format("hqsync-setup-{}.json", ::getpid())) {
        fs::remove(file_);
    }
    ~ASetup() override { fs::remove(file_); }

    /// In memory where there is such a folder: each note waits for the disk.
    static fs::path folder() {
        return fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
    }
    enum class Way : std::uint8_t { survey, make, make_confirmed, survey_undo, undo };
    /// "scope=made assignment=failed": each time with the notes as they are in the file.
    std::string go(const SetupWish& wish, Way way) {
        auto notes = SetupNotes::read(file_, "here");
        if (!notes) return to_text(notes.error());
        steps_ = setup_steps(wish);
        ExchangeSetup setup(exchange_, *notes, steps_);
        exchange_.log.clear();
        report_ = [&] {
            switch (way) {
                case Way::survey: return await(setup.survey());
                case Way::make: return await(setup.make(Confirmation::ask));
                case Way::make_confirmed: return await(setup.make(Confirmation::given));
                case Way::survey_undo: return await(setup.survey_undo());
                case Way::undo: return await(setup.undo());
            }
            return SetupReport{};
        }();
        std::string text;
        for (const auto& line : report_)
            text +=
                fmt::format("{}{}={}", text.empty() ? "" : " ", line.step->key, name(line.outcome));
        return text;
    }
    const StepReport& line(std::string_view key) {
        for (const auto& each : report_)
            if (each.step->key == key) return each;
        throw std::runtime_error("no such step");
    }
    /// The n-th command of this name, from 1, answers this and does nothing.
    void answer_instead(std::string name, int nth, Result<Output> answer) {
        exchange_.instead = [=, count = 0](const Command& command) mutable -> Instead {
            if (command.name != name || ++count != nth) return std::nullopt;
            return answer;
        };
    }

    fs::path file_;
    test::PlayedExchange exchange_;
    std::vector<SetupStep> steps_;
    SetupReport report_;
};

TEST_F(ASetup, MakesEveryStepOnPremisesInItsOrder) {
    EXPECT_EQ(go(server_wish(), Way::make),
              "scope=made assignment=made policy=made association=made");
    const std::vector<std::string> expected = {
        "New-ManagementScope -Name hqsync-scope -RecipientRestrictionFilter \"MemberOfGroup -eq "
        "'CN=HQ,DC=agentur,DC=example'\"",
        "New-ManagementRoleAssignment -Name hqsync-impersonation -Role ApplicationImpersonation "
        "-User svc -CustomRecipientWriteScope hqsync-scope",
        "New-ThrottlingPolicy -Name hqsync-ews -ThrottlingPolicyScope Regular -EwsMaxConcurrency "
        "42 -EwsMaxSubscriptions $null -EwsMaxBurst Unlimited -EwsRechargeRate Unlimited "
        "-EwsCutoffBalance Unlimited -IsServiceAccount:$true",
        "Set-ThrottlingPolicyAssociation -Identity svc -ThrottlingPolicy hqsync-ews",
    };
    EXPECT_EQ(exchange_.writes(), expected);
}

TEST_F(ASetup, MakesEveryStepOnlineInItsOrder) {
    EXPECT_EQ(go(online_wish(), Way::make), "principal=made scope=made assignment=made");
    const std::vector<std::string> expected = {
        "New-ServicePrincipal -AppId app -ObjectId obj -DisplayName hqsync",
        "New-ManagementScope -Name hqsync-scope -RecipientRestrictionFilter \"MemberOfGroup -eq "
        "'CN=HQ,DC=agentur,DC=example'\"",
        "New-ManagementRoleAssignment -Name hqsync-contacts -Role 'Application "
        "Contacts.ReadWrite' -App obj -CustomResourceScope hqsync-scope",
    };
    EXPECT_EQ(exchange_.writes(), expected);
}

TEST_F(ASetup, ChangesNothingTheSecondTime) {
    for (const auto& wish : {server_wish(), online_wish()}) {
        go(wish, Way::make);
        const auto again = go(wish, Way::make);
        EXPECT_EQ(exchange_.writes(), std::vector<std::string>{});
        EXPECT_FALSE(again.contains("made")) << again;
        EXPECT_FALSE(has(report_, Outcome::to_make));
    }
}

TEST_F(ASetup, OnlyReadsWhenItLooks) {
    EXPECT_EQ(go(server_wish(), Way::survey),
              "scope=to_make assignment=to_make policy=to_make association=to_make");
    EXPECT_EQ(exchange_.writes(), std::vector<std::string>{});
    EXPECT_FALSE(fs::exists(file_));
    EXPECT_EQ(line("association").commands.size(), 1U);
}

TEST_F(ASetup, LeavesTheRestWhenAStepIsRefusedAndSaysTheServersWords) {
    answer_instead("New-ManagementRoleAssignment", 1,
                   test::refusal("You don't have enough permissions.", "PermissionDenied"));
    EXPECT_EQ(go(server_wish(), Way::make),
              "scope=made assignment=failed policy=not_run association=not_run");
    EXPECT_TRUE(line("assignment").words.starts_with("You don't have enough permissions."));
    EXPECT_TRUE(line("assignment").words.contains("does the service account exist"));
    exchange_.instead = nullptr;
    EXPECT_EQ(go(server_wish(), Way::make),
              "scope=fits assignment=made policy=made association=made");
}

TEST_F(ASetup, TellsACommandThatTheAccountMayNotRun) {
    answer_instead("Get-ThrottlingPolicy", 1,
                   fail({.reach = Reach::item,
                         .code = "command.unknown",
                         .detail = "Get-ThrottlingPolicy is not recognized"}));
    EXPECT_EQ(go(server_wish(), Way::make),
              "scope=made assignment=made policy=failed association=not_run");
    EXPECT_TRUE(line("policy").words.contains("may not run it"));
}

TEST_F(ASetup, CompletesWhatWasCutOffAtAnyCommand) {
    for (const auto& wish : {server_wish(), online_wish()}) {
        for (int cut = 1; cut <= 14; ++cut) {
            for (const bool is_done_first : {false, true}) {
                exchange_ = {};
                fs::remove(file_);
                int count = 0;
                exchange_.instead = [&](const Command& command) -> Instead {
                    if (++count != cut) return std::nullopt;
                    exchange_.instead = nullptr;
                    if (is_done_first) (void)await(exchange_.run(command));
                    return fail({.reach = Reach::run,
                                 .code = "session.lost",
                                 .detail = "the connection broke",
                                 .outcome_unknown = true});
                };
                go(wish, Way::make);
                exchange_.instead = nullptr;
                const auto rest = go(wish, Way::make);
                EXPECT_FALSE(rest.contains("failed")) << cut << " " << rest;
                go(wish, Way::make);
                EXPECT_EQ(exchange_.writes(), std::vector<std::string>{}) << cut;
                go(wish, Way::undo);
                // Also what was done when the answer was lost counts as made by the set-up.
                EXPECT_TRUE(exchange_.scopes.empty()) << cut;
                EXPECT_TRUE(exchange_.assignments.empty()) << cut;
                EXPECT_TRUE(exchange_.policies.empty()) << cut;
                EXPECT_TRUE(exchange_.principals.empty()) << cut;
                EXPECT_FALSE(fs::exists(file_)) << cut;
            }
        }
    }
}

TEST_F(ASetup, ShowsAnotherScopeAndChangesItOnlyWhenConfirmed) {
    exchange_.scopes["hqsync-scope"] = {{"Name", "hqsync-scope"},
                                        {"RecipientFilter", "Alias -like '*'"}};
    EXPECT_EQ(go(server_wish(), Way::survey),
              "scope=to_change assignment=to_make policy=to_make association=to_make");
    const std::vector<Difference> expected = {{"RecipientFilter", "Alias -like '*'", filter}};
    EXPECT_EQ(line("scope").differences, expected);
    EXPECT_EQ(go(server_wish(), Way::make),
              "scope=unconfirmed assignment=not_run policy=not_run association=not_run");
    EXPECT_EQ(exchange_.writes(), std::vector<std::string>{});
    EXPECT_EQ(go(server_wish(), Way::make_confirmed),
              "scope=changed assignment=made policy=made association=made");
    EXPECT_EQ(exchange_.scopes["hqsync-scope"]["RecipientFilter"], filter);
    EXPECT_EQ(go(server_wish(), Way::undo),
              "association=undone policy=undone assignment=undone scope=undone");
    EXPECT_EQ(exchange_.scopes["hqsync-scope"]["RecipientFilter"], "Alias -like '*'");
    EXPECT_TRUE(exchange_.assignments.empty());
}

TEST_F(ASetup, ReplacesAnAssignmentOfAnotherRoleOrAssignee) {
    exchange_.scopes["s"] = {{"Name", "s"}, {"RecipientFilter", "x"}};
    const test::Properties other = {{"Name", "hqsync-impersonation"},
                                    {"Role", "Mail Recipients"},
                                    {"User", "x"},
                                    {"RoleAssignee", "x"},
                                    {"CustomRecipientWriteScope", "s"}};
    exchange_.assignments["hqsync-impersonation"] = other;
    go(server_wish(), Way::survey);
    const std::vector<Difference> expected = {
        {"Role", "Mail Recipients", "ApplicationImpersonation"},
        {"CustomRecipientWriteScope", "s", "hqsync-scope"},
        {"RoleAssignee", "x", "svc"}};
    EXPECT_EQ(line("assignment").differences, expected);
    // Cut off between removing and making: what was there before is still known.
    answer_instead("New-ManagementRoleAssignment", 1,
                   fail({.reach = Reach::run, .code = "lost", .detail = "gone"}));
    EXPECT_EQ(go(server_wish(), Way::make_confirmed),
              "scope=made assignment=failed policy=not_run association=not_run");
    exchange_.instead = nullptr;
    EXPECT_EQ(go(server_wish(), Way::make),
              "scope=fits assignment=made policy=made association=made");
    go(server_wish(), Way::undo);
    EXPECT_EQ(exchange_.assignments["hqsync-impersonation"], other);
}

TEST_F(ASetup, LeavesWhatWasThereBeforeItWhenItIsUndone) {
    go(server_wish(), Way::make);
    fs::remove(file_);
    exchange_.associations.clear();
    EXPECT_EQ(go(server_wish(), Way::make),
              "scope=fits assignment=fits policy=fits association=made");
    EXPECT_EQ(go(server_wish(), Way::survey_undo),
              "association=to_undo policy=left assignment=left scope=left");
    EXPECT_EQ(go(server_wish(), Way::undo),
              "association=undone policy=left assignment=left scope=left");
    EXPECT_EQ(line("scope").words, "was there before the set-up");
    EXPECT_EQ(exchange_.writes().size(), 1U);
}

TEST_F(ASetup, UndoesByNameWhereNothingIsWrittenDown) {
    go(server_wish(), Way::make);
    fs::remove(file_);
    auto wish = server_wish();
    wish.filter.clear();
    EXPECT_EQ(go(wish, Way::undo),
              "association=undone policy=undone assignment=undone scope=undone");
    EXPECT_EQ(go(wish, Way::undo), "association=gone policy=gone assignment=gone scope=gone");
    EXPECT_EQ(exchange_.writes(), std::vector<std::string>{});
}

TEST_F(ASetup, StopsAnUndoThatIsRefusedAndGoesOnLater) {
    go(online_wish(), Way::make);
    answer_instead("Remove-ManagementScope", 1, test::refusal("in use", "InvalidOperation"));
    EXPECT_EQ(go(online_wish(), Way::undo), "assignment=undone scope=failed principal=not_run");
    EXPECT_TRUE(line("scope").words.starts_with("in use"));
    exchange_.instead = nullptr;
    EXPECT_EQ(go(online_wish(), Way::undo), "assignment=gone scope=undone principal=undone");
    EXPECT_FALSE(fs::exists(file_));
}

TEST_F(ASetup, PutsAnEarlierThrottlingPolicyBack) {
    exchange_.associations["svc"] = {{"ThrottlingPolicyId", "Global Settings/older"}};
    EXPECT_EQ(go(server_wish(), Way::make),
              "scope=made assignment=made policy=made association=unconfirmed");
    EXPECT_EQ(go(server_wish(), Way::make_confirmed),
              "scope=fits assignment=fits policy=fits association=changed");
    go(server_wish(), Way::undo);
    EXPECT_EQ(exchange_.associations["svc"]["ThrottlingPolicyId"], "older");
    EXPECT_TRUE(exchange_.policies.empty());
}

TEST_F(ASetup, LeavesAPolicyAloneThatSomebodyGaveTheAccountLater) {
    go(server_wish(), Way::make);
    exchange_.associations["svc"] = {{"ThrottlingPolicyId", "newer"}};
    EXPECT_EQ(go(server_wish(), Way::undo),
              "association=left policy=undone assignment=undone scope=undone");
    EXPECT_EQ(line("association").words, "is another one now: newer");
    EXPECT_EQ(exchange_.associations["svc"]["ThrottlingPolicyId"], "newer");
}

TEST_F(ASetup, SaysWhenTheServerTookACommandAndShowsNothing) {
    answer_instead("New-ManagementScope", 1, Output{});
    EXPECT_EQ(go(online_wish(), Way::make), "principal=made scope=failed assignment=not_run");
    EXPECT_TRUE(line("scope").words.contains("setup.unseen"));
}

TEST_F(ASetup, ComparesLimitsAndRestoresThem) {
    go(server_wish(), Way::make);
    fs::remove(file_);
    auto wish = server_wish();
    wish.limits = EwsLimits{.concurrency = std::nullopt, .subscriptions = 7};
    EXPECT_EQ(go(wish, Way::survey),
              "scope=fits assignment=fits policy=to_change association=fits");
    const std::vector<Difference> expected = {{"EwsMaxConcurrency", "42", "Unlimited"},
                                              {"EwsMaxSubscriptions", "Unlimited", "7"}};
    EXPECT_EQ(line("policy").differences, expected);
    go(wish, Way::make_confirmed);
    EXPECT_EQ(exchange_.policies["hqsync-ews"]["EwsMaxConcurrency"], "");
    go(wish, Way::undo);
    EXPECT_EQ(exchange_.policies["hqsync-ews"]["EwsMaxConcurrency"], "42");
    EXPECT_EQ(exchange_.policies["hqsync-ews"]["EwsMaxSubscriptions"], "");
}

TEST_F(ASetup, ReadsWhatAnotherVersionShowsOtherwise) {
    go(online_wish(), Way::make);
    auto& assignment = exchange_.assignments["hqsync-contacts"];
    assignment["CustomRecipientWriteScope"] = assignment["CustomResourceScope"];
    assignment.erase("CustomResourceScope");
    EXPECT_EQ(go(online_wish(), Way::survey), "principal=fits scope=fits assignment=fits");
    go(server_wish(), Way::make);
    exchange_.policies["hqsync-ews"].erase("IsServiceAccount");
    EXPECT_EQ(go(server_wish(), Way::survey),
              "scope=fits assignment=fits policy=fits association=fits");
}

TEST_F(ASetup, AsksNothingMoreOfWhatIsNotThere) {
    go(online_wish(), Way::survey);
    const std::vector<std::string> expected = {"Get-ServicePrincipal -Identity app",
                                               "Get-ManagementScope -Identity hqsync-scope",
                                               "Get-ManagementRoleAssignment -Identity "
                                               "hqsync-contacts"};
    EXPECT_EQ(exchange_.log, expected);
}

TEST_F(ASetup, RefusesNotesThatAreNone) {
    std::ofstream(file_) << "{\"version\":1,\"notes\":[{\"where\":\"here\"}]}";
    EXPECT_TRUE(go(server_wish(), Way::make).starts_with("setup.notes: "));
    EXPECT_EQ(exchange_.writes(), std::vector<std::string>{});
}

class Proofs : public ASetup {
protected:
    /// What is wrong, of all proofs.
    std::vector<std::string> prove(std::vector<SetupProof> proofs) {
        auto notes = SetupNotes::read(file_, "here");
        steps_ = {};
        ExchangeSetup setup(exchange_, *notes, steps_);
        std::vector<std::string> wrong;
        for (const auto& report : await(setup.prove(std::move(proofs))))
            wrong.insert(wrong.end(), report.wrong.begin(), report.wrong.end());
        return wrong;
    }
};

TEST_F(Proofs, FindAnotherAssignmentThatMakesTheScopeWorthless) {
    go(server_wish(), Way::make);
    EXPECT_EQ(prove(setup_proofs(server_wish(), {})), std::vector<std::string>{});
    exchange_.assignments["old"] = {
        {"Name", "old"}, {"Role", "ApplicationImpersonation"}, {"RoleAssignee", "svc"}};
    EXPECT_EQ(prove(setup_proofs(server_wish(), {})),
              std::vector<std::string>{"old gives the same right for all mailboxes"});
}

TEST_F(Proofs, AskWhomTheRoleReaches) {
    go(online_wish(), Way::make);
    EXPECT_EQ(prove(setup_proofs(online_wish(), {"anna@a.example", "otto@a.example"})),
              std::vector<std::string>{});
    const auto wrong = prove(setup_proofs(online_wish(), {"otto@a.example", "anna@a.example"}));
    ASSERT_EQ(wrong.size(), 2U);
    EXPECT_TRUE(wrong[0].contains("does not reach otto@a.example"));
    EXPECT_EQ(wrong[1],
              "Application Contacts.ReadWrite reaches anna@a.example, which is outside (scope s)");
}

TEST_F(Proofs, NameWhatAnUndoLeft) {
    exchange_.scopes["hqsync-scope"] = {{"Name", "hqsync-scope"}};
    exchange_.scopes["hqsync-old"] = {{"Name", "hqsync-old"}};
    exchange_.scopes["other"] = {{"Name", "other"}};
    EXPECT_EQ(prove(leftover_questions(server_wish())),
              std::vector<std::string>{"management scope hqsync-old"});
}

TEST_F(Proofs, SayThatAQuestionWasNotAnswered) {
    answer_instead("Get-ManagementRoleAssignment", 1, test::refusal("no", "PermissionDenied"));
    EXPECT_EQ(prove(setup_proofs(server_wish(), {})), std::vector<std::string>{"not asked: no"});
}

}  // namespace
}  // namespace hqsync::app
