// Reads the tables of a configuration file key by key and remembers the first thing that is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

namespace hqsync::app {

/// "FILE:LINE: what".
std::string at_line(const std::filesystem::path& file, std::size_t line, std::string_view what);
std::size_t line_of(const toml::node& node);

/// A key that is not in the file leaves its value as it is. A section may be one within another:
/// "exchange.management". `root` outlives the reader.
class ConfigReader {
public:
    ConfigReader(const toml::table& root, std::filesystem::path file)
        : root_(root), file_(std::move(file)) {}

    void text(std::string_view section, std::string_view key, std::string& into);
    void choice(std::string_view section, std::string_view key,
                std::span<const std::string_view> choices, std::string& into);
    void number(std::string_view section, std::string_view key,
                std::pair<std::int64_t, std::int64_t> range, std::int64_t& into);
    void flag(std::string_view section, std::string_view key, bool& into);
    /// A list of domains like "agentur.example".
    void domains(std::string_view section, std::string_view key, std::vector<std::string>& into);
    /// https, or plain http to this machine itself.
    void url(std::string_view section, std::string_view key, std::string& into);
    /// http or https, also to other machines: the caller decides what may be said there.
    void any_url(std::string_view section, std::string_view key, std::string& into);
    /// A database may be new, its folder may not.
    void database(std::string_view section, std::filesystem::path& into);
    /// May be missing.
    void file(std::string_view section, std::string_view key, std::filesystem::path& into);
    void readable_file(std::string_view section, std::string_view key, std::filesystem::path& into);

    void require(std::string_view section, std::string_view key);
    void forbid_both(std::string_view section, std::string_view first, std::string_view second);
    /// The key is there, but `because` it does nothing: `exchange.api = "ews"`.
    void forbid_idle(std::string_view section, std::string_view key, std::string_view because);
    void forbid_unknown();

    /// The line that says so.
    [[nodiscard]] std::string missing(std::string_view section, std::string_view key) const;
    [[nodiscard]] bool has(std::string_view section, std::string_view key) const;
    [[nodiscard]] const std::optional<std::string>& problem() const { return problem_; }

private:
    [[nodiscard]] const toml::table* table(std::string_view section) const;
    void forbid_unknown_in(std::string_view section, const toml::table& table);
    const toml::node* look(std::string_view section, std::string_view key);
    void path(std::string_view section, std::string_view key, std::filesystem::path& into);
    void wrong_type(const toml::node& node, std::string_view section, std::string_view key,
                    std::string_view expected);
    void wrong(const toml::node& node, std::string_view what);

    const toml::table& root_;
    std::filesystem::path file_;
    std::set<std::string, std::less<>> known_;
    std::optional<std::string> problem_;
};

}  // namespace hqsync::app
