// hqsync demo: the whole way on sample data, on loopback, with checks of what it shows.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "app/commands.hpp"
#include "app/demo_hq.hpp"
#include "app/demo_user.hpp"
#include "app/run_once.hpp"
#include "app/table.hpp"
#include "async/await.hpp"
#include "hq/embedded.hpp"
#include "sim/server.hpp"

namespace hqsync::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* latency_fault = R"({"kind":"latency","milliseconds":5})";
constexpr const char* secret = "simulator";

Fault demo_fault(std::string detail) {
    return {.reach = Reach::run, .code = "demo", .detail = std::move(detail)};
}

/// The demo's folder: kept where the user named one, else made and removed again.
class Workplace {
public:
    static Result<Workplace> make(const std::string& keep_folder) {
        std::error_code error;
        if (!keep_folder.empty()) {
            fs::create_directories(keep_folder, error);
            if (error || !fs::is_empty(keep_folder, error))
                return fail(demo_fault(fmt::format("{} is no empty folder", keep_folder)));
            return Workplace(keep_folder, {});
        }
        auto name = (fs::temp_directory_path(error) / "hqsync-demo-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr)
            return fail(demo_fault("cannot make a temporary folder"));
        return Workplace(name, name);
    }
    ~Workplace() {
        std::error_code ignored;
        if (!scratch_.empty()) fs::remove_all(scratch_, ignored);
    }
    Workplace(Workplace&& other) noexcept
        : folder_(std::move(other.folder_)), scratch_(std::exchange(other.scratch_, {})) {}
    Workplace& operator=(Workplace&&) = delete;

    [[nodiscard]] const fs::path& folder() const { return folder_; }
    [[nodiscard]] const std::string& scratch() const { return scratch_; }

private:
    Workplace(fs::path folder, std::string scratch)
        : folder_(std::move(folder)), scratch_(std::move(scratch)) {}

    fs::path folder_;
    std::string scratch_;
};

Result<Config> write_config(const fs::path& folder, const std::string& url, const DemoHq& hq) {
    std::ofstream(folder / "client_secret") << secret << "\n";
    const auto text = fmt::format(R"([hq]
{1}[exchange]
graph_url = "{0}"
login_url = "{0}"
tenant = "demo"
client_id = "hqsync"
client_secret_file = "client_secret"
[state]
database = "state.db"
)",
                                  url, hq.config_lines());
    const auto file = folder / "hqsync.toml";
    std::ofstream(file) << text;
    return parse_config(text, file);
}

/// So that the bar can be seen to move, and requests cost what they cost.
Result<void> slow_down(const std::string& url) {
    asio::io_context context;
    http::Client client(context, {});
    const auto answer =
        await_on(context, client.send({.method = "POST",
                                       .url = url + "/sim/faults",
                                       .headers = {{"Content-Type", "application/json"}},
                                       .body = latency_fault}));
    if (!answer || !*answer) return fail(demo_fault("the simulator does not answer"));
    if ((*answer)->status / 100 != 2) return fail(demo_fault("the simulator refused its latency"));
    return {};
}

/// What HQ and the state say between the passes.
struct Standing {
    Directory directory;
    placement::Placements placements;
    std::map<MailboxAddress, std::size_t> held_contacts;
};

Result<Standing> look(const Config& config) {
    const auto state = open_state(config, Share::beside_a_run);
    if (!state) return fail(state.error());
    auto directory = read_directory(config, **state);
    if (!directory) return fail(directory.error());
    auto counts = await((*state)->shadow_counts());
    if (!counts) return fail(counts.error());
    auto placements = placements_of(*directory);
    return Standing{std::move(*directory), std::move(placements), std::move(*counts)};
}

/// Remembers whether all that was shown is right.
class Checks {
public:
    void expect(bool holds, std::string_view what) {
        fmt::print("  {} {}\n", holds ? "ok   " : "WRONG", what);
        all_hold_ = all_hold_ && holds;
    }
    [[nodiscard]] bool all_hold() const { return all_hold_; }

private:
    bool all_hold_ = true;
};

Result<engine::RunReport> pass(const Config& config, const Workplace& workplace) {
    const bool terminal = isatty(STDERR_FILENO) == 1;
    auto report = run_once(config, {.users = {},
                                    .dry_run = false,
                                    .bar = terminal ? Bar::shown : Bar::hidden,
                                    .scratch_folder = workplace.scratch()});
    if (!report) return fail(report.error());
    if (report->fault) return fail(*report->fault);
    return report;
}

void print_users(const Standing& standing) {
    using enum Table::Align;
    Table table({{"user"},
                 {"HQ Meine Kontakte", right},
                 {"HQ Globale Kontakte", right},
                 {"in neither", right}});
    for (const auto& [user, mailbox] : synced_mailboxes(standing.directory))
        table.add({mailbox.value(), fmt::to_string(standing.placements.mine(user).size()),
                   fmt::to_string(standing.placements.global(user).size()),
                   fmt::to_string(standing.placements.absent(user).size())});
    fmt::print("\n{}", table.text());
}

