// An admin's machine has no sync: what is remembered of sessions goes to his own folder of state.
#include "app/exchange_config.hpp"

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace hqsync::app {
namespace {

namespace fs = std::filesystem;

/// Relative ones do not count (XDG Base Directory Specification).
fs::path folder_in(const char* variable, const char* below) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value != '/') return {};
    return fs::path(value) / below;
}

Result<fs::path> state_folder() {
    auto folder = folder_in("XDG_STATE_HOME", "hqsync");
    if (folder.empty()) folder = folder_in("HOME", ".local/state/hqsync");
    if (folder.empty())
        return fail(
            config_fault("no configuration says where to remember sessions, and neither "
                         "$XDG_STATE_HOME nor $HOME does: give --config FILE"));
    std::error_code error;
    const bool is_new = fs::create_directories(folder, error);
    // It names servers and accounts.
    if (!error && is_new) fs::permissions(folder, fs::perms::owner_all, error);
    if (error)
        return fail(
            config_fault(fmt::format("the folder {} for what is remembered of sessions "
                                     "cannot be made: {}",
                                     folder.string(), error.message())));
    return folder;
}

Result<Config> unconfigured(const Fault& missing) {
    const auto folder = state_folder();
    if (!folder) return fail(folder.error());
    Config config;
    config.state_database = *folder / "exchange";
    config.exchange_missing = missing.detail;
    return config;
}

}  // namespace

Result<Config> exchange_config(const std::string& given, const ManagementWish& wish) {
    const auto file = find_config(given);
    if (file) return load_config(given);
    if (wish.uri.empty())
        return fail(config_fault(fmt::format(
            "{}; or say here where and who: --uri http://SERVER/PowerShell/ --user NAME@REALM",
            file.error().detail)));
    return unconfigured(file.error());
}

Result<Config> held_config(const std::string& given) {
    const auto file = find_config(given);
    return file ? load_config(given) : unconfigured(file.error());
}

}  // namespace hqsync::app
