// Connects the port to Graph: one token for all, one service per mailbox.
#include "graph/exchange.hpp"

#include <fmt/format.h>

#include "graph/mailbox.hpp"
#include "http/client.hpp"
#include "login/assertion.hpp"

namespace hqsync::graph {

namespace {

login::Application application_of(const Options& options) {
    return {.login_url = options.login_url,
            .tenant = options.tenant,
            .client_id = options.client_id,
            .client_secret = options.client_secret,
            .certificate_pem = options.certificate_pem,
            .scope = options.graph_url + "/.default"};
}

class GraphExchange final : public Exchange {
public:
    GraphExchange(Options options, http::Sender& sender, Clock& clock)
        : options_(std::move(options)),
          sender_(sender),
          clock_(clock),
          tokens_(application_of(options_), sender_, clock_) {}

    std::unique_ptr<Mailbox> mailbox(MailboxAddress address) override {
        return std::make_unique<GraphMailbox>(std::move(address),
                                              Service(options_, sender_, clock_, tokens_));
    }

    [[nodiscard]] std::string_view server() const override { return "graph"; }

private:
    Options options_;
    http::Sender& sender_;
    Clock& clock_;
    login::TokenSource tokens_;
};

Result<void> check_url(std::string& url, std::string_view key) {
    while (url.ends_with('/'))
        url.pop_back();
    if (url.starts_with("https://") || http::is_loopback_http(url)) return {};
    return fail({Reach::configuration, "config.url",
                 fmt::format("exchange.{} must begin with https:// (plain http only for this "
                             "machine itself)",
                             key)});
}

}  // namespace

Result<std::unique_ptr<Exchange>> connect(Options options, http::Sender& sender, Clock& clock) {
    const auto graph = check_url(options.graph_url, "graph_url");
    if (!graph) return fail(graph.error());
    const auto login = check_url(options.login_url, "login_url");
    if (!login) return fail(login.error());
    if (options.client_secret.empty()) {
        const auto probe =
            login::sign({"probe", options.client_id, "probe", 0}, options.certificate_pem);
        if (!probe) return fail(probe.error());
    }
    return std::make_unique<GraphExchange>(std::move(options), sender, clock);
}

}  // namespace hqsync::graph
