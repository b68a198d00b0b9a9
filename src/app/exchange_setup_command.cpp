// hqsync exchange setup: shows what the sync needs in Exchange, makes it, and proves that it
// reaches no further; or takes it back.
#include "app/exchange_setup_command.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "app/access_probe.hpp"
#include "app/confirm.hpp"
#include "app/context.hpp"
#include "app/exchange_session.hpp"
#include "app/exchange_setup_report.hpp"
#include "app/opath.hpp"
#include "app/session_face.hpp"
#include "async/await.hpp"

namespace hqsync::app {
namespace {

using Outcome = StepReport::Outcome;

Fault wish_fault(std::string detail) {
    return {.reach = Reach::configuration, .code = "setup.wish", .detail = std::move(detail)};
}

/// What a set-up works on.
struct Desk {
    const Invocation& invocation;
    const SetupOptions& options;
    const Config& config;
    SessionFace& session;
    std::function<void()> end_session;  ///< gives it back; it is not used any more
    std::vector<std::string> synced;    ///< addresses; empty also when HQ cannot be read
    std::string where;
};

Result<std::vector<std::string>> read_synced(const Config& config) {
    const auto state = open_state(config, Share::beside_a_run);
    if (!state) return fail(state.error());
    const auto directory = read_directory(config, **state);
    if (!directory) return fail(directory.error());
    const auto aliases = await((*state)->aliases());
    if (!aliases) return fail(aliases.error());
    std::vector<std::string> addresses;
    for (const auto& [user, address] : synced_mailboxes(*directory)) {
        // A filter knows primary addresses only.
        const auto known = std::ranges::find_if(
            *aliases, [&](const auto& alias) { return alias.second == address; });
        addresses.push_back(known == aliases->end() ? address.value() : known->first.value());
    }
    return addresses;
}

/// The group that is named, by its distinguished name.
Task<Result<std::string>> group_named(management::ManagementSession& session, std::string name) {
    if (is_distinguished_name(name)) co_return name;
    auto answer = co_await session.run(
        {"Get-Group", {{"Identity", management::clixml::Value(std::string_view(name))}}});
    const auto groups = objects_of(std::move(answer), Missing::is_none);
    std::optional<std::string> found;
    if (groups && groups->size() == 1)
        found = management::clixml::string_in(
            management::clixml::property(groups->front(), "DistinguishedName"));
    if (found) co_return *found;
    co_return fail(wish_fault(fmt::format(
        "the group {} is not found ({}): name it by its distinguished name (CN=…,DC=…)", name,
        groups ? fmt::format("{} of this name", groups->size()) : groups.error().detail)));
}

Result<std::string> filter_of(const Desk& desk) {
    if (!desk.options.attribute.empty()) return attribute_filter(desk.options.attribute);
    if (desk.options.group.empty()) return address_filter(desk.synced);
    const auto name = await(group_named(desk.session, desk.options.group));
    if (!name) return fail(name.error());
    return group_filter(*name);
}

/// EWS counts calls of an impersonated account against it, too: all mailboxes at once, and streams.
Result<EwsLimits> limits_of(const Config::Exchange& exchange, const std::string& said) {
    const auto calls = exchange.mailboxes_at_once * exchange.concurrency + exchange.streams;
    EwsLimits limits{.concurrency = static_cast<std::uint32_t>(calls),
                     .subscriptions = static_cast<std::uint32_t>(
                         std::max<std::size_t>(exchange.streams, 1) * 200)};
    if (said.empty()) return limits;
    if (said == "unlimited") return EwsLimits{};
    std::uint32_t number = 0;
    const auto read = std::from_chars(said.data(), said.data() + said.size(), number);
    if (read.ec != std::errc{} || read.ptr != said.data() + said.size() || number == 0)
        return fail(
            wish_fault(fmt::format("--ews-concurrency {} is no number and not unlimited", said)));
    limits.concurrency = number;
    return limits;
}

Result<SetupWish> server_wish(const Desk& desk, SetupWish wish) {
    const auto& [said, configured] = std::pair(desk.options.account, desk.config.exchange.user);
    wish.place = ExchangePlace::server;
    wish.account = said.empty() ? configured : said;
    if (wish.account.empty())
        return fail(wish_fault("which account logs in to EWS? exchange.user, or --account NAME"));
    const auto limits = limits_of(desk.config.exchange, desk.options.ews_concurrency);
    if (!limits) return fail(limits.error());
    wish.limits = desk.options.has_policy ? std::optional(*limits) : std::nullopt;
    return wish;
}

Result<SetupWish> online_wish(const Desk& desk, SetupWish wish) {
    const auto& options = desk.options;
    const auto& exchange = desk.config.exchange;
    wish.place = ExchangePlace::online;
    wish.app_id = options.app_id.empty() ? exchange.client_id : options.app_id;
    wish.object_id = options.object_id.empty() ? exchange.object_id : options.object_id;
    if (wish.app_id.empty())
        return fail(wish_fault("which application? exchange.client_id, or --app-id ID"));
    if (wish.object_id.empty() && !options.undo)
        return fail(wish_fault(
            "exchange.object_id, or --object-id ID: the object id of the enterprise application in "
            "Entra (not that of the app registration)"));
    return wish;
}

Result<SetupWish> wish_of(const Desk& desk, ExchangePlace place) {
    SetupWish wish{.name = desk.options.name};
    if (!desk.options.undo) {
        auto filter = filter_of(desk);
        if (!filter) return fail(filter.error());
        wish.filter = *std::move(filter);
    }
    return place == ExchangePlace::server ? server_wish(desk, std::move(wish))
                                          : online_wish(desk, std::move(wish));
}

/// Of the sync's own application or account; another one's secrets are not here.
bool is_own(const Desk& desk, const SetupWish& wish) {
    const auto& exchange = desk.config.exchange;
    return wish.place == ExchangePlace::online
               ? wish.app_id == exchange.client_id
               : wish.account == exchange.user || desk.options.account.empty();
}

void try_the_way(const Desk& desk, const ProbeMailboxes& probes, SetupStory& story) {
    if (!is_own(desk, *story.wish)) {
        story.notes.emplace_back(
            "not tried by the sync's own way: it logs in as somebody else (see the configuration)");
        return;
    }
    for (const auto* mailbox : {&probes.inside, &probes.outside}) {
        if (mailbox->empty()) continue;
        const auto tried = try_access(desk.config, *mailbox);
        if (!tried) {
            story.notes.push_back("not tried by the sync's own way: " + to_text(tried.error()));
            return;
        }
        story.proofs.push_back(mailbox == &probes.outside
                                   ? judge_outside(*tried)
                                   : judge_inside(*tried, story.wish->place));
    }
}

void prove(const Desk& desk, ExchangeSetup& setup, SetupStory& story) {
    auto probes = desk.options.probes;
    const auto left_out = await(ask_left_out(desk.session, *story.wish, desk.synced));
    if (probes.inside.empty() && !desk.synced.empty()) probes.inside = desk.synced.front();
    if (probes.outside.empty()) probes.outside = left_out.outside;
    if (probes.inside.empty())
        story.notes.emplace_back(
            "no synchronised mailbox is known: --inside MAIL names one to try");
    if (probes.outside.empty())
        story.notes.emplace_back(
            "no mailbox outside of the scope is known: --outside MAIL names one that must be "
            "refused");
    story.proofs = await(setup.prove(setup_proofs(*story.wish, probes)));
    story.proofs.push_back(judge_left_out(left_out));
    // A mailbox may let us wait for long, and only a session's calls hear signals while it lives.
    desk.end_session();
    try_the_way(desk, probes, story);
}

/// Exchange lets the sync at a mailbox that it must not reach.
bool reaches_too_far(const SetupStory& story) {
    return std::ranges::any_of(story.proofs, [](const ProofReport& proof) {
        const bool is_of_outside = proof.key == "access_outside" || proof.key == "out_of_scope";
        return is_of_outside && !proof.wrong.empty();
    });
}

ExitCode exit_code_of(const SetupStory& story) {
    const bool is_stopped =
        has(story.report, Outcome::failed) || has(story.report, Outcome::unconfirmed);
    if (is_stopped || reaches_too_far(story)) return ExitCode::failed;
    const bool is_proven = std::ranges::all_of(
        story.proofs, [](const ProofReport& proof) { return proof.wrong.empty(); });
    return is_proven ? ExitCode::done : ExitCode::item_errors;
}

ExitCode tell(const Desk& desk, const SetupStory& story) {
    if (desk.invocation.output == Output::json) {
        fmt::print("{}\n", setup_json(story));
    } else {
        fmt::print("{}", story.dry_run ? plan_text(story) : outcome_text(story));
        for (const auto& note : story.dry_run ? story.notes : std::vector<std::string>{})
            fmt::print("# {}\n", note);
    }
    const auto code = exit_code_of(story);
    if (has(story.report, Outcome::failed)) {
        fmt::print(stderr, "hqsync: {} stopped: the rest is not run\n",
                   story.undo ? "the undo" : "the set-up");
    } else if (reaches_too_far(story)) {
        fmt::print(stderr, "hqsync: a mailbox outside of the scope is not refused\n");
    }
    return code;
}

/// Dry, with something that could not even be read, or not confirmed: no further.
std::optional<ExitCode> stop_before(const Desk& desk, const SetupStory& story,
                                    const SetupReport& survey, std::string_view question) {
    const bool is_text = desk.invocation.output == Output::text;
    if (has(survey, Outcome::failed) || desk.options.dry_run) return tell(desk, story);
    if (is_text) fmt::print("{}", plan_text(story));
    if (question.empty()) return std::nullopt;
    const auto answer = consent(desk.invocation.output, desk.options.confirmation, question);
    if (answer == Consent::given) return std::nullopt;
    return without_consent(answer);
}

ExitCode make(const Desk& desk, ExchangeSetup& setup, SetupStory story) {
    const auto survey = story.report;
    const bool differs = has(survey, Outcome::to_change);
    const bool is_new = differs || has(survey, Outcome::to_make);
    const auto stopped =
        stop_before(desk, story, survey, differs ? "Change what is there otherwise?" : "");
    if (stopped) return *stopped;
    if (desk.invocation.output == Output::text)
        fmt::print("{}", is_new ? "\n" : "Nothing is to be changed.\n");
    story.report = await(setup.make(differs ? Confirmation::given : Confirmation::ask));
    if (!has(story.report, Outcome::failed) && !has(story.report, Outcome::unconfirmed))
        prove(desk, setup, story);
    return tell(desk, story);
}

ExitCode take_back(const Desk& desk, ExchangeSetup& setup, SetupStory story) {
    const bool has_work = has(story.report, Outcome::to_undo);
    const auto stopped = stop_before(desk, story, story.report,
                                     has_work ? "Take this back? The sync loses its rights." : "");
    if (stopped) return *stopped;
    if (desk.invocation.output == Output::text) fmt::print("\n");
    story.report = await(setup.undo());
    for (const auto& question : await(setup.prove(leftover_questions(*story.wish))))
        story.left.insert(story.left.end(), question.wrong.begin(), question.wrong.end());
    return tell(desk, story);
}

std::string where_of(const Config& config, const ManagementPlace& place) {
    return place.is_online() ? "tenant " + config.exchange.tenant : place.host();
}

std::filesystem::path notes_file(const Config& config) {
    auto file = config.state_database;
    file += ".setup";
    return file;
}

ExitCode set_up(const Desk& desk, ExchangePlace place) {
    const auto wish = wish_of(desk, place);
    if (!wish) return complain(wish.error());
    auto notes = SetupNotes::read(notes_file(desk.config), desk.where);
    if (!notes) return complain(notes.error());
    const auto steps = setup_steps(*wish);
    ExchangeSetup setup(desk.session, *notes, steps);
    SetupStory story{.wish = &*wish,
                     .where = desk.where,
                     .dry_run = desk.options.dry_run,
                     .undo = desk.options.undo,
                     .report = {}};
    const bool lists_addresses = wish->filter.starts_with("PrimarySmtpAddress ");
    if (lists_addresses && desk.invocation.output == Output::text)
        fmt::print("# The filter for {} mailboxes has {} of at most {} characters.\n",
                   desk.synced.size(), wish->filter.size(), filter_octets_max);
    story.report = await(desk.options.undo ? setup.survey_undo() : setup.survey());
    return desk.options.undo ? take_back(desk, setup, std::move(story))
                             : make(desk, setup, std::move(story));
}

}  // namespace

ExitCode exchange_setup(const Invocation& invocation, const ManagementWish& wish,
                        const SetupOptions& options) {
    const auto config = load_config(invocation.config);
    if (!config) return complain(config.error());
    auto synced = options.undo ? Result<std::vector<std::string>>{} : read_synced(*config);
    const bool needs_users = options.group.empty() && options.attribute.empty();
    if (!synced && needs_users) return complain(synced.error());
    auto session = ExchangeSession::open(*config, wish);
    if (!session) return complain(session.error());
    SessionFace face(**session);
    const auto place = (*session)->is_online() ? ExchangePlace::online : ExchangePlace::server;
    const Desk desk{.invocation = invocation,
                    .options = options,
                    .config = *config,
                    .session = face,
                    .end_session =
                        [&session] {
                            // One that does not end in time would end the process with it, and
                            // nobody would read what was made.
                            if ((*session)->close()) session->reset();
                        },
                    .synced = std::move(synced).value_or(std::vector<std::string>{}),
                    .where = where_of(*config, (*session)->place())};
    return set_up(desk, place);
}

}  // namespace hqsync::app
