// What placement costs: the full computation, one changed record of each kind, and the memory.
// usage: placement_bench [users [contacts [seed]]]   exit code 1 when a bound or the check fails
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "placement/placement.hpp"

namespace {

using namespace hqsync;
using placement::Placements;
using placement::Rules;
using Seconds = std::chrono::duration<double>;

constexpr auto today = "2026-11-23";
constexpr std::int64_t peak_kib_max = 1024 * 1024;  // the bound: 1 GiB
constexpr std::int64_t changes_measured = 500;
constexpr std::int64_t users_checked = 200;

/// splitmix64, so that one seed gives one directory on every machine.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    std::int64_t below(std::int64_t count) {
        state_ += 0x9e3779b97f4a7c15U;
        auto bits = state_;
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9U;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebU;
        bits ^= bits >> 31;
        return static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(count));
    }
    std::int64_t between(std::int64_t least, std::int64_t most) {
        return least + below(most - least + 1);
    }

private:
    std::uint64_t state_;
};

/// An agency group: companies of about four contacts, each looked after by people of one department
/// of 25, with some helpers from elsewhere; two projects and one lead for a company.
class Agency {
public:
    Agency(std::int64_t users, std::int64_t contacts, std::uint64_t seed)
        : users_(users), contacts_(contacts), dice_(seed) {
        fill();
    }

