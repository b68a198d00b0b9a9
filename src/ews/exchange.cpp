// Connects the port to EWS: one login for all, one service per mailbox.
#include "ews/exchange.hpp"

#include <utility>

#include <fmt/format.h>

#include "ews/connection.hpp"
#include "ews/mailbox.hpp"
#include "ews/notifications.hpp"
#include "ews/service.hpp"
#include "ews/url.hpp"
#include "http/client.hpp"
#include "login/assertion.hpp"

namespace hqsync::ews {

namespace {

class EwsExchange final : public Exchange {
public:
    EwsExchange(Options options, http::Sender& sender, Clock& clock)
        : connection_(std::make_shared<Connection>(std::move(options), sender, clock)) {}

    std::unique_ptr<Mailbox> mailbox(MailboxAddress address) override {
        return std::make_unique<EwsMailbox>(Service(*connection_, std::move(address)));
    }

    [[nodiscard]] std::string_view server() const override { return "ews"; }

    std::unique_ptr<Notifications> notifications(Heard heard) override {
        if (connection_->options().streams == 0) return nullptr;
        return streaming_notifications(connection_, std::move(heard));
    }

private:
    std::shared_ptr<Connection> connection_;
};

Fault config_fault(std::string detail) {
    return {Reach::configuration, "config.exchange", std::move(detail)};
}

Result<void> check_login(const Options& options) {
    const auto known = http::abilities();
    const bool lacks_ntlm = options.authentication == Authentication::ntlm && !known.ntlm;
    const bool lacks_negotiate =
        options.authentication == Authentication::negotiate && !known.negotiate;
    if (lacks_ntlm || lacks_negotiate) {
        return fail(config_fault(
            fmt::format("exchange.auth: the installed libcurl has no {}; {}",
                        lacks_ntlm ? "NTLM (left out by default since 8.20)" : "GSS-API",
                        lacks_ntlm ? "set exchange.auth = \"negotiate\" or \"basic\""
                                   : "set exchange.auth = \"ntlm\" or \"basic\"")));
    }
    if (options.authentication != Authentication::oauth) return {};
    if (options.ews_url.empty()) {
        return fail(
            config_fault("exchange.ews_url is needed with exchange.auth = \"oauth\": "
                         "Autodiscover takes no token of an application"));
    }
    if (!is_safe_url(options.login_url)) {
        return fail(
            config_fault("exchange.login_url must begin with https:// (plain http only for "
                         "this machine itself)"));
    }
    if (!options.client_secret.empty()) return {};
    const auto probe =
        login::sign({"probe", options.client_id, "probe", 0}, options.certificate_pem);
    if (!probe) return fail(probe.error());
    return {};
}

}  // namespace

Result<std::unique_ptr<Exchange>> connect(Options options, http::Sender& sender, Clock& clock) {
    if (!options.ews_url.empty() && !is_safe_url(options.ews_url)) {
        return fail(
            config_fault("exchange.ews_url must begin with https:// (plain http only for "
                         "this machine itself)"));
    }
    const auto login = check_login(options);
    if (!login) return fail(login.error());
    return std::make_unique<EwsExchange>(std::move(options), sender, clock);
}

}  // namespace hqsync::ews
