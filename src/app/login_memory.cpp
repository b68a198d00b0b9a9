// One file with the time of the refusal, the time of the secret's file, and the name of the login.
#include "app/login_memory.hpp"

#include <unistd.h>

#include <chrono>
#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace hqsync::app {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t tried_again_after = 3600;  // seconds

}  // namespace

LoginMemory::LoginMemory(fs::path file, Login login, Clock& clock)
    : file_(std::move(file)), login_(std::move(login)), clock_(clock) {}

std::int64_t LoginMemory::secret_changed() const {
    std::error_code error;
    const auto time = fs::last_write_time(login_.secret_file, error);
    return error ? 0 : time.time_since_epoch().count();
}

std::int64_t LoginMemory::now_seconds() const {
    return std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
}

std::optional<Fault> LoginMemory::objection() const {
    std::ifstream stream(file_);
    std::int64_t refused_at = 0;
    std::int64_t changed = 0;
    std::string name;
    if (!(stream >> refused_at >> changed) || !std::getline(stream >> std::ws, name)) return {};
    const auto now = now_seconds();
    const bool is_over = now >= refused_at + tried_again_after || now < refused_at;
    const bool is_other = name != login_.name || changed != secret_changed();
    if (is_over || is_other || ::isatty(STDIN_FILENO) == 1) return {};
    return Fault{Reach::configuration, "login.refused",
                 fmt::format("Exchange refused this login {} minutes ago. So that the account is "
                             "not locked, it is tried once an hour, after a change of the password "
                             "file, or when started at a terminal",
                             (now - refused_at) / 60)};
}

void LoginMemory::refused() const {
    std::ofstream stream(file_, std::ios::trunc);
    stream << now_seconds() << ' ' << secret_changed() << ' ' << login_.name << '\n';
}

void LoginMemory::accepted() const {
    std::error_code error;
    fs::remove(file_, error);
}

}  // namespace hqsync::app
