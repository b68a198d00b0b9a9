// Answers that the simulator does not give: the adapter against a scripted service.
#include "graph/service.hpp"

#include <deque>

#include <gmock/gmock.h>

#include "async/await.hpp"
#include "graph/codec.hpp"
#include "graph/mailbox.hpp"
#include "graph/query.hpp"
#include "http/client.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/login/test_clock.hpp"

namespace hqsync::graph {
namespace {

using test::answer;
using test::Asked;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string token_answer(std::string_view token, int lifetime = 3600) {
    return answer(200, fmt::format(R"({{"access_token":"{}","expires_in":{}}})", token, lifetime));
}

/// A service that gives tokens "t1", "t2", … and answers all else from a list.
class ScriptedGraph : public testing::Test {
protected:
    void will_answer(std::string octets) {
        const std::scoped_lock lock(mutex_);
        answers_.push_back(std::move(octets));
    }

    /// What was asked, without the logins.
    std::vector<Asked> calls() const {
        auto asked = server_.asked();
        std::erase_if(asked, [](const Asked& each) { return each.target == login_path; });
        return asked;
    }
    std::size_t logins() const { return server_.asked().size() - calls().size(); }

    template <class T>
    T run(Task<T> task) {
        return await_on(context_, std::move(task)).value();
    }
    Result<Answer> get(std::string path) { return run(service_.send({.path = std::move(path)})); }
    std::vector<Result<Answer>> batch(std::vector<Call> calls) {
        return run(service_.send_batch(std::move(calls)));
    }

    static constexpr const char* login_path = "/tenant/oauth2/v2.0/token";

    std::mutex mutex_;
    std::deque<std::string> answers_;
    int tokens_given_ = 0;
    int token_lifetime_ = 3600;
    test::ScriptedServer server_{[this](const Asked& asked) {
        const std::scoped_lock lock(mutex_);
        if (asked.target == login_path) {
            return token_answer(fmt::format("t{}", ++tokens_given_), token_lifetime_);
        }
        if (answers_.empty()) return answer(500, "nothing scripted");
        auto next = answers_.front();
        answers_.pop_front();
        return next;
    }};
    asio::io_context context_;
    http::Client client_{context_, {}};
    test::TestClock clock_;
    Options options_{.graph_url = server_.url(),
                     .login_url = server_.url(),
                     .tenant = "tenant",
                     .client_id = "app",
                     .client_secret = "s3cret&"};
    login::TokenSource tokens_{{.login_url = server_.url(),
                                .tenant = "tenant",
                                .client_id = "app",
                                .client_secret = "s3cret&",
                                .scope = server_.url() + "/.default"},
                               client_,
                               clock_};
    Service service_{options_, client_, clock_, tokens_};
};

TEST_F(ScriptedGraph, IsAskedWithTokenImmutableIdsAndAFreshRequestId) {
    will_answer(answer(200, "{}"));
    will_answer(answer(200, "{}"));
    EXPECT_TRUE(get("/users/a"));
    EXPECT_TRUE(get("/users/a"));
    const auto asked = calls();
    EXPECT_EQ(asked[0].target, "/v1.0/users/a");
    EXPECT_EQ(asked[0].headers.at("authorization"), "Bearer t1");
    EXPECT_EQ(asked[0].headers.at("prefer"), R"(IdType="ImmutableId")");
    EXPECT_EQ(asked[0].headers.at("client-request-id").size(), 36U);
    EXPECT_NE(asked[0].headers.at("client-request-id"), asked[1].headers.at("client-request-id"));
    EXPECT_EQ(logins(), 1U);
    EXPECT_EQ(server_.asked().front().body, "grant_type=client_credentials&client_id=app&scope=" +
                                                url_encoded(server_.url() + "/.default") +
                                                "&client_secret=s3cret%26");
}

TEST_F(ScriptedGraph, IsNotAskedForeverWhenItRefusesEveryToken) {
    will_answer(answer(401, R"({"error":{"code":"InvalidAuthenticationToken"}})"));
    will_answer(answer(401, R"({"error":{"code":"InvalidAuthenticationToken"}})"));
    const auto refused = get("/users/a");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reach, Reach::configuration);
    EXPECT_EQ(refused.error().code, "InvalidAuthenticationToken");
    EXPECT_EQ(calls().size(), 2U);
    EXPECT_EQ(logins(), 2U);
    EXPECT_EQ(calls()[1].headers.at("authorization"), "Bearer t2");
    EXPECT_THAT(clock_.pauses, ElementsAre(Milliseconds(0)));
}

TEST_F(ScriptedGraph, GetsANewTokenAlsoAfterOtherTroubles) {
    will_answer(answer(429, "", "Retry-After: 1\r\n"));
    will_answer(answer(503, ""));
    will_answer(answer(401, ""));
    will_answer(answer(200, "{}"));
    EXPECT_TRUE(get("/users/a"));
    EXPECT_EQ(calls()[3].headers.at("authorization"), "Bearer t2");
}

TEST_F(ScriptedGraph, GetsANewTokenForASingleCallOfABatch) {
    will_answer(answer(200, R"({"responses":[
        {"id":"1","status":200,"body":{"n":1}},
        {"id":"0","status":401,"body":{"error":{"code":"InvalidAuthenticationToken"}}}]})"));
    will_answer(answer(200, R"({"responses":[{"id":"0","status":200,"body":{"n":0}}]})"));
    const auto results = batch({{.path = "/a"}, {.path = "/b"}});
    EXPECT_EQ(results[0]->body, R"({"n":0})");
    EXPECT_EQ(results[1]->body, R"({"n":1})");
    EXPECT_EQ(calls()[1].headers.at("authorization"), "Bearer t2");
}