bool holds_what_is_placed(const Standing& standing) {
    for (const auto& [user, mailbox] : synced_mailboxes(standing.directory)) {
        const auto placed =
            standing.placements.mine(user).size() + standing.placements.global(user).size();
        const auto found = standing.held_contacts.find(mailbox);
        if ((found == standing.held_contacts.end() ? 0 : found->second) != placed) return false;
    }
    return true;
}

PassCounts sum_of(const engine::RunReport& report) {
    PassCounts sum;
    for (const auto& mailbox : report.mailboxes) {
        sum.created += mailbox.counts.created;
        sum.updated += mailbox.counts.updated;
        sum.moved += mailbox.counts.moved;
        sum.deleted += mailbox.counts.deleted;
        sum.pulled += mailbox.counts.pulled;
        sum.failed += mailbox.counts.failed;
        sum.requests += mailbox.counts.requests;
    }
    return sum;
}

/// A project and a user whose joining brings him contacts that were not his own.
struct Joining {
    ProjectId project;
    UserId user;
};
std::optional<Joining> find_joining(const Standing& standing, ContactId spared) {
    for (const auto& project : standing.directory.snapshot->projects)
        for (const auto user : standing.placements.users())
            for (const auto contact : project.contact_persons) {
                const bool other = std::ranges::find(project.contact_persons, spared) ==
                                   project.contact_persons.end();
                if (other && standing.placements.place(user, contact) == placement::Place::global)
                    return Joining{project.id, user};
            }
    return std::nullopt;
}

std::string edits_of(const Standing& standing, const Joining& joining, ContactId contact) {
    std::string members;
    for (const auto user : find(*standing.directory.snapshot, joining.project)->members)
        members += fmt::format(R"({{"UserId":{}}},)", user.value());
    return fmt::format(
        R"([{{"op":"set","entity":"contact","id":{},"fields":{{"PhoneMobile":"0171 7654321"}}}},)"
        R"({{"op":"set","entity":"project","id":{},"fields":{{"Members":[{}{{"UserId":{}}}]}}}}])",
        contact.value(), joining.project.value(), members, joining.user.value());
}

/// What a pass between two standings has to do, by the rules alone.
PassCounts expected_between(const Standing& before, const Standing& after, ContactId edited) {
    PassCounts expected;
    using placement::Place;
    for (const auto user : after.placements.users())
        for (const auto& contact : after.directory.snapshot->contacts) {
            const auto was = before.placements.place(user, contact.id);
            const auto is = after.placements.place(user, contact.id);
            if (was != is && was != Place::absent && is != Place::absent) ++expected.moved;
            if (was == is && is != Place::absent && contact.id == edited) ++expected.updated;
        }
    return expected;
}

Result<void> first_sync(const Config& config, const Workplace& workplace, Checks& checks) {
    fmt::print("\n1. First sync: all mailboxes are empty.\n");
    const auto report = pass(config, workplace);
    if (!report) return fail(report.error());
    const auto standing = look(config);
    if (!standing) return fail(standing.error());
    const auto sum = sum_of(*report);
    print_users(*standing);
    fmt::print("\n{} contacts created in {} mailboxes by {} requests.\n", sum.created,
               report->mailboxes.size(), sum.requests);
    checks.expect(exit_code_of(*report) == ExitCode::done, "every mailbox is done, nothing failed");
    checks.expect(holds_what_is_placed(*standing), "every mailbox holds exactly what is placed");
    return {};
}

Result<void> edit_and_sync(const Config& config, const Workplace& workplace, Checks& checks) {
    const ContactId contact(10007);
    const auto before = look(config);
    if (!before) return fail(before.error());
    const auto joining = find_joining(*before, contact);
    if (!joining) return fail(demo_fault("the sample agency has no project to join"));
    fmt::print(
        "\n2. An edit in HQ: contact {} gets another mobile number, and user {} joins the "
        "team of project {}.\n",
        contact.value(), joining->user.value(), joining->project.value());
    const auto source = hq::EmbeddedHq::open(workplace.folder() / "hq.db", config.hq.system);
    if (!source) return fail(source.error());
    const auto edited = (*source)->apply_json(edits_of(*before, *joining, contact));
    if (!edited) return fail(edited.error());
    const auto report = pass(config, workplace);
    if (!report) return fail(report.error());
    const auto after = look(config);
    if (!after) return fail(after.error());
    print_run(Output::text, *report, {});
    const auto sum = sum_of(*report);
    const auto expected = expected_between(*before, *after, contact);
    checks.expect(sum.updated == expected.updated,
                  fmt::format("the number was written once per mailbox that holds the contact: {}",
                              expected.updated));
    checks.expect(
        sum.moved == expected.moved && sum.moved > 0,
        fmt::format("the project's contacts moved to the new member's own: {}", expected.moved));
    checks.expect(sum.created == 0 && sum.deleted == 0 && sum.failed == 0,
                  "nothing else was written");
    checks.expect(holds_what_is_placed(*after), "every mailbox holds exactly what is placed");
    return {};
}

