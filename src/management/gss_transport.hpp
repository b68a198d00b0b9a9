// SOAP over Kerberos: each connection has a security context of its own; over plain http the
// messages are encrypted by it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/thread_pool.hpp>

#include "http/client.hpp"
#include "management/gss_context.hpp"
#include "management/redirect.hpp"
#include "management/wsman_transport.hpp"

namespace hqsync::management::gss {

struct Options {
    http::ClientOptions client;
    /// Connections at once: a pending Receive and what is sent meanwhile. More wait.
    std::size_t connections_max = 3;
    Milliseconds login_timeout{60'000};  ///< for what the KDC is asked
};

/// Proxies, certificates as of http::Client. A login is done once, by one connection, while others
/// wait; a refused one stands. A context that the server does not know any more (the connection was
/// replaced) is renewed once, with the same tickets: what the server refused by 401 was not done.
/// Faults besides those of Transport: "kerberos.…" (gss_errors.hpp), "shell.unsealed": an
/// answer over http that nobody encrypted; it is not believed.
/// Outlives its calls, and `context` outlives it. Its end waits for a KDC that is being asked, half
/// a minute at most.
class KerberosTransport final : public wsman::Transport {
public:
    KerberosTransport(asio::io_context& context, wsman::Account account, Options options);
    ~KerberosTransport() override;
    KerberosTransport(const KerberosTransport&) = delete;
    KerberosTransport& operator=(const KerberosTransport&) = delete;

    Task<Result<http::Response>> post(wsman::Post post) override;
    [[nodiscard]] bool has_spoken() const override { return has_spoken_; }

private:
    struct Lane;
    struct Queue;
    struct Deadline;
    Task<Result<std::shared_ptr<Lane>>> free_lane(Deadline deadline);
    [[nodiscard]] std::shared_ptr<Lane> idle_lane() const;
    Task<Result<http::Response>> exchange(std::shared_ptr<Lane> lane, wsman::Post post,
                                          Deadline deadline);
    Task<Result<http::Response>> say(std::shared_ptr<Lane> lane, wsman::Post post,
                                     Deadline deadline);
    /// None: the lane is logged in. Else the answer that is no login: a redirect, an error.
    Task<Result<std::optional<http::Response>>> log_in(std::shared_ptr<Lane> lane, std::string url,
                                                       Deadline deadline);
    Task<Result<void>> acquire(Deadline deadline);
    Task<Result<std::optional<http::Response>>> choose_scheme(std::shared_ptr<Lane> lane,
                                                              std::string url, Deadline deadline);
    Task<Result<std::optional<http::Response>>> prove(std::shared_ptr<Lane> lane, std::string url,
                                                      Deadline deadline);
    Result<http::Response> opened(Lane& lane, http::Response answer, bool must_be_sealed);
    Fault noted(const Verdict& verdict);
    void leave(const Url& url);

    asio::io_context& context_;
    wsman::Account account_;
    Options options_;
    Principal principal_;
    std::string origin_;  ///< of the lanes: another one begins anew
    std::optional<Mechanism> mechanism_;
    std::shared_ptr<Credentials> credentials_;
    std::optional<Fault> refusal_;
    bool has_spoken_ = false;
    std::vector<std::shared_ptr<Lane>> lanes_;
    std::shared_ptr<Queue> queue_;
    asio::thread_pool kdc_{1};
};

}  // namespace hqsync::management::gss
