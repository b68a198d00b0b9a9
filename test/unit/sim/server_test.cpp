// The simulator over real sockets.
#include "sim/server.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <asio/connect.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

namespace hqsync::sim {
namespace {

using testing::HasSubstr;

class Simulator : public testing::Test {
protected:
    Simulator() : server_(Server::start(Options{.port = 0}).value()) {
        const auto answer =
            call("POST", "/demo/oauth2/v2.0/token",
                 "grant_type=client_credentials&client_id=hqsync&client_secret=simulator"
                 "&scope=x/.default");
        token_ = field(answer, "access_token");
    }

    std::string call(std::string_view method, std::string_view target, std::string_view body = "",
                     std::string_view headers = "") {
        asio::io_context context;
        asio::ip::tcp::socket socket(context);
        const auto port = static_cast<std::uint16_t>(
            std::stoi(server_->url().substr(server_->url().rfind(':') + 1)));
        socket.connect({asio::ip::make_address("127.0.0.1"), port});
        asio::write(socket, asio::buffer(fmt::format(
                                "{} {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: "
                                "Bearer {}\r\n{}Content-Length: {}\r\n\r\n{}",
                                method, target, token_, headers, body.size(), body)));
        std::string answer;
        std::error_code ended;
        asio::read(socket, asio::dynamic_buffer(answer), ended);
        return answer;
    }

    static std::string field(const std::string& answer, std::string_view name) {
        const auto start = answer.find(fmt::format("\"{}\":\"", name)) + name.size() + 4;
        return answer.substr(start, answer.find('"', start) - start);
    }

    static std::string path_of(const std::string& url) { return url.substr(url.find("/v1.0")); }

    std::unique_ptr<Server> server_;
    std::string token_;
    const std::string me_ = "/v1.0/users/a@agentur.example";
};

TEST_F(Simulator, RefusesARequestWithoutToken) {
    token_ = "wrong";
    EXPECT_THAT(call("GET", me_ + "/contactFolders"), HasSubstr("HTTP/1.1 401"));
}

TEST_F(Simulator, KeepsAContactWithItsExtendedProperty) {
    const auto made = call(
        "POST", me_ + "/contacts",
        R"({"givenName":"Ute","surname":"Bär","singleValueExtendedProperties":[{"id":"String {66F5A359-4659-4638-81a3-d1d2b2f5c5b4} Name HqContact","value":"hq:7"}]})");
    EXPECT_THAT(made, HasSubstr("HTTP/1.1 201"));
    EXPECT_EQ(field(made, "displayName"), "Ute Bär");
    EXPECT_EQ(made.find("singleValueExtendedProperties"), std::string::npos);
    const std::string mark =
        "String%20%7B66f5a359-4659-4638-81a3-d1d2b2f5c5b4%7D%20Name%20HqContact";
    const auto read = call(
        "GET",
        me_ + "/contacts?$filter=singleValueExtendedProperties/Any(ep:%20ep/id%20eq%20'" + mark +
            "'%20and%20ep/"
            "value%20eq%20'hq:7')&$expand=singleValueExtendedProperties($filter=id%20eq%20'" +
            mark + "')");
    EXPECT_THAT(read, HasSubstr(R"("value":"hq:7")"));
}

TEST_F(Simulator, ReportsCreatedAndRemovedContactsInADelta) {
    const auto made = call("POST", me_ + "/contacts", R"({"givenName":"Ute"})");
    const auto first =
        call("GET", me_ + "/contactFolders/contacts/contacts/delta?$select=changeKey");
    EXPECT_THAT(first, HasSubstr(field(made, "id")));
    const auto link = path_of(field(first, "@odata.deltaLink"));
    EXPECT_THAT(call("GET", link), HasSubstr(R"("value":[])"));
    EXPECT_THAT(call("DELETE", me_ + "/contacts/" + field(made, "id")), HasSubstr("HTTP/1.1 204"));
    EXPECT_THAT(call("GET", link), HasSubstr(R"("@removed":{"reason":"deleted"})"));
    call("POST", "/sim/faults", R"({"kind":"expire_deltas"})");
    EXPECT_THAT(call("GET", link), HasSubstr("SyncStateNotFound"));
}

TEST_F(Simulator, RefusesAChangeOverAnOtherChangeKey) {
    const auto made = call("POST", me_ + "/contacts", R"({"givenName":"Ute"})");
    const auto stale = fmt::format("If-Match: W/\"{}\"\r\n", field(made, "changeKey"));
    const auto path = me_ + "/contacts/" + field(made, "id");
    EXPECT_THAT(call("PATCH", path, R"({"title":"Dr."})", stale), HasSubstr("HTTP/1.1 200"));
    EXPECT_THAT(call("PATCH", path, R"({"title":null})", stale),
                HasSubstr("ErrorIrresolvableConflict"));
}

TEST_F(Simulator, RefusesAFolderOfTheSameName) {
    EXPECT_THAT(call("POST", me_ + "/contactFolders", R"({"displayName":"HQ"})"),
                HasSubstr("HTTP/1.1 201"));
    EXPECT_THAT(call("POST", me_ + "/contactFolders", R"({"displayName":"hq"})"),
                HasSubstr("ErrorFolderExists"));
}

TEST_F(Simulator, AnswersEachItemOfABatch) {
    const auto answer = call(
        "POST", "/v1.0/$batch",
        R"({"requests":[{"id":"1","method":"POST","url":"/users/a@agentur.example/contacts","headers":{"Content-Type":"application/json"},"body":{"surname":"A"}},{"id":"2","method":"GET","url":"/users/x@other.example/contacts"},{"id":"3","dependsOn":["2"],"method":"GET","url":"/users/a@agentur.example/contacts"}]})");
    EXPECT_THAT(answer, testing::AllOf(HasSubstr(R"("id":"1","status":201)"),
                                       HasSubstr(R"("id":"2","status":404)"),
                                       HasSubstr(R"("id":"3","status":424)")));
    EXPECT_THAT(
        call("GET", "/sim/counters"),
        HasSubstr(R"("a@agentur.example":{"requests":1,"writes":1,"batches":1,"write_batches":1)"));
}

TEST_F(Simulator, DoesTheWorkAndDropsTheAnswerWhenTold) {
    call("POST", "/sim/faults", R"({"kind":"drop_after_work","method":"POST","count":1})");
    EXPECT_EQ(call("POST", me_ + "/contacts", R"({"surname":"A"})").find("HTTP/1.1"),
              std::string::npos);
    EXPECT_THAT(call("GET", me_ + "/contacts"), HasSubstr(R"("surname":"A")"));
}

}  // namespace
}  // namespace hqsync::sim
