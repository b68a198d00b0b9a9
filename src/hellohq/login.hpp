// The one time that a person logs in: OAuth 2 code grant with PKCE (RFC 6749, 7636, 8252).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include "async/clock.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "hellohq/stored_login.hpp"

namespace hqsync::hellohq {

/// One login that was begun.
struct Attempt {
    std::string redirect_uri;
    std::string state;     ///< comes back with the code: proves that it answers this attempt
    std::string verifier;  ///< PKCE: proves that who exchanges the code is who asked for it
};

Attempt begin_login(std::string redirect_uri);
std::string authorisation_url(const Client& client, const Attempt& attempt);

/// The code in the address that the browser was sent to (or in its part from "?" on), or the code
/// alone, as a person pastes it. Faults (configuration): "login.state", "login.refused" (the person
/// or HQ said no), "login.no_code".
Result<std::string> code_in(std::string_view pasted, const Attempt& attempt);

Task<Result<Tokens>> exchange(Client client, Attempt attempt, std::string code,
                              http::Sender& sender, Clock& clock);

/// Waits on 127.0.0.1 for the browser.
class RedirectListener {
public:
    /// `port` 0: any free one. `context` outlives it.
    static Result<std::unique_ptr<RedirectListener>> open(asio::io_context& context,
                                                          std::uint16_t port);

    /// "http://127.0.0.1:PORT/hqsync"
    [[nodiscard]] std::string redirect_uri() const;
    /// The code of this attempt; answers of other pages are ignored. Fault (run) "login.timeout".
    Task<Result<std::string>> code(Attempt attempt, Milliseconds patience);

private:
    explicit RedirectListener(asio::io_context& context) : acceptor_(context) {}
    struct Waiting;
    static std::string answer_to(std::string_view head, Waiting& waiting);
    Task<void> attend(std::shared_ptr<Waiting> waiting,
                      std::shared_ptr<asio::ip::tcp::socket> socket);

    asio::ip::tcp::acceptor acceptor_;
};

}  // namespace hqsync::hellohq
