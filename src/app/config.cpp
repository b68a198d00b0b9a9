// Reads the configuration file and says in one line, with its number, what is wrong with it.
#include "app/config.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "http/client.hpp"

namespace hqsync::app {
namespace {

namespace fs = std::filesystem;

Fault config_fault(std::string detail) {
    return {.reach = Reach::configuration, .code = "config", .detail = std::move(detail)};
}

std::string at_line(const fs::path& file, std::size_t line, std::string_view what) {
    return fmt::format("{}:{}: {}", file.string(), line, what);
}

std::size_t line_of(const toml::node& node) {
    return node.source().begin.line;
}

/// Reads one file key by key and remembers the first thing that is wrong.
class Reader {
public:
    Reader(const toml::table& root, fs::path file) : root_(root), file_(std::move(file)) {}

    void text(std::string_view section, std::string_view key, std::string& into) {
        const auto* node = look(section, key);
        if (node == nullptr) return;
        const auto value = node->value_exact<std::string>();
        if (!value) return wrong_type(*node, section, key, "a text in quotes");
        if (value->empty()) return wrong(*node, fmt::format("{}.{} is empty", section, key));
        into = *value;
    }

    void choice(std::string_view section, std::string_view key,
                std::array<std::string_view, 2> choices, std::string& into) {
        text(section, key, into);
        const auto* node = look(section, key);
        if (node != nullptr && std::ranges::find(choices, into) == choices.end())
            wrong(*node, fmt::format("{}.{} must be \"{}\" or \"{}\"", section, key, choices[0],
                                     choices[1]));
    }

    void number(std::string_view section, std::string_view key,
                std::pair<std::int64_t, std::int64_t> range, std::int64_t& into) {
        const auto* node = look(section, key);
        if (node == nullptr) return;
        const auto value = node->value_exact<std::int64_t>();
        if (!value) return wrong_type(*node, section, key, "a whole number");
        if (*value < range.first || *value > range.second)
            return wrong(*node, fmt::format("{}.{} must be from {} to {}", section, key,
                                            range.first, range.second));
        into = *value;
    }

    void url(std::string_view key, std::string& into) {
        text("exchange", key, into);
        const auto* node = look("exchange", key);
        if (node == nullptr || problem_) return;
        while (into.ends_with('/'))
            into.pop_back();
        // A password before "@" would be printed by status; a query would swallow the path.
        if (into.find_first_of("@?#\\ \t\r\n") != std::string::npos)
            return wrong(*node, fmt::format("exchange.{} must be an address like https://host, "
                                            "without user, password, query, fragment or blanks",
                                            key));
        if (into.starts_with("https://") && into.size() > 8) return;
        if (http::is_loopback_http(into)) return;
        const auto* what = into.starts_with("http://")
                               ? "is plain http, which is accepted for loopback addresses only"
                               : "must be an address that begins with https://";
        wrong(*node, fmt::format("exchange.{} {}", key, what));
    }

    /// A database may be new, its folder may not.
    void database(std::string_view section, fs::path& into) {
        path(section, "database", into);
        const auto* node = look(section, "database");
        if (node == nullptr || problem_) return;
        std::error_code error;
        const auto folder = into.has_parent_path() ? into.parent_path() : fs::path(".");
        if (!fs::is_directory(folder, error))
            wrong(*node,
                  fmt::format("{}.database: there is no folder {}", section, folder.string()));
        else if (fs::is_directory(into, error))
            wrong(*node, fmt::format("{}.database: {} is a folder", section, into.string()));
    }

    void readable_file(std::string_view section, std::string_view key, fs::path& into) {
        path(section, key, into);
        const auto* node = look(section, key);
        if (node == nullptr || problem_) return;
        std::error_code error;
        const bool readable = fs::is_regular_file(into, error) && std::ifstream(into).good();
        if (!readable)
            wrong(*node, fmt::format("{}.{}: cannot read {}", section, key, into.string()));
    }

    void require(std::string_view section, std::string_view key) {
        if (!problem_ && look(section, key) == nullptr) problem_ = missing(section, key);
    }

    [[nodiscard]] std::string missing(std::string_view section, std::string_view key) const {
        const auto* table = root_[section].as_table();
        if (table == nullptr)
            return at_line(file_, 1, fmt::format("section [{}] is missing", section));
        return at_line(file_, line_of(*table), fmt::format("{}.{} is missing", section, key));
    }

    [[nodiscard]] bool has(std::string_view section, std::string_view key) const {
        return root_[section][key].node() != nullptr;
    }

    void forbid_both(std::string_view section, std::string_view first, std::string_view second) {
        if (!has(section, first) || !has(section, second)) return;
        wrong(*look(section, second),
              fmt::format("{}.{} and {}.{} exclude each other", section, first, section, second));
    }

