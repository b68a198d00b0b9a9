// What the adapter refuses before it asks anybody.
#include "graph/exchange.hpp"

#include <gmock/gmock.h>

#include "http/client.hpp"
#include "unit/login/test_clock.hpp"

namespace hqsync::graph {
namespace {

using testing::HasSubstr;

TEST(Connect, RefusesWhatCannotWork) {
    asio::io_context context;
    http::Client client(context, {});
    test::TestClock clock;
    const auto refusal = [&](Options options) {
        const auto made = connect(std::move(options), client, clock);
        return made ? std::string("connected") : to_text(made.error());
    };
    EXPECT_EQ(refusal({.client_secret = "s"}), "connected");
    EXPECT_EQ(refusal({.graph_url = "http://127.0.0.1:8025/",
                       .login_url = "http://localhost:8025",
                       .client_secret = "s"}),
              "connected");
    EXPECT_EQ(refusal({.graph_url = "http://graph.example", .client_secret = "s"}),
              "config.url: exchange.graph_url must begin with https:// (plain http only for this "
              "machine itself)");
    EXPECT_THAT(refusal({.login_url = "http://10.0.0.1", .client_secret = "s"}),
                HasSubstr("exchange.login_url"));
    EXPECT_THAT(refusal({}), HasSubstr("login.certificate: "));
}

}  // namespace
}  // namespace hqsync::graph
