// hqsync conflicts: what both sides had changed, and taking the other side's value afterwards.
// Contents are printed on stdout only.
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "app/context.hpp"
#include "app/json.hpp"
#include "app/table.hpp"
#include "async/await.hpp"
#include "card/write_back.hpp"

namespace hqsync::app {
namespace {

using reconcile::Side;

constexpr std::size_t conflicts_max = 1'000'000;
constexpr std::size_t shown_max = 40;  // columns of a text in the table
constexpr int tries_max = 3;           // HQ's record may change between reading and writing

/// The beginning of a long text, never in the middle of a sign.
std::string shortened(const std::string& text) {
    if (text.size() <= shown_max) return text;
    auto end = shown_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end) + "…";
}

void print_text(const std::vector<Conflict>& conflicts) {
    if (conflicts.empty()) {
        fmt::print("No field was changed on both sides.\n");
        return;
    }
    using enum Table::Align;
    Table table({{"id", right},
                 {"when"},
                 {"mailbox"},
                 {"contact", right},
                 {"field"},
                 {"hq"},
                 {"exchange"},
                 {"winner"},
                 {"cause"},
                 {"taken"}});
    for (const auto& each : conflicts)
        table.add({fmt::to_string(each.id), iso_time(each.at), each.mailbox.value(),
                   fmt::to_string(each.contact.value()), std::string(name(each.field)),
                   shortened(each.hq), shortened(each.exchange),
                   std::string(reconcile::name(each.winner)), each.cause,
                   each.taken ? std::string(reconcile::name(*each.taken)) : ""});
    fmt::print("{}", table.text());
}

void print_json(const std::vector<Conflict>& conflicts) {
    Json json;
    json.begin_array();
    for (const auto& each : conflicts) {
        json.begin_object();
        json.field("id", each.id);
        json.field("when", iso_time(each.at));
        json.field("mailbox", each.mailbox.value());
        json.field("contact", each.contact.value());
        json.field("field", name(each.field));
        json.field("hq", each.hq);
        json.field("exchange", each.exchange);
        json.field("winner", reconcile::name(each.winner));
        json.field("cause", each.cause);
        json.key("taken");
        if (each.taken) {
            json.value(reconcile::name(*each.taken));
        } else {
            json.null();
        }
        json.end_object();
    }
    json.end_array();
    fmt::print("{}\n", json.text());
}

Fault unknown(std::int64_t id) {
    return {.reach = Reach::item,
            .code = "conflict.unknown",
            .detail = fmt::format("there is no conflict {}; hqsync conflicts lists them", id)};
}

Fault refused(const Conflict& conflict) {
    return {.reach = Reach::item,
            .code = "conflict.refused",
            .detail = fmt::format("HQ cannot hold this {} of contact {}; nothing was changed",
                                  name(conflict.field), conflict.contact.value())};
}

/// The text of that side as HQ is to have it: a placeholder stands for no address.
std::string text_for_hq(const Conflict& conflict, Side side, const settings::Settings& settings) {
    const auto& text = side == Side::hq ? conflict.hq : conflict.exchange;
    const bool is_made_up =
        conflict.field == Field::email1 && reconcile::is_placeholder(settings.policies, text);
    return is_made_up ? std::string() : text;
}

enum class Taken : std::uint8_t { written, there_already };

/// Writes on top of what HQ has now; HQ decides by UpdatedOn whether it still has that.
Result<Taken> write_to_hq(const HqLine& hq, const Directory& directory, const Conflict& conflict,
                          Side side) {
    const std::vector<FieldChange> changes{
        {conflict.field, text_for_hq(conflict, side, directory.settings)}};
    card::CardMaker maker(directory.settings.card);
    for (int tries = 1;; ++tries) {
        const auto person = hq.run(hq.writer().read(conflict.contact));
        if (!person) return fail(person.error());
        const auto seen = reconcile::with(maker.make(*directory.snapshot, *person), changes);
        const auto back = card::write_back(*person, changes, seen, directory.settings.card);
        if (!back.refused.empty()) return fail(refused(conflict));
        if (back.contact == *person) return Taken::there_already;
        const auto stored = hq.run(hq.writer().replace(*person, back.contact));
        if (stored) return Taken::written;
        if (!stored.error().transient || tries == tries_max) return fail(stored.error());
    }
}

}  // namespace

ExitCode list_conflicts(const Invocation& invocation, const ConflictsWish& wish) {
    const auto reading = open_reading(invocation);
    if (!reading) return complain(reading.error());
    const auto limit = wish.user.empty() ? wish.limit : conflicts_max;
    auto conflicts = await(reading->state->conflicts(limit));
    if (!conflicts) return complain(conflicts.error());
    if (!wish.user.empty()) {
        const auto mailbox = mailbox_named(wish.user);
        std::erase_if(*conflicts, [&](const auto& each) { return each.mailbox != mailbox; });
        const bool is_known = !conflicts->empty() || reading->directory.users.contains(mailbox);
        if (!is_known) return complain(user_named(reading->directory, wish.user).error());
        conflicts->resize(std::min(conflicts->size(), wish.limit));
    }
    if (invocation.output == Output::json) {
        print_json(*conflicts);
    } else {
        print_text(*conflicts);
    }
    return ExitCode::done;
}

ExitCode take_conflict(const Invocation& invocation, std::int64_t id, const std::string& side) {
    if (side != "hq" && side != "exchange")
        return refuse(fmt::format("{} is no side: hq or exchange", side));
    const auto wanted = side == "hq" ? Side::hq : Side::exchange;
    const auto reading = open_reading(invocation);
    if (!reading) return complain(reading.error());
    const auto conflict = await(reading->state->conflict(id));
    if (!conflict) return complain(conflict.error());
    if (!*conflict) return complain(unknown(id));
    // It won, and what it had then may be old by now.
    const bool has_hq_won = (*conflict)->taken.value_or((*conflict)->winner) == Side::hq;
    if (has_hq_won && wanted == Side::hq) {
        fmt::print("HQ has this {} of contact {} already.\n", name((*conflict)->field),
                   (*conflict)->contact.value());
        return ExitCode::done;
    }
    const auto hq = open_hq(reading->config);
    if (!hq) return complain(hq.error());
    const auto taken = write_to_hq(**hq, reading->directory, **conflict, wanted);
    if (!taken) return complain(taken.error());
    const auto noted = await(reading->state->take(id, wanted));
    if (!noted) return complain(noted.error());
    const auto contact = (*conflict)->contact.value();
    const auto field = name((*conflict)->field);
    if (*taken == Taken::there_already) {
        fmt::print("HQ has this {} of contact {} already.\n", field, contact);
    } else {
        fmt::print(
            "Stored: HQ has the {} of contact {} from {} now. The next sync brings it to "
            "all mailboxes.\n",
            field, contact, wanted == Side::hq ? "its own former value" : "the mailbox");
    }
    return ExitCode::done;
}

}  // namespace hqsync::app