/// The user who has the contact among his own.
std::optional<UserId> owner_of(const Standing& standing, ContactId contact) {
    for (const auto user : standing.placements.users())
        if (standing.placements.place(user, contact) == placement::Place::mine) return user;
    return std::nullopt;
}

std::size_t holders_of(const Standing& standing, ContactId contact) {
    const auto users = standing.placements.users();
    return static_cast<std::size_t>(std::ranges::count_if(users, [&](UserId user) {
        return standing.placements.place(user, contact) != placement::Place::absent;
    }));
}

Result<void> edit_in_a_mailbox(const Config& config, const Workplace& workplace, Checks& checks) {
    const ContactId contact(10007);
    const std::string number = "+49 171 9876543";
    const auto before = look(config);
    if (!before) return fail(before.error());
    const auto owner = owner_of(*before, contact);
    if (!owner) return fail(demo_fault("the contact is nobody's own"));
    fmt::print("\n3. An edit in Outlook: user {} gives contact {} of his own another number.\n",
               owner->value(), contact.value());
    const DemoUser user{config.exchange.graph_url, secret,
                        synced_mailboxes(before->directory).at(*owner)};
    const auto changed = user.change_mobile(contact, number);
    if (!changed) return fail(changed.error());
    const auto report = pass(config, workplace);
    if (!report) return fail(report.error());
    const auto after = look(config);
    if (!after) return fail(after.error());
    print_run(Output::text, *report, {});
    const auto sum = sum_of(*report);
    const auto others = holders_of(*after, contact) - 1;
    checks.expect(sum.pulled == 1, "the number went to HQ");
    checks.expect(sum.updated == others,
                  fmt::format("the same pass brought it to the other mailboxes that hold the "
                              "contact: {}",
                              others));
    checks.expect(sum.created + sum.moved + sum.deleted + sum.failed == 0,
                  "nothing else was written");
    return {};
}

Result<void> sync_nothing(const Config& config, const Workplace& workplace, Checks& checks) {
    fmt::print("\n4. A pass with nothing to do.\n");
    const auto report = pass(config, workplace);
    if (!report) return fail(report.error());
    const auto sum = sum_of(*report);
    std::uint64_t most = 0;
    for (const auto& mailbox : report->mailboxes)
        most = std::max(most, mailbox.counts.requests);
    fmt::print("{} requests for {} mailboxes.\n", sum.requests, report->mailboxes.size());
    checks.expect(
        sum.created + sum.updated + sum.moved + sum.deleted + sum.pulled + sum.failed == 0,
        "nothing was written");
    checks.expect(most <= 2, "each mailbox was asked once per folder");
    return {};
}

Result<bool> show(const Workplace& workplace, DemoSource source) {
    auto server = sim::Server::start({.port = 0, .client_secret = secret});
    if (!server) return fail(server.error());
    const auto url = (*server)->url();
    const auto slowed = slow_down(url);
    if (!slowed) return fail(slowed.error());
    const auto hq = DemoHq::open(workplace.folder(), source);
    if (!hq) return fail(hq.error());
    const auto config = write_config(workplace.folder(), url, **hq);
    if (!config) return fail(config.error());
    const auto& counts = (*hq)->counts();
    fmt::print(
        "A sample agency: {} users, {} companies, {} contacts, {} projects, {} leads.\n"
        "An Exchange simulator at {} (5 ms a request).\n",
        counts.users, counts.companies, counts.contacts, counts.projects, counts.leads, url);
    if (source == DemoSource::hellohq)
        fmt::print("HQ is read and written by helloHQ's API v1 at {}/v1.\n", (*hq)->url());
    Checks checks;
    for (const auto step : {first_sync, edit_and_sync, edit_in_a_mailbox, sync_nothing}) {
        const auto done = step(*config, workplace, checks);
        if (!done) return fail(done.error());
        std::fflush(stdout);
    }
    return checks.all_hold();
}

}  // namespace

ExitCode demo(const std::string& keep_folder, DemoSource source) {
    const auto workplace = Workplace::make(keep_folder);
    if (!workplace) return complain(workplace.error());
    const auto right = show(*workplace, source);
    if (!right) return complain(right.error());
    if (!*right) return complain(demo_fault("not everything is as it should be, see above"));
    if (!keep_folder.empty())
        fmt::print("\nKept in {0}; try: hqsync --config {0}/hqsync.toml status\n", keep_folder);
    return ExitCode::done;
}

}  // namespace hqsync::app
