// Runs cases of the simulation, one seed each, and says what is needed to see a failing one again.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "simulation/story.hpp"

namespace hqsync::simulation {
namespace {

struct Wishes {
    std::uint64_t seeds = 1;
    std::uint64_t from = 1;
    double seconds = 0;        ///< 0: as long as the seeds take
    std::uint64_t floor = 0;   ///< fewer seeds in that time are a failure
    std::uint64_t twice = 25;  ///< every n-th seed is run again and has to leave the same trace
    Conditions conditions;
    bool verbose = false;
    bool keep_going = false;
};

std::filesystem::path scratch_folder() {
    const std::filesystem::path memory = "/dev/shm";
    std::error_code none;
    const auto base = std::filesystem::is_directory(memory, none)
                          ? memory
                          : std::filesystem::temp_directory_path();
    return base / fmt::format("hqsync-simulation-{}", getpid());
}

/// The last lines of a trace.
std::string_view end_of(std::string_view trace, int lines) {
    auto at = trace.size();
    while (lines-- >= 0 && at > 0) {
        at = trace.rfind('\n', at - 1);
        if (at == trace.npos) return trace;
    }
    return trace.substr(at + 1);
}

bool is_good(const Wishes& wishes, std::uint64_t seed, const std::filesystem::path& folder,
             Counts& counts) {
    const auto outcome = tell(seed, wishes.conditions, folder);
    counts.add(outcome.counts);
    if (wishes.verbose) fmt::print("{}", outcome.trace);
    if (outcome.broken) {
        if (!wishes.verbose && !wishes.keep_going) fmt::print("…\n{}", end_of(outcome.trace, 60));
        fmt::print("seed {}: {}\n  again: simulate --seeds 1 --from {} --verbose\n", seed,
                   *outcome.broken, seed);
        return false;
    }
    if (wishes.twice == 0 || seed % wishes.twice != 0) return true;
    if (tell(seed, wishes.conditions, folder).trace == outcome.trace) return true;
    fmt::print("seed {}: two runs left two traces\n", seed);
    return false;
}

int simulate(const Wishes& wishes) {
    using Clock = std::chrono::steady_clock;
    const auto folder = scratch_folder();
    std::filesystem::create_directories(folder);
    const auto began = Clock::now();
    const auto passed = [&] { return std::chrono::duration<double>(Clock::now() - began).count(); };
    Counts counts;
    std::uint64_t run = 0;
    std::uint64_t broken = 0;
    for (auto seed = wishes.from; run < wishes.seeds; ++seed, ++run) {
        if (wishes.seconds > 0 && passed() > wishes.seconds) break;
        if (is_good(wishes, seed, folder, counts)) continue;
        ++broken;
        if (!wishes.keep_going) break;
    }
    std::error_code none;
    std::filesystem::remove_all(folder, none);
    fmt::print(
        "{} seeds from {} in {:.1f} s ({:.1f} ms each): {} runs, {} requests, {} faults "
        "({} late), {} crashes, {} acts of users, {} writes to HQ, {} excused losses, {} "
        "broken\n",
        run, wishes.from, passed(),
        passed() * 1000 / static_cast<double>(std::max<std::uint64_t>(run, 1)), counts.passes,
        counts.requests, counts.faults, counts.late, counts.crashes, counts.edits, counts.pulls,
        counts.excused, broken);
    if (broken > 0) return 1;
    if (run >= wishes.floor) return 0;
    fmt::print("too few: at least {} seeds were to be run in this time\n", wishes.floor);
    return 1;
}

}  // namespace
}  // namespace hqsync::simulation

int main(int count, char** arguments) {
    hqsync::simulation::Wishes wishes;
    CLI::App app("Simulates hqsync between HQ and Exchange on virtual time");
    app.add_option("--seeds", wishes.seeds, "number of cases");
    app.add_option("--from", wishes.from, "first seed");
    app.add_option("--seconds", wishes.seconds, "stop after that time");
    app.add_option("--floor", wishes.floor, "fail when fewer seeds were run");
    app.add_option("--twice", wishes.twice, "run every n-th seed twice and compare; 0: none");
    app.add_option_function<std::int64_t>(
        "--settle",
        [&](std::int64_t seconds) {
            wishes.conditions.settle_after = std::chrono::seconds(seconds);
        },
        "seconds before an intent is settled");
    app.add_flag("--verbose", wishes.verbose, "print the whole traces");
    app.add_flag("--keep-going", wishes.keep_going, "go on after a broken seed");
    CLI11_PARSE(app, count, arguments);
    return hqsync::simulation::simulate(wishes);
}