TEST_F(ScriptedGraph, IsSentABatchInItsOwnForm) {
    will_answer(answer(200, R"({"responses":[{"id":"0","status":204},{"id":"1","status":201}]})"));
    batch({{.method = "PATCH",
            .path = "/users/a/contacts/1",
            .headers = {{"If-Match", "W/\"k\""}},
            .body = "{\"title\":null}"},
           {.method = "POST", .path = "/users/a/contacts/2/permanentDelete"}});
    const auto asked = calls().front();
    EXPECT_EQ(asked.method, "POST");
    EXPECT_EQ(asked.target, "/v1.0/$batch");
    EXPECT_EQ(
        asked.body,
        R"({"requests":[{"body":{"title":null},"headers":{"Content-Type":"application/json",)"
        R"("If-Match":"W/\"k\"","Prefer":"IdType=\"ImmutableId\""},"id":"0","method":"PATCH",)"
        R"("url":"/users/a/contacts/1"},{"headers":{"Prefer":"IdType=\"ImmutableId\""},)"
        R"("id":"1","method":"POST","url":"/users/a/contacts/2/permanentDelete"}]})");
}

TEST_F(ScriptedGraph, MayAnswerABatchInAnyOrderAndNameHeadersInAnyCase) {
    will_answer(answer(200, R"({"responses":[
        {"id":"2","status":200,"body":{"n":2}},
        {"id":"0","status":429,"headers":{"RETRY-AFTER":"7"}},
        {"id":"1","status":429,"headers":{"retry-after":9}}]})"));
    will_answer(answer(200, R"({"responses":[{"id":"1","status":200},{"id":"0","status":200}]})"));
    for (const auto& result : batch({{.path = "/a"}, {.path = "/b"}, {.path = "/c"}}))
        EXPECT_TRUE(result);
    EXPECT_THAT(clock_.pauses, ElementsAre(std::chrono::seconds(9)));
    EXPECT_THAT(calls()[1].body, Not(HasSubstr("/c")));
}