    void forbid_unknown() {
        for (const auto& [name, node] : root_) {
            const auto* table = node.as_table();
            if (table == nullptr || !sections().contains(name.str())) {
                wrong(node, table == nullptr ? fmt::format("unknown key {}", name.str())
                                             : fmt::format("unknown section [{}]", name.str()));
                continue;
            }
            for (const auto& [key, value] : *table)
                if (!known_.contains(fmt::format("{}.{}", name.str(), key.str())))
                    wrong(value, fmt::format("unknown key {}.{}", name.str(), key.str()));
        }
    }

    [[nodiscard]] const std::optional<std::string>& problem() const { return problem_; }

private:
    static const std::set<std::string_view>& sections() {
        static const std::set<std::string_view> names = {"hq", "exchange", "state"};
        return names;
    }

    const toml::node* look(std::string_view section, std::string_view key) {
        known_.insert(fmt::format("{}.{}", section, key));
        return root_[section][key].node();
    }

    void path(std::string_view section, std::string_view key, fs::path& into) {
        std::string name;
        text(section, key, name);
        if (!name.empty()) into = (file_.parent_path() / name).lexically_normal();
    }

    void wrong_type(const toml::node& node, std::string_view section, std::string_view key,
                    std::string_view expected) {
        wrong(node, fmt::format("{}.{} must be {}", section, key, expected));
    }

    void wrong(const toml::node& node, std::string_view what) {
        if (!problem_) problem_ = at_line(file_, line_of(node), what);
    }

    const toml::table& root_;
    fs::path file_;
    std::set<std::string, std::less<>> known_;
    std::optional<std::string> problem_;
};

bool is_system_name(std::string_view text) {
    return !text.empty() && text.size() <= 32 &&
           std::ranges::none_of(text, [](char sign) { return sign == ':' || sign <= ' '; });
}

void read_exchange(Reader& reader, Config::Exchange& exchange) {
    reader.choice("exchange", "api", {"graph", "ews"}, exchange.api);
    reader.url("graph_url", exchange.graph_url);
    reader.url("login_url", exchange.login_url);
    reader.text("exchange", "tenant", exchange.tenant);
    reader.text("exchange", "client_id", exchange.client_id);
    reader.readable_file("exchange", "client_secret_file", exchange.client_secret_file);
    reader.readable_file("exchange", "client_certificate_file", exchange.client_certificate_file);
    reader.forbid_both("exchange", "client_secret_file", "client_certificate_file");
    std::int64_t settle_seconds = 150;
    reader.number("exchange", "settle_seconds", {0, 3600}, settle_seconds);
    exchange.settle = std::chrono::seconds(settle_seconds);
    std::int64_t at_once = 16;
    reader.number("exchange", "mailboxes_at_once", {1, 1024}, at_once);
    exchange.mailboxes_at_once = static_cast<std::size_t>(at_once);
}

std::string missing_for_exchange(const Reader& reader) {
    for (const auto* key : {"tenant", "client_id"})
        if (!reader.has("exchange", key)) return reader.missing("exchange", key);
    const bool secret = reader.has("exchange", "client_secret_file") ||
                        reader.has("exchange", "client_certificate_file") ||
                        std::getenv(secret_variable) != nullptr;
    if (!secret)
        return reader.missing("exchange", fmt::format("client_secret_file (or "
                                                      "client_certificate_file, or ${})",
                                                      secret_variable));
    return {};
}

Result<std::string> read_all(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::error_code error;
    if (!stream || fs::is_directory(file, error))
        return fail(config_fault(fmt::format("cannot read {}", file.string())));
    return std::string(std::istreambuf_iterator<char>(stream), {});
}

}  // namespace

Result<Config> parse_config(std::string_view text, const fs::path& file) {
    toml::table root;
    try {
        root = toml::parse(text, file.string());
    } catch (const toml::parse_error& error) {
        return fail(config_fault(
            at_line(file, error.source().begin.line, std::string(error.description()))));
    }
    Reader reader(root, file);
    Config config;
    config.file = file;
    reader.choice("hq", "source", {"embedded", "hellohq"}, config.hq.source);
    reader.database("hq", config.hq.database);
    reader.text("hq", "system", config.hq.system);
    read_exchange(reader, config.exchange);
    reader.database("state", config.state_database);
    reader.forbid_unknown();
    if (config.hq.source == "embedded") reader.require("hq", "database");
    reader.require("state", "database");
    if (reader.problem()) return fail(config_fault(*reader.problem()));
    if (!is_system_name(config.hq.system))
        return fail(config_fault(
            at_line(file, line_of(*root["hq"]["system"].node()),
                    "hq.system must be at most 32 octets long, without colon and blanks")));
    config.exchange_missing = missing_for_exchange(reader);
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
