// Whom the client believes over TLS.
#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <asio/ip/tcp.hpp>
#include <asio/read_until.hpp>
#include <asio/ssl.hpp>
#include <asio/ssl/impl/src.hpp>
#include <asio/write.hpp>

#include "async/await.hpp"
#include "http/client.hpp"
#include "unit/http/certificate.hpp"

namespace hqsync::http {
namespace {

using asio::ip::tcp;
using testing::HasSubstr;

/// Answers one connection and remembers what came through it.
class TlsServer {
public:
    explicit TlsServer(const test::Certificate& certificate)
        : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}) {
        tls_.use_certificate(asio::buffer(certificate.certificate_pem), asio::ssl::context::pem);
        tls_.use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem);
        port_ = acceptor_.local_endpoint().port();
        thread_ = std::thread([this] { serve(); });
    }
    ~TlsServer() { thread_.join(); }

    [[nodiscard]] std::string url() const { return fmt::format("https://127.0.0.1:{}", port_); }
    std::string received() {
        thread_.join();
        thread_ = std::thread([] {});
        return received_;
    }

private:
    void serve() {
        asio::ssl::stream<tcp::socket> stream(context_, tls_);
        acceptor_.accept(stream.next_layer());
        asio::error_code wrong;
        stream.handshake(asio::ssl::stream_base::server, wrong);
        if (!wrong) asio::read_until(stream, asio::dynamic_buffer(received_), "\r\n\r\n", wrong);
        if (wrong) return;
        constexpr std::string_view text =
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nsafe";
        asio::write(stream, asio::buffer(text), wrong);
        stream.shutdown(wrong);
    }

    asio::io_context context_;
    asio::ssl::context tls_{asio::ssl::context::tls_server};
    tcp::acceptor acceptor_;
    std::uint16_t port_ = 0;
    std::string received_;
    std::thread thread_;
};

Result<Response> fetch(const std::string& url, const std::string& ca_file) {
    asio::io_context context;
    Client client(context, {.ca_file = ca_file});
    return await_on(context, client.send({.url = url + "/users/a@agentur.example",
                                          .headers = {{"Authorization", "Bearer secret"}}}))
        .value();
}

TEST(Tls, SaysWhatToDoAboutACertificateThatNobodyVouchesFor) {
    TlsServer server(test::rsa_certificate());
    const auto url = server.url();
    const auto refused = fetch(url, "");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "http.tls");
    EXPECT_EQ(refused.error().reach, Reach::configuration);
    EXPECT_FALSE(refused.error().transient);
    EXPECT_THAT(refused.error().detail, testing::StartsWith(url + ": "));
    EXPECT_THAT(refused.error().detail, HasSubstr("install the certificate of its authority"));
    EXPECT_THAT(refused.error().detail, testing::Not(HasSubstr("agentur")));
    EXPECT_EQ(server.received(), "") << "the token must not leave";
}

TEST(Tls, BelievesTheAuthorityThatItWasGiven) {
    const auto certificate = test::rsa_certificate();
    const auto file = std::filesystem::path(testing::TempDir()) / "hqsync_tls_test.pem";
    std::ofstream(file) << certificate.certificate_pem;
    TlsServer server(certificate);
    const auto answered = fetch(server.url(), file.string());
    std::filesystem::remove(file);
    ASSERT_TRUE(answered) << to_text(answered.error());
    EXPECT_EQ(answered->body, "safe");
    EXPECT_THAT(server.received(), HasSubstr("Bearer secret"));
}

TEST(Tls, TakesABrokenHandshakeForABadConnection) {
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    std::thread thread([&] { acceptor.accept().close(); });
    const auto lost =
        fetch(fmt::format("https://127.0.0.1:{}", acceptor.local_endpoint().port()), "");
    thread.join();
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, "http.connect");
    EXPECT_FALSE(lost.error().outcome_unknown);
    EXPECT_TRUE(lost.error().transient);
}

}  // namespace
}  // namespace hqsync::http