TEST_F(ScriptedGraph, MayLeaveACallOfABatchUnanswered) {
    will_answer(answer(200, R"({"responses":[{"id":"0","status":200},{"id":"x","status":200},
                                             {"status":200},{"id":"99","status":200},7]})"));
    will_answer(answer(200, R"({"responses":[{"id":"2","status":200}]})"));
    const auto results = batch({{.path = "/a"},
                                {.method = "POST", .path = "/b", .repeat = Repeat::never},
                                {.path = "/c"}});
    EXPECT_TRUE(results[0]);
    EXPECT_EQ(results[1].error().code, "batch.no_answer");
    EXPECT_TRUE(results[1].error().outcome_unknown);
    EXPECT_TRUE(results[2]) << "reading may be repeated";
}

TEST_F(ScriptedGraph, MayAnswerABatchWithNonsense) {
    for (int i = 0; i < 4; ++i)
        will_answer(answer(200, i % 2 == 0 ? "<html>" : R"({"responses":5})"));
    EXPECT_EQ(batch({{.path = "/a"}})[0].error().code, "batch.no_answer");
}

TEST_F(ScriptedGraph, IsSentCallByCallWhatItRefusesAsAWhole) {
    will_answer(answer(400, R"({"error":{"code":"BadRequest"}})"));
    will_answer(answer(200, R"({"responses":[{"id":"0","status":201}]})"));
    will_answer(answer(400, R"({"error":{"code":"BadRequest"}})"));
    will_answer(answer(200, R"({"responses":[{"id":"2","status":201}]})"));
    const auto results = batch({{.method = "POST", .path = "/a", .repeat = Repeat::never},
                                {.method = "POST", .path = "/b", .repeat = Repeat::never},
                                {.method = "POST", .path = "/c", .repeat = Repeat::never}});
    EXPECT_TRUE(results[0]);
    EXPECT_EQ(results[1].error().code, "BadRequest");
    EXPECT_EQ(results[1].error().reach, Reach::item);
    EXPECT_FALSE(results[1].error().outcome_unknown);
    EXPECT_TRUE(results[2]);
}

TEST_F(ScriptedGraph, LosesAWholeBatchOfWhichOnlyTheReadsAreRepeated) {
    will_answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{");
    will_answer(answer(200, R"({"responses":[{"id":"1","status":200}]})"));
    const auto results =
        batch({{.method = "POST", .path = "/a", .repeat = Repeat::never}, {.path = "/b"}});
    EXPECT_TRUE(results[0].error().outcome_unknown);
    EXPECT_EQ(results[0].error().reach, Reach::item);
    EXPECT_TRUE(results[1]);
}

TEST_F(ScriptedGraph, StopsTheMailboxWhenItSaysThatItIsAwayToACreate) {
    will_answer(answer(503, ""));
    const auto results = batch({{.method = "POST", .path = "/a", .repeat = Repeat::never}});
    EXPECT_EQ(results[0].error().reach, Reach::mailbox);
    EXPECT_TRUE(results[0].error().outcome_unknown);
}

TEST_F(ScriptedGraph, GetsNoTokenOfOursOnAnotherHost) {
    test::ScriptedServer foreign([](const Asked&) { return answer(200, "{}"); });
    const auto as_prefix = server_.url() + ".evil.example/v1.0/users/a";
    for (const auto& link : {foreign.url() + "/v1.0/users/a", as_prefix, server_.url() + "/beta/x",
                             std::string("v1.0/users/a")}) {
        const auto refused = get(link);
        ASSERT_FALSE(refused) << link;
        EXPECT_EQ(refused.error().code, "graph.foreign_link") << link;
        EXPECT_EQ(refused.error().reach, Reach::mailbox) << link;
    }
    EXPECT_TRUE(foreign.asked().empty());
    EXPECT_TRUE(server_.asked().empty());
    will_answer(answer(200, "{}"));
    EXPECT_TRUE(get(server_.url() + "/v1.0/users/a?$skiptoken=1"));
    EXPECT_EQ(calls()[0].target, "/v1.0/users/a?$skiptoken=1");
}

TEST_F(ScriptedGraph, LeadingAListToAnotherHostIsNotFollowed) {
    GraphMailbox mailbox(MailboxAddress("a@agentur.example"),
                         Service(options_, client_, clock_, tokens_));
    test::ScriptedServer foreign([](const Asked&) { return answer(200, R"({"value":[]})"); });
    const Folder folder{FolderRole::mine, FolderId("F")};
    will_answer(
        answer(200, fmt::format(R"({{"value":[],"@odata.nextLink":"{}/v1.0/x"}})", foreign.url())));
    EXPECT_EQ(run(mailbox.survey(folder)).error().code, "graph.foreign_link");
    EXPECT_TRUE(foreign.asked().empty());
}

TEST_F(ScriptedGraph, ShowingSomethingUnreadableIsNotTakenForEmpty) {
    GraphMailbox mailbox(MailboxAddress("a@agentur.example"),
                         Service(options_, client_, clock_, tokens_));
    const Folder folder{FolderRole::mine, FolderId("F")};
    for (const auto* body :
         {"", "<html>", "[]", "{}", R"({"value":{}})", R"({"value":[7]})", R"({"value":[{}]})",
          R"({"value":[{"id":"1"}]})", R"({"value":[{"id":"1","changeKey":"k","title":7}]})"}) {
        will_answer(answer(200, body));
        const auto seen = run(mailbox.survey(folder));
        ASSERT_FALSE(seen) << body;
        EXPECT_EQ(seen.error().code, "graph.unreadable") << body;
        EXPECT_EQ(seen.error().reach, Reach::mailbox) << body;
    }
    for (const auto* body : {"{}", R"({"value":[]})", R"({"value":[{"changeKey":"k"}],
                                                         "@odata.deltaLink":"x"})"}) {
        will_answer(answer(200, body));
        EXPECT_EQ(run(mailbox.changes_since(folder, std::nullopt)).error().code, "graph.unreadable")
            << body;
    }
}

