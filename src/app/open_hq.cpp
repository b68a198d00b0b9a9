// Builds the adapter to HQ.
#include "app/open_hq.hpp"

#include <random>
#include <utility>

#include <fmt/format.h>

#include "app/hellohq_access.hpp"

namespace hqsync::app {
namespace {

std::filesystem::path cache_file(const Config& config) {
    auto file = config.state_database;
    file += ".hellohq-cache";
    return file;
}

Result<void> connect(const Config& config, HqLine& line) {
    line.client = std::make_unique<http::Client>(
        *line.context, http::ClientOptions{.ca_file = config.hq.ca_file.string()});
    auto access = hellohq_access(config, *line.client, line.clock);
    if (!access) return fail(access.error());
    auto live = hellohq::HelloHq::open({.api_url = config.hq.api_url,
                                        .system = config.hq.system,
                                        .account = access->account,
                                        .cache_file = cache_file(config),
                                        .seed = std::random_device{}()},
                                       *line.client, line.clock, std::move(access->access));
    if (!live) return fail(live.error());
    line.live = *std::move(live);
    return {};
}

Result<std::unique_ptr<HqLine>> opened(const Config& config, std::unique_ptr<HqLine> line) {
    if (config.hq.source == "hellohq") {
        const auto connected = connect(config, *line);
        if (!connected) return fail(connected.error());
        return line;
    }
    auto embedded = open_embedded(config);
    if (!embedded) return fail(embedded.error());
    line->embedded = *std::move(embedded);
    return line;
}

}  // namespace

HqSource& HqLine::source() const {
    if (live) return *live;
    return *embedded;
}

HqWriter& HqLine::writer() const {
    if (live) return *live;
    return *embedded;
}

Result<std::unique_ptr<HqLine>> open_hq(const Config& config, asio::io_context& context) {
    auto line = std::make_unique<HqLine>();
    line->context = &context;
    return opened(config, std::move(line));
}

Result<std::unique_ptr<HqLine>> open_hq(const Config& config) {
    auto line = std::make_unique<HqLine>();
    line->own = std::make_unique<asio::io_context>();
    line->context = line->own.get();
    return opened(config, std::move(line));
}

Result<std::unique_ptr<hq::EmbeddedHq>> open_embedded(const Config& config) {
    if (config.hq.source != "embedded")
        return fail({.reach = Reach::configuration,
                     .code = "hq.not_embedded",
                     .detail = "this works on the embedded HQ only, and hq.source is \"hellohq\": "
                               "edit the record in helloHQ"});
    return hq::EmbeddedHq::open(config.hq.database, config.hq.system);
}

}  // namespace hqsync::app
