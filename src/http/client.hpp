// HTTP client on libcurl's multi interface, driven by the io_context of the engine.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <asio/io_context.hpp>

#include "async/task.hpp"
#include "base/result.hpp"
#include "http/sender.hpp"

namespace hqsync::http {

struct ClientOptions {
    std::string user_agent = "hqsync/" HQSYNC_VERSION;
    std::size_t connections_max = 64;
    std::string ca_file;  ///< PEM bundle, instead of the system's authorities; empty: those
};

/// What the installed libcurl was built with. NTLM is left out by default since 8.20.
struct Abilities {
    bool ntlm = false;
    bool negotiate = false;  ///< SPNEGO by GSS-API
};
Abilities abilities();

/// Proxies are taken from the environment.
/// Negotiate takes its keys from the environment of the process, GSS-API knows no other way: the
/// first request with a keytab sets KRB5_CLIENT_KTNAME to it and KRB5CCNAME to a ticket cache in
/// memory. So there is one such account in a process, the first principal of that keytab; tickets
/// are fetched and renewed by the Kerberos library.
/// Lives on one thread, with its io_context; outlives its calls.
class Client final : public Sender {
public:
    Client(asio::io_context& context, ClientOptions options);
    ~Client() override;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    Task<Result<Response>> send(Request request) override;

private:
    struct Multi;
    std::shared_ptr<Multi> multi_;
};

/// "http://127.0.0.1:8025", "http://localhost", "http://[::1]:1": the only hosts for plain http.
bool is_loopback_http(std::string_view url);

}  // namespace hqsync::http
