// The embedded HQ as a server: helloHQ's API v1 below /v1, logins, and control for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "async/clock.hpp"
#include "base/result.hpp"
#include "hq/embedded.hpp"
#include "hqapi/login.hpp"

namespace hqsync::hqapi {

constexpr std::size_t page_size_max = 5000;

struct ServerOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8030;  ///< 0: any free port
    std::size_t page_size = 500;
    /// What clients see, where a reverse proxy stands before; without a slash at the end. Empty:
    /// http and the Host header.
    std::string public_url;
    LoginOptions login;
    enum class Control : std::uint8_t { off, on } control = Control::off;  ///< /hq/…
};

/// Runs on a thread of its own from start to the destructor (or stop), which closes all
/// connections. `hq` and `clock` outlive it, and nobody else uses this `hq` meanwhile; other
/// processes may write to its database.
class Server {
public:
    /// Fault (configuration) "hq.listen".
    static Result<std::unique_ptr<Server>> start(hq::EmbeddedHq& hq, const Clock& clock,
                                                 const ServerOptions& options);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// "http://127.0.0.1:8030"
    [[nodiscard]] std::string url() const;
    void stop();

private:
    struct Parts;
    explicit Server(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace hqsync::hqapi
