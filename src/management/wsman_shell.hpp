// A shell of an Exchange server by WS-Management: envelopes, deadlines, redirects, faults.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "async/clock.hpp"
#include "management/redirect.hpp"
#include "management/shell.hpp"
#include "management/wsman_answer.hpp"
#include "management/wsman_envelope.hpp"
#include "management/wsman_names.hpp"
#include "management/wsman_transport.hpp"

namespace hqsync::management::wsman {

struct ShellOptions {
    std::string url;  ///< "http://mail.agentur.example/PowerShell/"
    std::string resource_uri{exchange_resource};
    RedirectRules redirects = {};
    std::string language = "en-US";
    /// "PSVersion=…" in the query, as Windows PowerShell asks.
    bool tells_ps_version = true;
    // OperationTimeout of the requests: how long the server may take.
    Milliseconds create_timeout{180'000};
    Milliseconds operation_timeout{60'000};
    Milliseconds receive_timeout{20'000};  ///< a long poll: it ends without output, and goes on
    /// What comes on top for the way there and back, and a login.
    Milliseconds network_delay{45'000};
    /// Hears each address that Create is led to before it goes there; a fault of its own stops it.
    std::function<Result<void>(const std::string& url)> on_redirect = {};
};

/// Faults: those of the port and of the transport; "shell.failed" (the server failed, outcome
/// unknown), "shell.redirect", "shell.retired" (Exchange Online's old address; nothing is sent),
/// "shell.bug", "shell.too_big" (more octets than an envelope holds), "shell.not_open"; those of
/// reading an answer ("wsman.…", "xml.…", "multipart.…").
/// `transport` outlives it.
class WsmanShell final : public Shell {
public:
    WsmanShell(ShellOptions options, Transport& transport);

    Task<Result<std::string>> create(ShellRequest request) override;
    Task<Result<std::string>> command(std::string command_id, std::string fragment) override;
    Task<Result<void>> send(std::string command_id, std::string_view stream,
                            std::string bytes) override;
    Task<Result<Received>> receive(std::string command_id) override;
    Task<Result<void>> signal(std::string command_id, management::Signal signal) override;
    /// Tried twice when no answer comes. A shell whose Create got no answer is removed by the id
    /// that was proposed for it.
    Task<Result<void>> remove() override;
    [[nodiscard]] std::size_t max_fragment_blob() const override;
    void agreed_protocol(std::string_view version) override;

    /// A shell that another process opened and did not give back: `remove` removes it. Its address
    /// is that of the options; write down `url()`, where the session was.
    void adopt(std::string shell_id);
    /// The shells that the server holds for this account, where it tells (Exchange may not).
    Task<Result<std::vector<ShellInfo>>> shells();

    /// Where the session is: after a redirect another address than that of the options.
    [[nodiscard]] const std::string& url() const { return header_.url; }
    /// Of the server, from CreateResponse.
    [[nodiscard]] std::optional<Milliseconds> idle_timeout() const { return idle_timeout_; }

private:
    struct Reply;
    Task<Result<Answer>> ask(Operation operation, Milliseconds timeout);
    Task<Result<Reply>> ask_once(Header header, Operation operation, Milliseconds timeout);
    Task<Result<Answer>> create_anywhere(Create create);
    [[nodiscard]] Result<void> check_room(std::size_t octets) const;

    ShellOptions options_;
    Transport& transport_;
    Header header_;
    std::optional<Milliseconds> idle_timeout_;
};

}  // namespace hqsync::management::wsman
