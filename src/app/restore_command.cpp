// hqsync restore: shows what would be put back into a mailbox, asks, and puts it back.
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "app/confirm.hpp"
#include "app/context.hpp"
#include "app/field_names.hpp"
#include "app/json.hpp"
#include "app/table.hpp"
#include "async/await.hpp"
#include "engine/restore.hpp"

namespace hqsync::app {
namespace {

using engine::Restored;
using Way = Restored::Way;

constexpr std::size_t runs_max = 1'000'000;

std::string_view way_name(Way way) {
    switch (way) {
        case Way::edited: return "edited";
        case Way::recreated: return "recreated";
        case Way::awaited: return "awaited";
        case Way::unchanged: return "unchanged";
    }
    return "unknown";
}

std::string_view sentence(Way way) {
    switch (way) {
        case Way::edited: return "its item gets the old texts";
        case Way::recreated: return "becomes a contact of the user's own";
        case Way::awaited: return "HQ wants it here: the next sync brings it";
        case Way::unchanged: return "nothing: it shows the old texts";
    }
    return "";
}

void print_text(const std::vector<Restored>& results) {
    Table table({{"contact", Table::Align::right}, {"what"}, {"folder"}, {"fields"}});
    for (const auto& each : results)
        table.add({fmt::to_string(each.contact.value()),
                   each.fault ? "failed: " + to_text(*each.fault) : std::string(sentence(each.way)),
                   std::string(name(each.folder)), field_names(each.fields)});
    fmt::print("{}", table.text());
}

void print_json(const RestoreWish& wish, const std::vector<Restored>& results, bool is_done) {
    Json json;
    json.begin_object();
    json.field("mailbox", mailbox_named(wish.user).value());
    json.field("before", wish.before_run);
    json.field("done", is_done);
    json.key("contacts");
    json.begin_array();
    for (const auto& each : results) {
        json.begin_object();
        json.field("contact", each.contact.value());
        json.field("way", way_name(each.way));
        json.field("folder", name(each.folder));
        json.key("fields");
        json.begin_array();
        for (const auto field : each.fields)
            json.value(name(field));
        json.end_array();
        json.key("fault");
        if (each.fault) {
            json.value(to_text(*each.fault));
        } else {
            json.null();
        }
        json.end_object();
    }
    json.end_array();
    json.end_object();
    fmt::print("{}\n", json.text());
}

Result<std::vector<Restored>> carry_out(Works& works, const engine::RestoreRequest& request) {
    auto results = await_on(works.line->context, engine::restore(works.ports(), request));
    if (!results)
        return fail({.reach = Reach::run, .code = "run.stopped", .detail = "it was stopped"});
    return std::move(*results);
}

/// What the command line asks for; checked against HQ and the runs that are remembered.
Result<engine::RestoreRequest> request_of(const Works& works, const RestoreWish& wish) {
    const auto directory = read_directory(*works.hq, *works.state);
    if (!directory) return fail(directory.error());
    const auto user = user_named(*directory, wish.user);
    if (!user) return fail(user.error());
    const auto runs = await(works.state->runs(runs_max));
    if (!runs) return fail(runs.error());
    if (std::ranges::find(*runs, wish.before_run, &RunRecord::id) == runs->end())
        return fail({.reach = Reach::item,
                     .code = "restore.unknown_run",
                     .detail = fmt::format("run {} is not known, or not any more; hqsync backup "
                                           "lists the runs",
                                           wish.before_run)});
    engine::RestoreRequest request{.mailbox = mailbox_named(wish.user),
                                   .before_run = wish.before_run,
                                   .contact = {},
                                   .wanted = {},
                                   .dry_run = true};
    if (wish.contact) request.contact = ContactId(*wish.contact);
    const auto placements = placements_of(*directory);
    for (const auto& contacts : {placements.mine(*user), placements.global(*user)})
        request.wanted.insert(contacts.begin(), contacts.end());
    return request;
}

bool is_work(const Restored& restored) {
    return restored.way == Way::edited || restored.way == Way::recreated;
}

ExitCode told(const Invocation& invocation, const RestoreWish& wish,
              const std::vector<Restored>& results, bool is_done) {
    if (invocation.output == Output::json) print_json(wish, results, is_done);
    const auto failed =
        std::ranges::count_if(results, [](const Restored& each) { return each.fault.has_value(); });
    return failed > 0 ? ExitCode::item_errors : ExitCode::done;
}

}  // namespace

ExitCode restore(const Invocation& invocation, const RestoreWish& wish) {
    const auto config = load_config(invocation.config);
    if (!config) return complain(config.error());
    auto works = open_works(*config, wish.dry_run ? Share::beside_a_run : Share::run);
    if (!works) return complain(works.error());
    auto request = request_of(*works, wish);
    if (!request) return complain(request.error());
    const auto planned = carry_out(*works, *request);
    if (!planned) return complain(planned.error());
    if (planned->empty() && wish.contact)
        return complain(
            {.reach = Reach::item,
             .code = "restore.nothing",
             .detail = fmt::format("nothing of contact {} was overwritten or removed in "
                                   "this mailbox since run {}, or it was put back",
                                   *wish.contact, wish.before_run)});
    const bool is_text = invocation.output == Output::text;
    if (is_text && planned->empty())
        fmt::print("Nothing of this mailbox was overwritten or removed since run {}.\n",
                   wish.before_run);
    if (is_text && !planned->empty()) print_text(*planned);
    if (wish.dry_run || std::ranges::none_of(*planned, is_work))
        return told(invocation, wish, *planned, false);

    const auto agreed = consent(invocation.output, wish.confirmation, "Put it back?");
    if (agreed != Consent::given) {
        if (!is_text) print_json(wish, *planned, false);
        return without_consent(agreed);
    }
    request->dry_run = false;
    const auto results = carry_out(*works, *request);
    if (!results) return complain(results.error());
    if (is_text) {
        const auto count = std::ranges::count_if(
            *results, [](const Restored& each) { return is_work(each) && !each.fault; });
        fmt::print("Put back: {} contacts.\n", count);
        for (const auto& each : *results)
            if (each.fault)
                fmt::print("contact {}: failed: {}\n", each.contact.value(), to_text(*each.fault));
    }
    return told(invocation, wish, *results, true);
}

}  // namespace hqsync::app