    [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
    Dice& dice() { return dice_; }
    UserId somebody() { return UserId(1 + dice_.below(users_)); }

private:
    void fill() {
        for (std::int64_t i = 1; i <= users_; ++i) {
            User user;
            user.id = UserId(i);
            user.last_name = fmt::format("Beispiel {}", i);
            user.email_work = fmt::format("user{}@agentur.example", i);
            snapshot_.users.push_back(user);
        }
        for (std::int64_t first = 1; first <= contacts_;) {
            const auto size = std::min(dice_.between(1, 7), contacts_ - first + 1);
            add_company(first, size);
            first += size;
        }
    }

    void add_company(std::int64_t first_contact, std::int64_t size) {
        const auto number = static_cast<std::int64_t>(snapshot_.companies.size()) + 1;
        const auto department = dice_.below(users_) / 25 * 25;
        Company company;
        company.id = CompanyId(number);
        company.name = fmt::format("Beispielfirma {} GmbH", number);
        company.types = {{CompanyTypeId(1), dice_.below(100) < 8 ? "Interessent" : "Kunde"}};
        company.responsible_users = colleagues(department, dice_.between(1, 3));
        snapshot_.companies.push_back(company);
        for (std::int64_t i = 0; i < size; ++i) {
            ContactPerson contact;
            contact.id = ContactId(10'000 + first_contact + i);
            contact.first_name = "Kim";
            contact.last_name = fmt::format("Muster {}", first_contact + i);
            contact.company = company.id;
            contact.phone_landline = fmt::format("0221 {}", 100'000 + first_contact + i);
            snapshot_.contacts.push_back(contact);
        }
        const auto somebody_there = [&] {
            return ContactId(10'000 + first_contact + dice_.below(size));
        };
        for (int i = 0; i < 2; ++i) {
            Project project;
            project.id = ProjectId(number * 2 + i);
            project.members = colleagues(department, dice_.between(2, 12));
            for (auto many = dice_.between(1, 4); many > 0; --many)
                project.contact_persons.push_back(somebody_there());
            snapshot_.projects.push_back(project);
        }
        Lead lead;
        lead.id = LeadId(number);
        lead.responsible_user = colleagues(department, 1).front();
        lead.contact_persons = {somebody_there()};
        snapshot_.leads.push_back(lead);
    }

    std::vector<UserId> colleagues(std::int64_t department, std::int64_t many) {
        std::vector<UserId> ids;
        for (std::int64_t i = 0; i < many; ++i) {
            const bool is_helper = dice_.below(100) < 15;
            const auto near = std::min(department + dice_.below(25), users_ - 1) + 1;
            ids.push_back(is_helper ? somebody() : UserId(near));
        }
        return ids;
    }

    std::int64_t users_;
    std::int64_t contacts_;
    Dice dice_;
    Snapshot snapshot_;
};

double seconds(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return Seconds(std::chrono::steady_clock::now() - start).count();
}

/// The most that this process ever held, in KiB; 0 when the system does not say.
std::int64_t peak_kib() {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        std::int64_t kib = 0;
        if (word == "VmHWM:" && status >> kib) return kib;
    }
    return 0;
}

template <class Record>
void put(std::vector<Record>& records, const Record& record) {
    *std::ranges::lower_bound(records, record.id, {}, &Record::id) = record;
}

/// One benchmark: the directory as it stands now, and the placements that follow it.
class Course {
public:
    Course(Agency& agency, Placements& placements, double full)
        : agency_(agency), placements_(placements), full_(full), now_(agency.snapshot()) {}

    [[nodiscard]] const Snapshot& now() const { return now_; }

    void project() {
        measure("project: one member more", now_.projects,
                [&](Project& project) { project.members.push_back(agency_.somebody()); });
    }
    void company() {
        measure("company: other responsible users", now_.companies, [&](Company& company) {
            company.responsible_users = {agency_.somebody(), agency_.somebody()};
        });
    }
    void company_type() {
        measure("company: excluded, or no more", now_.companies, [&](Company& company) {
            const bool is_excluded = company.types.front().name == "Interessent";
            company.types.front().name = is_excluded ? "Kunde" : "Interessent";
        });
    }
    void lead() {
        measure("lead: another responsible user", now_.leads,
                [&](Lead& lead) { lead.responsible_user = agency_.somebody(); });
    }

private:
    template <class Record, class Edit>
    void measure(std::string_view what, std::vector<Record>& records, Edit edit) {
        double sum = 0;
        std::size_t moved = 0;
        std::size_t cost = 0;
        for (std::int64_t i = 0; i < changes_measured; ++i) {
            const auto index = agency_.dice().below(static_cast<std::int64_t>(records.size()));
            auto record = records[static_cast<std::size_t>(index)];
            edit(record);
            const RecordChange change = record;
            sum += seconds([&] { moved += placements_.update(change).size(); });
            cost += placements_.update_cost();
            put(records, record);
        }
        const auto mean = sum / changes_measured;
        constexpr auto many = static_cast<double>(changes_measured);
        fmt::print("{:<34}{:>10.1f} µs  {:>9.1f} pairs  {:>9.1f} moved  changed/full {:.1e}\n",
                   what, mean * 1e6, static_cast<double>(cost) / many,
                   static_cast<double>(moved) / many, mean / full_);
    }

    Agency& agency_;
    Placements& placements_;
    double full_;
    Snapshot now_;
};

/// Whether the updated placements are those of a computation from scratch, for a sample of users.
bool equals_recomputation(const Placements& updated, const Snapshot& snapshot, Dice& dice) {
    const Placements fresh(snapshot, Rules{}, today);
    for (std::int64_t i = 0; i < users_checked; ++i) {
        const auto user = UserId(1 + dice.below(static_cast<std::int64_t>(snapshot.users.size())));
        if (updated.mine(user) != fresh.mine(user)) return false;
        if (updated.global(user) != fresh.global(user)) return false;
        if (updated.absent(user) != fresh.absent(user)) return false;
    }
    return true;
}

int run(std::int64_t users, std::int64_t contacts, std::uint64_t seed) {
    Agency agency(users, contacts, seed);
    const auto& snapshot = agency.snapshot();
    fmt::print("{} users, {} contacts, {} companies, {} projects, {} leads, seed {}\n", users,
               contacts, snapshot.companies.size(), snapshot.projects.size(), snapshot.leads.size(),
               seed);
    std::optional<Placements> placements;
    const auto full = seconds([&] { placements.emplace(snapshot, Rules{}, today); });
    fmt::print("{:<34}{:>10.3f} s   {:.1f} MiB held\n", "full computation", full,
               static_cast<double>(placements->bytes()) / (1024.0 * 1024.0));
    std::size_t mine = 0;
    std::size_t global = 0;
    const auto reading = seconds([&] {
        for (const auto user : placements->users()) {
            mine += placements->mine(user).size();
            global += placements->global(user).size();
        }
    });
    fmt::print("{:<34}{:>10.3f} s   {} mine, {} global\n", "both lists of every user", reading,
               mine, global);
    Course course(agency, *placements, full);
    course.project();
    course.company();
    course.lead();
    course.company_type();
    const bool is_equal = equals_recomputation(*placements, course.now(), agency.dice());
    fmt::print("updated equals recomputed, {} users: {}\n", users_checked,
               is_equal ? "pass" : "FAIL");
    const auto peak = peak_kib();
    const bool is_small = peak > 0 && peak < peak_kib_max;
    fmt::print("peak memory of the process: {} MiB, bound {} MiB: {}\n", peak / 1024,
               peak_kib_max / 1024, is_small ? "pass" : "FAIL");
    return is_equal && is_small ? 0 : 1;
}

/// The number that this argument is, when it is there.
std::optional<std::int64_t> number(int argc, char** argv, int place, std::int64_t otherwise) {
    if (place >= argc) return otherwise;
    const std::string_view text(argv[place]);
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = read.ec == std::errc{} && read.ptr == text.data() + text.size();
    return is_number && value > 0 && value <= 1'000'000 ? std::optional(value) : std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
    const auto users = number(argc, argv, 1, 10'000);
    const auto contacts = number(argc, argv, 2, 20'000);
    const auto seed = number(argc, argv, 3, 1);
    if (!users || !contacts || !seed || argc > 4) {
        fmt::print(stderr, "usage: placement_bench [users [contacts [seed]]], each 1 to 1000000\n");
        return 2;
    }
    return run(*users, *contacts, static_cast<std::uint64_t>(*seed));
}