TEST_F(ScriptedGraph, TellsRemovedItemsAndTheLastWordOnEach) {
    GraphMailbox mailbox(MailboxAddress("a@agentur.example"),
                         Service(options_, client_, clock_, tokens_));
    will_answer(answer(200, fmt::format(R"({{"value":[
        {{"id":"1","changeKey":"a"}},{{"id":"2","changeKey":"b"}},
        {{"id":"3","@removed":{{"reason":"changed"}}}}],
        "@odata.nextLink":"{}/v1.0/next"}})",
                                        server_.url())));
    will_answer(answer(200, R"({"value":[{"id":"1","changeKey":"c"},
        {"id":"2","@removed":{"reason":"deleted"}},{"id":"3","changeKey":"d"}],
        "@odata.deltaLink":"later"})"));
    const auto seen = run(mailbox.changes_since({FolderRole::mine, FolderId("F/=")}, std::nullopt));
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->changed, (std::vector<ChangedItem>{{ItemId("1"), ChangeKey("c")},
                                                       {ItemId("3"), ChangeKey("d")}}));
    EXPECT_EQ(seen->left, std::vector{ItemId("2")});
    EXPECT_EQ(seen->next, SyncState("later"));
    EXPECT_EQ(calls()[0].target,
              "/v1.0/users/a%40agentur.example/contactFolders/F%2F%3D/contacts/delta"
              "?$select=changeKey");
    EXPECT_EQ(calls()[0].headers.at("prefer"), R"(odata.maxpagesize=500, IdType="ImmutableId")");
}

TEST_F(ScriptedGraph, IsAskedToUnmarkByDeletingTheProperty) {
    GraphMailbox mailbox(MailboxAddress("a@agentur.example"),
                         Service(options_, client_, clock_, tokens_));
    will_answer(answer(200, R"({"responses":[{"id":"0","status":204},
        {"id":"1","status":404,"body":{"error":{"code":"ErrorItemNotFound"}}}]})"));
    std::vector<Write> writes;
    writes.emplace_back(UnmarkItem{ItemId("A="), ChangeKey("k")});
    writes.emplace_back(UnmarkItem{ItemId("B"), ChangeKey("k")});
    const auto results = run(mailbox.apply(std::move(writes)));
    EXPECT_TRUE(results[0]);
    EXPECT_TRUE(results[1]) << "a mark that is gone is off";
    EXPECT_THAT(calls()[0].body,
                HasSubstr(R"("method":"DELETE","url":"/users/a%40agentur.example/contacts/A%3D/)"
                          R"(singleValueExtendedProperties/String%20%7B6f3b1d52-8a4e-4c6b-9d27-)"
                          R"(51e0c7a9f4b8%7D%20Name%20HqContact")"));
}

