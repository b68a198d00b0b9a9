// Reads the configuration file and says in one line, with its number, what is wrong with it.
#include "app/config.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "app/config_exchange.hpp"
#include "app/config_hq.hpp"
#include "app/config_management.hpp"
#include "app/config_reader.hpp"

namespace hqsync::app {
namespace {

namespace fs = std::filesystem;

bool is_system_name(std::string_view text) {
    return !text.empty() && text.size() <= 32 &&
           std::ranges::none_of(text, [](char sign) { return sign == ':' || sign <= ' '; });
}

Result<std::string> read_all(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::error_code error;
    if (!stream || fs::is_directory(file, error))
        return fail(config_fault(fmt::format("cannot read {}", file.string())));
    return std::string(std::istreambuf_iterator<char>(stream), {});
}

}  // namespace

Fault config_fault(std::string detail) {
    return {.reach = Reach::configuration, .code = "config", .detail = std::move(detail)};
}

Result<Config> parse_config(std::string_view text, const fs::path& file) {
    toml::table root;
    try {
        root = toml::parse(text, file.string());
    } catch (const toml::parse_error& error) {
        return fail(config_fault(
            at_line(file, error.source().begin.line, std::string(error.description()))));
    }
    ConfigReader reader(root, file);
    Config config;
    config.file = file;
    read_hq(reader, config.hq);
    read_exchange(reader, config.exchange);
    read_management(reader, config.management);
    std::int64_t interval_seconds = 600;
    reader.number("sync", "interval_seconds", {1, 86'400}, interval_seconds);
    config.sync.interval = std::chrono::seconds(interval_seconds);
    reader.database("state", config.state_database);
    reader.forbid_unknown();
    reader.require("state", "database");
    if (reader.problem()) return fail(config_fault(*reader.problem()));
    if (!is_system_name(config.hq.system))
        return fail(config_fault(
            at_line(file, line_of(*root["hq"]["system"].node()),
                    "hq.system must be at most 32 octets long, without colon and blanks")));
    config.exchange_missing = missing_for_exchange(reader, config.exchange);
    return config;
}

Result<fs::path> find_config(const std::string& given) {
    if (!given.empty()) return fs::path(given);
    if (const char* named = std::getenv("HQSYNC_CONFIG"); named != nullptr && *named != '\0')
        return fs::path(named);
    std::error_code error;
    for (const auto* place : {"hqsync.toml", "/etc/hqsync/hqsync.toml"})
        if (fs::exists(place, error)) return fs::path(place);
    return fail(config_fault(
        "no configuration: give --config FILE, set HQSYNC_CONFIG, or write ./hqsync.toml or "
        "/etc/hqsync/hqsync.toml (hqsync init makes one)"));
}

Result<Config> load_config(const std::string& given) {
    const auto file = find_config(given);
    if (!file) return fail(file.error());
    const auto text = read_all(*file);
    if (!text) return fail(text.error());
    return parse_config(*text, *file);
}

Result<std::string> read_secret(const fs::path& file) {
    auto text = read_all(file);
    if (!text) return fail(text.error());
    while (text->ends_with('\n') || text->ends_with('\r'))
        text->pop_back();
    if (text->empty()) return fail(config_fault(fmt::format("{} is empty", file.string())));
    return *text;
}

}  // namespace hqsync::app
