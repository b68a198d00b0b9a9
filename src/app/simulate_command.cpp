// hqsync sim: the Exchange simulator as a server of its own.
#include <string>

#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/endpoint.hpp"
#include "http/client.hpp"
#include "sim/serve.hpp"

namespace hqsync::app {

ExitCode simulate(const SimulatorOptions& options) {
    auto endpoint = endpoint_in(options.listen);
    if (!endpoint) return refuse("--listen takes HOST:PORT, for example 127.0.0.1:8025");
    if (!options.allow_remote && !http::is_loopback_http("http://" + options.listen))
        return refuse(
            "--listen takes loopback addresses only: the simulator has no TLS (--allow-remote if "
            "you know what you do)");
    std::string certificate;
    if (!options.client_certificate_file.empty()) {
        auto pem = read_secret(options.client_certificate_file);
        if (!pem) return complain(pem.error());
        certificate = *std::move(pem);
    }
    sim::Options simulator{.host = endpoint->host,
                           .port = endpoint->port,
                           .domain = options.domain,
                           .state_file = options.state_file,
                           .seed = options.seed,
                           .record_file = options.record_file,
                           .tenant = options.tenant,
                           .client_id = options.client_id,
                           .client_secret = options.client_secret,
                           .client_certificate = certificate,
                           .ews_user = options.ews_user,
                           .ews_auth = options.ews_auth};
    if (!options.ews_password_file.empty()) {
        auto password = read_secret(options.ews_password_file);
        if (!password) return complain(password.error());
        simulator.ews_password = *std::move(password);
    }
    return sim::serve(simulator) == 0 ? ExitCode::done : ExitCode::failed;
}

}  // namespace hqsync::app