class ScriptedRemoval : public ScriptedGraph {
protected:
    Result<Written> remove() {
        std::vector<Write> writes;
        writes.emplace_back(RemoveItem{ItemId("A"), ChangeKey("k")});
        return run(mailbox_.apply(std::move(writes))).at(0);
    }
    void shows_item() {
        will_answer(answer(200, R"({"responses":[
            {"id":"0","status":200,"body":{"id":"A","changeKey":"k"}}]})"));
    }
    void answers_single(int status, std::string_view code) {
        will_answer(answer(200, fmt::format(R"({{"responses":[{{"id":"0","status":{},
            "body":{{"error":{{"code":"{}"}}}}}}]}})",
                                            status, code)));
    }
    GraphMailbox mailbox_{MailboxAddress("a@agentur.example"),
                          Service(options_, client_, clock_, tokens_)};
};

TEST_F(ScriptedRemoval, DeletesPlainlyWhereNothingIsErasedForGood) {
    for (const auto& [status, code] : {std::pair(400, "BadRequest"), std::pair(404, ""),
                                       std::pair(404, "ResourceNotFound"), std::pair(501, "")}) {
        GraphMailbox fresh(MailboxAddress("a@agentur.example"),
                           Service(options_, client_, clock_, tokens_));
        shows_item();
        answers_single(status, code);
        will_answer(answer(204, ""));
        std::vector<Write> writes;
        writes.emplace_back(RemoveItem{ItemId("A"), ChangeKey("k")});
        EXPECT_TRUE(run(fresh.apply(std::move(writes))).at(0)) << status << code;
        EXPECT_EQ(calls().back().method, "DELETE");
        EXPECT_EQ(calls().back().headers.at("if-match"), "W/\"k\"");
    }
}

TEST_F(ScriptedRemoval, AsksOnlyOnceWhetherItMayEraseForGood) {
    shows_item();
    answers_single(400, "BadRequest");
    will_answer(answer(204, ""));
    EXPECT_TRUE(remove());
    shows_item();
    will_answer(answer(204, ""));
    EXPECT_TRUE(remove());
    EXPECT_EQ(calls().size(), 5U);
}

TEST_F(ScriptedRemoval, IsNotDegradedByAServiceThatIsBusy) {
    shows_item();
    for (int i = 0; i < 4; ++i)
        answers_single(503, "ErrorServerBusy");
    const auto busy = remove();
    ASSERT_FALSE(busy);
    EXPECT_EQ(busy.error().code, "ErrorServerBusy");
    EXPECT_NE(calls().back().method, "DELETE");
}

class ScriptedMove : public ScriptedRemoval {};

TEST_F(ScriptedMove, TakesItsCopyBackWhenTheReaderEditsTheSourceMeanwhile) {
    will_answer(answer(200, R"({"id":"A","changeKey":"k","givenName":"Ute"})"));
    will_answer(answer(201, R"({"id":"B","changeKey":"c"})"));
    will_answer(answer(200, R"({"id":"A","changeKey":"edited"})"));
    will_answer(answer(204, ""));
    std::vector<Write> writes;
    writes.emplace_back(
        MoveItem{ItemId("A"), ChangeKey("k"), FolderId("F"), {"hq", ContactId(7)}, {}});
    const auto moved = run(mailbox_.apply(std::move(writes))).at(0);
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().code, "conflict");
    EXPECT_FALSE(moved.error().outcome_unknown);
    EXPECT_EQ(calls().back().method, "DELETE");
    EXPECT_THAT(calls().back().target, HasSubstr("/contacts/B"));
    EXPECT_EQ(calls().back().headers.at("if-match"), "W/\"c\"");
}

}  // namespace
}  // namespace hqsync::graph
