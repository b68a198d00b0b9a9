// What the simulator can do wrong, and what the adapter makes of it.
#include "unit/graph/simulated_mailbox.hpp"

namespace hqsync::graph {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class GraphFaults : public SimulatedMailbox {
protected:
    std::vector<Result<Written>> create_some(int count) {
        std::vector<Write> writes;
        for (int i = 1; i <= count; ++i)
            writes.emplace_back(CreateItem{folders_[0].id, mark(i), named_card("Ute")});
        return run(mailbox_->apply(std::move(writes)));
    }
    std::size_t stored() { return survey(folders_[0]).size(); }

    static std::vector<std::string> outcomes(const std::vector<Result<Written>>& results) {
        std::vector<std::string> texts;
        for (const auto& result : results) {
            texts.push_back(result                           ? "done"
                            : result.error().outcome_unknown ? "unknown"
                                                             : result.error().code);
        }
        return texts;
    }

    std::vector<Folder> folders_ = open();
};

TEST_F(GraphFaults, WaitAsAThrottledBatchAsksAndSendItAgain) {
    misbehave(
        R"({"kind":"status","status":429,"retry_after":"17","scope":"batch_item","count":3})");
    EXPECT_THAT(outcomes(create_some(3)), ElementsAre("done", "done", "done"));
    EXPECT_THAT(clock_.pauses, ElementsAre(std::chrono::seconds(17)));
    EXPECT_EQ(stored(), 3U);
}

TEST_F(GraphFaults, WaitForTheThrottledOfABatchOnly) {
    misbehave(R"({"kind":"status","status":429,"retry_after":"3","scope":"batch_item","count":1})");
    sim("POST", "/counters/reset");
    EXPECT_THAT(outcomes(create_some(4)), ElementsAre("done", "done", "done", "done"));
    EXPECT_EQ(counted("writes"), 5U);
    EXPECT_THAT(clock_.pauses, ElementsAre(std::chrono::seconds(3)));
    EXPECT_EQ(stored(), 4U);
}

TEST_F(GraphFaults, WaitAsASingleRequestIsAskedTo) {
    misbehave(R"({"kind":"status","status":429,"retry_after":"5","path":"delta","count":2})");
    EXPECT_TRUE(run(mailbox_->changes_since(folders_[0], std::nullopt)));
    EXPECT_THAT(clock_.pauses, ElementsAre(std::chrono::seconds(5), std::chrono::seconds(5)));
}

TEST_F(GraphFaults, GiveUpWhenTheWaitGoesBeyondTheDeadline) {
    misbehave(R"({"kind":"status","status":429,"retry_after":"600"})");
    const auto refused = run(mailbox_->survey(folders_[0]));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "throttled");
    EXPECT_EQ(refused.error().reach, Reach::mailbox);
    EXPECT_EQ(refused.error().retry_after, std::chrono::seconds(600));
    EXPECT_TRUE(refused.error().transient);
    EXPECT_TRUE(clock_.pauses.empty());
}

TEST_F(GraphFaults, DoNotHammerAThrottledServiceThatNamesNoWait) {
    for (const auto* wait : {"", R"(,"retry_after":"0")"}) {
        clock_.pauses.clear();
        misbehave(fmt::format(R"({{"kind":"status","status":429,"method":"GET"{}}})", wait));
        EXPECT_EQ(run(mailbox_->survey(folders_[0])).error().code, "throttled");
        EXPECT_LT(clock_.pauses.size(), 12U);
        EXPECT_THAT(std::vector(clock_.pauses.begin(), clock_.pauses.begin() + 3),
                    ElementsAre(Milliseconds(500), Milliseconds(1000), Milliseconds(2000)));
        sim("DELETE", "/faults");
    }
}

TEST_F(GraphFaults, RepeatReadingWhenTheServiceIsBusy) {
    misbehave(R"({"kind":"status","status":503,"retry_after":"2","method":"GET","count":3})");
    EXPECT_TRUE(run(mailbox_->survey(folders_[0])));
    EXPECT_EQ(clock_.pauses.size(), 3U);
}

TEST_F(GraphFaults, EndTheMailboxWhenTheServiceStaysAway) {
    misbehave(R"({"kind":"status","status":503,"method":"GET"})");
    const auto away = run(mailbox_->survey(folders_[0]));
    ASSERT_FALSE(away);
    EXPECT_EQ(away.error().code, "ErrorServerBusy");
    EXPECT_EQ(away.error().reach, Reach::mailbox);
    EXPECT_EQ(clock_.pauses.size(), 3U) << "four tries";
}

TEST_F(GraphFaults, DoNotRepeatACreateOfUnknownOutcome) {
    misbehave(R"({"kind":"504_after_work","method":"POST","scope":"batch_item","count":1})");
    EXPECT_THAT(outcomes(create_some(3)), ElementsAre("unknown", "done", "done"));
    EXPECT_EQ(stored(), 3U);
    EXPECT_EQ(run(mailbox_->find_marked(mark(1), folders_))->size(), 1U);
}

