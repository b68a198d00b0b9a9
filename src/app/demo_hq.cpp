// Serves the sample agency on loopback, with a token that nobody else knows.
#include "app/demo_hq.hpp"

#include <utility>

#include <fmt/format.h>

#include "hellohq/sealed.hpp"

namespace hqsync::app {
namespace {

constexpr const char* token_name = "hq_token";
constexpr std::size_t token_octets = 24;

}  // namespace

Result<std::unique_ptr<DemoHq>> DemoHq::open(const std::filesystem::path& folder,
                                             DemoSource source) {
    auto demo = std::make_unique<DemoHq>();
    auto agency = hq::EmbeddedHq::open(folder / "hq.db", "hq");
    if (!agency) return fail(agency.error());
    const auto counts = (*agency)->import_files(hq::sample_agency());
    if (!counts) return fail(counts.error());
    demo->counts_ = *counts;
    if (source == DemoSource::embedded) return demo;
    demo->served_ = *std::move(agency);
    const auto served = demo->serve(folder);
    if (!served) return fail(served.error());
    return demo;
}

Result<void> DemoHq::serve(const std::filesystem::path& folder) {
    const auto token = hellohq::random_text(token_octets);
    const auto written = hellohq::write_private_file(folder / token_name, token + "\n");
    if (!written) return fail(written.error());
    auto server = hqapi::Server::start(*served_, clock_, {.port = 0, .login = {.tokens = {token}}});
    if (!server) return fail(server.error());
    server_ = *std::move(server);
    return {};
}

std::string DemoHq::config_lines() const {
    if (!server_) return "database = \"hq.db\"\n";
    return fmt::format("source = \"hellohq\"\napi_url = \"{}\"\ntoken_file = \"{}\"\n",
                       server_->url(), token_name);
}

}  // namespace hqsync::app
