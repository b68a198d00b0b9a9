// A line of the file: time of the refusal, salt, print of the secret, name of the login.
#include "app/login_memory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

namespace hqsync::app {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t tried_again_after = 3600;  // seconds
/// Of one configuration there are a few; a file that is none of ours ends somewhere.
constexpr std::size_t logins_max = 100;

std::string new_salt() {
    std::array<unsigned char, 16> octets{};
    RAND_bytes(octets.data(), static_cast<int>(octets.size()));
    std::string salt;
    for (const auto octet : octets)
        salt += fmt::format("{:02x}", octet);
    return salt;
}

std::string print_of(const std::string& salt, const std::string& secret) {
    const auto text = salt + secret;
    std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
    return fmt::format("{:02x}{:02x}", hash[0], hash[1]);
}

/// For nobody else's eyes: the print would spare a guesser all but one of 65,536 guesses. Whole or
/// not at all: what is half written would be tried again at each run.
bool put_in_place(const fs::path& file, std::string_view text) {
    auto beside = file;
    beside += ".new";
    ::unlink(beside.c_str());
    const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) return false;
    const auto written = ::write(descriptor, text.data(), text.size());
    const bool is_kept = ::close(descriptor) == 0 && std::cmp_equal(written, text.size());
    return is_kept && ::rename(beside.c_str(), file.c_str()) == 0;
}

}  // namespace

struct LoginMemory::Refusal {
    std::int64_t at = 0;  // seconds
    std::string salt;
    std::string print;
    std::string name;
};

LoginMemory::LoginMemory(fs::path file, Login login, Clock& clock)
    : file_(std::move(file)), login_(std::move(login)), clock_(clock) {}

std::int64_t LoginMemory::now_seconds() const {
    return std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
}

std::vector<LoginMemory::Refusal> LoginMemory::remembered() const {
    std::vector<Refusal> refusals;
    std::ifstream stream(file_);
    const auto now = now_seconds();
    Refusal refusal;
    while (refusals.size() < logins_max && stream >> refusal.at >> refusal.salt >> refusal.print) {
        std::getline(stream >> std::ws, refusal.name);
        const bool is_over = now >= refusal.at + tried_again_after || now < refusal.at;
        if (!is_over) refusals.push_back(refusal);
    }
    return refusals;
}

bool LoginMemory::write(const std::vector<Refusal>& refusals) const {
    std::string text;
    for (const auto& refusal : refusals)
        text += fmt::format("{} {} {} {}\n", refusal.at, refusal.salt, refusal.print, refusal.name);
    return put_in_place(file_, text);
}

bool LoginMemory::is_own(const Refusal& refusal) const {
    return refusal.name == login_.name && refusal.print == print_of(refusal.salt, login_.secret);
}

std::optional<Fault> LoginMemory::objection() const {
    const auto refusals = remembered();
    const auto own =
        std::ranges::find_if(refusals, [this](const Refusal& each) { return is_own(each); });
    if (own == refusals.end() || ::isatty(STDIN_FILENO) == 1) return std::nullopt;
    return Fault{Reach::configuration, "login.refused",
                 fmt::format("Exchange refused this login ({}) {} minutes ago. So that the account "
                             "is not locked, it is tried once an hour, with another password, or "
                             "when started at a terminal",
                             login_.name, (now_seconds() - own->at) / 60)};
}

void LoginMemory::refused() const {
    auto refusals = remembered();
    std::erase_if(refusals, [this](const Refusal& each) { return is_own(each); });
    const auto salt = new_salt();
    refusals.insert(refusals.begin(),
                    {now_seconds(), salt, print_of(salt, login_.secret), login_.name});
    if (!write(refusals)) {
        fmt::print(stderr, "hqsync: {} cannot be written: the next run will try the login again\n",
                   file_.string());
    }
}

void LoginMemory::accepted() const {
    auto refusals = remembered();
    const auto forgotten =
        std::erase_if(refusals, [this](const Refusal& each) { return is_own(each); });
    if (!refusals.empty()) {
        // One that stays by mistake is forgotten after the hour.
        [[maybe_unused]] const bool is_written = forgotten == 0 || write(refusals);
        return;
    }
    std::error_code error;
    fs::remove(file_, error);
}

}  // namespace hqsync::app