TEST_F(GraphFaults, DoNotRepeatABatchOfCreatesWhoseAnswerWasLost) {
    // The batch itself is no request of the mailbox: its single calls are.
    misbehave(R"({"kind":"drop_after_work","method":"POST","scope":"batch_item","count":3})");
    const auto results = create_some(3);
    EXPECT_THAT(outcomes(results), ElementsAre("unknown", "unknown", "unknown"));
    for (const auto& result : results)
        EXPECT_EQ(result.error().reach, Reach::item);
    EXPECT_EQ(stored(), 3U);
}

TEST_F(GraphFaults, RepeatUpdatesAndRemovalsOfUnknownOutcome) {
    const auto updated = create(folders_[0], 1, named_card("Ute"));
    const auto removed = create(folders_[0], 2, named_card("Jan"));
    misbehave(R"({"kind":"504_after_work","method":"PATCH","count":1})");
    misbehave(R"({"kind":"504_after_work","path":"permanentDelete","count":1})");
    std::vector<Write> writes;
    writes.emplace_back(
        UpdateItem{updated.item, updated.change_key, {{Field::title, "Dr."}}, named_card("Ute")});
    writes.emplace_back(RemoveItem{removed.item, removed.change_key});
    // The work was done by the first try: the second finds another change key, or nothing. Whose
    // key that is, it cannot tell.
    EXPECT_THAT(outcomes(run(mailbox_->apply(std::move(writes)))), ElementsAre("unknown", "done"));
    const auto items = survey(folders_[0]);
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].card[Field::title], "Dr.");
}

TEST_F(GraphFaults, RepeatReadingWhenTheConnectionDrops) {
    misbehave(R"({"kind":"drop","method":"GET","count":1})");
    misbehave(R"({"kind":"drop_after_work","method":"GET","count":1})");
    EXPECT_TRUE(run(mailbox_->survey(folders_[0])));
}

TEST_F(GraphFaults, RenewATokenThatExpiredOnce) {
    misbehave(R"({"kind":"expire_tokens"})");
    const auto before = mailbox_->requests();
    const auto seen = run(mailbox_->survey(folders_[0]));
    EXPECT_TRUE(seen) << to_text(seen.error());
    EXPECT_EQ(mailbox_->requests() - before, 2U);
}

TEST_F(GraphFaults, DoNotTryWrongCredentialsTwice) {
    const auto exchange = connect_as("wrong");
    const auto mailbox = exchange->mailbox(MailboxAddress(address_));
    const auto other = exchange->mailbox(MailboxAddress("b@agentur.example"));
    const auto refused = run(mailbox->survey(folders_[0]));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "login.refused");
    EXPECT_EQ(refused.error().reach, Reach::configuration);
    EXPECT_EQ(refused.error().detail,
              "the login was refused (invalid_client AADSTS7000215): check tenant, client_id and "
              "the secret or certificate");
    EXPECT_EQ(run(other->survey(folders_[0])).error().code, "login.refused");
    EXPECT_TRUE(clock_.pauses.empty());
}

TEST_F(GraphFaults, LeaveAMailboxWithoutLicence) {
    misbehave(R"({"kind":"no_licence"})");
    const auto missing = run(
        mailbox_->open_folders({}, {FolderRole::mine, FolderRole::global}, Mailbox::Trust::known));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, "MailboxNotEnabledForRESTAPI");
    EXPECT_EQ(missing.error().reach, Reach::mailbox);
    EXPECT_FALSE(missing.error().transient);
    const auto results = create_some(2);
    for (const auto& result : results)
        EXPECT_EQ(result.error().reach, Reach::mailbox);
    EXPECT_TRUE(clock_.pauses.empty());
}

TEST_F(GraphFaults, LeaveAMailboxThatTheApplicationMayNotTouch) {
    misbehave(R"({"kind":"access_denied"})");
    const auto denied = run(mailbox_->survey(folders_[0]));
    ASSERT_FALSE(denied);
    EXPECT_EQ(denied.error().code, "ErrorAccessDenied");
    EXPECT_EQ(denied.error().reach, Reach::mailbox);
    EXPECT_THAT(denied.error().detail, HasSubstr("RBAC"));
}

TEST_F(GraphFaults, LeaveAMailboxThatDoesNotExist) {
    const auto stranger = exchange_->mailbox(MailboxAddress("x@elsewhere.example"));
    const auto missing = run(stranger->open_folders({}, {FolderRole::mine}, Mailbox::Trust::known));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, "ErrorInvalidUser");
    EXPECT_EQ(missing.error().reach, Reach::mailbox);
}

}  // namespace
}  // namespace hqsync::graph
