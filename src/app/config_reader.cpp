// The checks of the configuration's values.
#include "app/config_reader.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "http/client.hpp"
#include "management/redirect.hpp"

namespace hqsync::app {
namespace {

namespace fs = std::filesystem;

const std::set<std::string, std::less<>> sections = {"hq", "exchange", "exchange.management",
                                                     "state", "sync"};

}  // namespace

std::string at_line(const fs::path& file, std::size_t line, std::string_view what) {
    return fmt::format("{}:{}: {}", file.string(), line, what);
}

std::size_t line_of(const toml::node& node) {
    return node.source().begin.line;
}

void ConfigReader::text(std::string_view section, std::string_view key, std::string& into) {
    const auto* node = look(section, key);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::string>();
    if (!value) return wrong_type(*node, section, key, "a text in quotes");
    if (value->empty()) return wrong(*node, fmt::format("{}.{} is empty", section, key));
    into = *value;
}

void ConfigReader::choice(std::string_view section, std::string_view key,
                          std::span<const std::string_view> choices, std::string& into) {
    text(section, key, into);
    const auto* node = look(section, key);
    if (node != nullptr && std::ranges::find(choices, into) == choices.end())
        wrong(*node,
              fmt::format("{}.{} must be \"{}\"", section, key, fmt::join(choices, "\" or \"")));
}

void ConfigReader::number(std::string_view section, std::string_view key,
                          std::pair<std::int64_t, std::int64_t> range, std::int64_t& into) {
    const auto* node = look(section, key);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::int64_t>();
    if (!value) return wrong_type(*node, section, key, "a whole number");
    if (*value < range.first || *value > range.second)
        return wrong(*node, fmt::format("{}.{} must be from {} to {}", section, key, range.first,
                                        range.second));
    into = *value;
}

void ConfigReader::flag(std::string_view section, std::string_view key, bool& into) {
    const auto* node = look(section, key);
    if (node == nullptr) return;
    const auto value = node->value_exact<bool>();
    if (!value) return wrong_type(*node, section, key, "true or false");
    into = *value;
}

void ConfigReader::domains(std::string_view section, std::string_view key,
                           std::vector<std::string>& into) {
    const auto* node = look(section, key);
    if (node == nullptr) return;
    const auto* list = node->as_array();
    if (list == nullptr)
        return wrong_type(*node, section, key, "a list like [\"agentur.example\"]");
    for (const auto& each : *list) {
        const auto value = each.value_exact<std::string>();
        if (!value || value->empty() || value->find_first_of("/:@*?# \t\r\n") != std::string::npos)
            return wrong(each,
                         fmt::format("{}.{} holds domains like \"agentur.example\"", section, key));
        into.push_back(*value);
    }
}

void ConfigReader::url(std::string_view section, std::string_view key, std::string& into) {
    text(section, key, into);
    const auto* node = look(section, key);
    if (node == nullptr || problem_) return;
    while (into.ends_with('/'))
        into.pop_back();
    // A password before "@" would be printed by status; a query would swallow the path.
    if (into.find_first_of("@?#\\ \t\r\n") != std::string::npos)
        return wrong(*node, fmt::format("{}.{} must be an address like https://host, "
                                        "without user, password, query, fragment or blanks",
                                        section, key));
    if (into.starts_with("https://") && into.size() > 8) return;
    if (http::is_loopback_http(into)) return;
    const auto* what = into.starts_with("http://")
                           ? "is plain http, which is accepted for loopback addresses only"
                           : "must be an address that begins with https://";
    wrong(*node, fmt::format("{}.{} {}", section, key, what));
}

void ConfigReader::any_url(std::string_view section, std::string_view key, std::string& into) {
    text(section, key, into);
    const auto* node = look(section, key);
    if (node == nullptr || problem_) return;
    if (!management::parse_url(into))
        wrong(*node, fmt::format("{}.{} must be an address like https://host/PowerShell/, "
                                 "without user, password or blanks",
                                 section, key));
}

void ConfigReader::database(std::string_view section, fs::path& into) {
    path(section, "database", into);
    const auto* node = look(section, "database");
    if (node == nullptr || problem_) return;
    std::error_code error;
    const auto folder = into.has_parent_path() ? into.parent_path() : fs::path(".");
    if (!fs::is_directory(folder, error))
        wrong(*node, fmt::format("{}.database: there is no folder {}", section, folder.string()));
    else if (fs::is_directory(into, error))
        wrong(*node, fmt::format("{}.database: {} is a folder", section, into.string()));
}

void ConfigReader::file(std::string_view section, std::string_view key, fs::path& into) {
    path(section, key, into);
}

void ConfigReader::readable_file(std::string_view section, std::string_view key, fs::path& into) {
    path(section, key, into);
    const auto* node = look(section, key);
    if (node == nullptr || problem_) return;
    std::error_code error;
    const bool readable = fs::is_regular_file(into, error) && std::ifstream(into).good();
    if (!readable) wrong(*node, fmt::format("{}.{}: cannot read {}", section, key, into.string()));
}

void ConfigReader::require(std::string_view section, std::string_view key) {
    if (!problem_ && look(section, key) == nullptr) problem_ = missing(section, key);
}

std::string ConfigReader::missing(std::string_view section, std::string_view key) const {
    const auto* found = table(section);
    if (found == nullptr) return at_line(file_, 1, fmt::format("section [{}] is missing", section));
    return at_line(file_, line_of(*found), fmt::format("{}.{} is missing", section, key));
}

bool ConfigReader::has(std::string_view section, std::string_view key) const {
    const auto* found = table(section);
    return found != nullptr && found->get(key) != nullptr;
}

const toml::table* ConfigReader::table(std::string_view section) const {
    const auto dot = section.find('.');
    if (dot == std::string_view::npos) return root_[section].as_table();
    return root_[section.substr(0, dot)][section.substr(dot + 1)].as_table();
}

void ConfigReader::forbid_both(std::string_view section, std::string_view first,
                               std::string_view second) {
    if (!has(section, first) || !has(section, second)) return;
    wrong(*look(section, second),
          fmt::format("{}.{} and {}.{} exclude each other", section, first, section, second));
}

void ConfigReader::forbid_idle(std::string_view section, std::string_view key,
                               std::string_view because) {
    const auto* node = look(section, key);
    if (node != nullptr)
        wrong(*node, fmt::format("{}.{} has no effect with {}", section, key, because));
}

void ConfigReader::forbid_unknown() {
    for (const auto& [name, node] : root_) {
        const auto* table = node.as_table();
        if (table == nullptr || !sections.contains(name.str())) {
            wrong(node, table == nullptr ? fmt::format("unknown key {}", name.str())
                                         : fmt::format("unknown section [{}]", name.str()));
            continue;
        }
        forbid_unknown_in(name.str(), *table);
    }
}

void ConfigReader::forbid_unknown_in(std::string_view section, const toml::table& table) {
    for (const auto& [key, value] : table) {
        const auto name = fmt::format("{}.{}", section, key.str());
        const auto* inner = value.as_table();
        if (inner != nullptr && sections.contains(name)) {
            forbid_unknown_in(name, *inner);
        } else if (!known_.contains(name)) {
            wrong(value, fmt::format("unknown key {}", name));
        }
    }
}

const toml::node* ConfigReader::look(std::string_view section, std::string_view key) {
    known_.insert(fmt::format("{}.{}", section, key));
    const auto* found = table(section);
    return found == nullptr ? nullptr : found->get(key);
}

void ConfigReader::path(std::string_view section, std::string_view key, fs::path& into) {
    std::string name;
    text(section, key, name);
    if (!name.empty()) into = (file_.parent_path() / name).lexically_normal();
}

void ConfigReader::wrong_type(const toml::node& node, std::string_view section,
                              std::string_view key, std::string_view expected) {
    wrong(node, fmt::format("{}.{} must be {}", section, key, expected));
}

void ConfigReader::wrong(const toml::node& node, std::string_view what) {
    if (!problem_) problem_ = at_line(file_, line_of(node), what);
}

}  // namespace hqsync::app
