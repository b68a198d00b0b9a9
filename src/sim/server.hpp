// The Exchange simulator as a server: mailboxes, Microsoft Graph, tokens, faults, counters.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "sim/time.hpp"

namespace hqsync::sim {

struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8025;  ///< 0: any free port
    std::string domain = "agentur.example";
    std::string state_file;  ///< read at the start, written at the end; empty: only memory
    std::uint64_t seed = 1;
    std::string record_file;  ///< each request and answer as a line of JSON; empty: none
    std::string tenant = "demo";
    std::string client_id = "hqsync";
    std::string client_secret = "simulator";
    std::string client_certificate;   ///< PEM text: accepted besides the secret; empty: none
    std::string ews_user = "hqsync";  ///< of EWS (Basic); also with the domain
    std::string ews_password = "simulator";
    std::string ews_auth = "basic,ntlm";  ///< of negotiate, ntlm, basic, bearer
    Now now = machine_seconds;            ///< of stamps, tokens and limits
};

/// Runs on a thread of its own from start to the destructor (or stop), which closes all connections
/// and writes the state file.
class Server {
public:
    /// Faults (configuration): "sim.listen", "sim.state", "sim.record", "sim.certificate",
    /// "sim.ews_auth".
    static Result<std::unique_ptr<Server>> start(const Options& options);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// "http://127.0.0.1:8025": Graph below it at /v1.0, tokens at /{tenant}/oauth2/v2.0/token,
    /// control at /sim/.
    [[nodiscard]] std::string url() const;
    /// Fault "sim.state" when the state file cannot be written; the server has ended nevertheless.
    Result<void> stop();

private:
    struct Parts;
    explicit Server(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace hqsync::sim
