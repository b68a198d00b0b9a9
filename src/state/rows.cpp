// What cannot have been written by us is damage, and said so.
#include "state/rows.hpp"

#include <utility>

#include "state/card_json.hpp"
#include "state/contact_ids_json.hpp"
#include "state/field_changes_json.hpp"

namespace hqsync::state {

using reconcile::Shadow;
using reconcile::Side;
using sqlite::Query;

namespace {

constexpr int corrupt = 11;  // SQLITE_CORRUPT; the header is bound to the floor sqlite

template <class T>
T known(std::optional<T> value, const char* damage) {
    if (!value) throw sqlite::Error(corrupt, damage);
    return *std::move(value);
}

/// An unreadable card is never taken for an empty one: what the reader typed would count as HQ's.
ContactCard card(const std::string& json) {
    return known(decode_card(json), "unreadable card");
}

Intent::Kind intent_kind(const std::string& text) {
    for (const auto kind : {Intent::Kind::create, Intent::Kind::move, Intent::Kind::update}) {
        if (text == name(kind)) return kind;
    }
    throw sqlite::Error(corrupt, "unknown kind of intent");
}

Side side(const std::string& text) {
    for (const auto side : {Side::hq, Side::exchange}) {
        if (text == name(side)) return side;
    }
    throw sqlite::Error(corrupt, "unknown side");
}

Proposal::State proposal_state(const std::string& text) {
    using enum Proposal::State;
    for (const auto state : {open, dismissed, accepting, accepted, erased}) {
        if (text == name(state)) return state;
    }
    throw sqlite::Error(corrupt, "unknown state of a proposal");
}

Backup::Kind backup_kind(const std::string& text) {
    for (const auto kind : {Backup::Kind::overwritten, Backup::Kind::removed}) {
        if (text == name(kind)) return kind;
    }
    throw sqlite::Error(corrupt, "unknown kind of backup");
}

}  // namespace

std::int64_t milliseconds(Instant instant) {
    return instant.time_since_epoch().count();
}
Instant instant(std::int64_t milliseconds) {
    return Instant(Milliseconds(milliseconds));
}

std::int64_t number(std::size_t count) {
    return static_cast<std::int64_t>(count);
}
std::size_t size(std::int64_t count) {
    return static_cast<std::size_t>(count);
}

std::string_view name(Proposal::State state) {
    switch (state) {
        case Proposal::State::open: return "open";
        case Proposal::State::dismissed: return "dismissed";
        case Proposal::State::accepting: return "accepting";
        case Proposal::State::accepted: return "accepted";
        case Proposal::State::erased: return "erased";
    }
    std::unreachable();
}

std::string_view name(Intent::Kind kind) {
    switch (kind) {
        case Intent::Kind::create: return "create";
        case Intent::Kind::move: return "move";
        case Intent::Kind::update: return "update";
    }
    std::unreachable();
}

std::string_view name(Backup::Kind kind) {
    return kind == Backup::Kind::removed ? "removed" : "overwritten";
}

/// A role that no version ever wrote means that somebody wrote into the file.
FolderRole role(const std::string& text) {
    return known(folder_role_named(text), "unknown folder role");
}

Shadow read_shadow(Query& query) {
    Shadow shadow;
    shadow.item = ItemId(query.text());
    shadow.change_key = ChangeKey(query.text());
    shadow.folder = role(query.text());
    shadow.synced = card(query.text());
    const auto seen = query.optional_text();
    shadow.seen = seen ? card(*seen) : shadow.synced;
    shadow.touched_on = query.text();
    if (const auto kept = query.optional_text()) {
        shadow.kept = known(decode_field_changes(*kept), "unknown form of fields");
    }
    return shadow;
}

Intent read_intent(Query& query) {
    Intent intent;
    intent.id = query.integer();
    intent.kind = intent_kind(query.text());
    intent.contact = ContactId(query.integer());
    intent.folder = role(query.text());
    const auto source = query.optional_text();
    if (source) intent.source = ItemId(*source);
    const auto copied_from = query.optional_text();
    if (copied_from) intent.copied_from = ChangeKey(*copied_from);
    intent.card = card(query.text());
    intent.synced = card(query.text());
    intent.opened = instant(query.integer());
    return intent;
}

ItemError read_item_error(Query& query) {
    ItemError error;
    error.contact = ContactId(query.integer());
    error.code = query.text();
    error.detail = query.text();
    error.since = instant(query.integer());
    error.attempts = static_cast<std::uint32_t>(query.integer());
    return error;
}

Conflict read_conflict(Query& query) {
    Conflict conflict;
    conflict.id = query.integer();
    conflict.mailbox = MailboxAddress(query.text());
    conflict.contact = ContactId(query.integer());
    conflict.field = known(field_named(query.text()), "unknown field of a conflict");
    conflict.hq = query.text();
    conflict.exchange = query.text();
    conflict.winner = side(query.text());
    conflict.cause = query.text();
    conflict.at = instant(query.integer());
    const auto taken = query.optional_text();
    if (taken) conflict.taken = side(*taken);
    return conflict;
}

Proposal read_proposal(Query& query) {
    Proposal proposal;
    proposal.id = query.integer();
    proposal.mailbox = MailboxAddress(query.text());
    proposal.item = ItemId(query.text());
    proposal.card = card(query.text());
    proposal.candidates = known(decode_contact_ids(query.text()), "unreadable candidates");
    proposal.state = proposal_state(query.text());
    const auto contact = query.optional_integer();
    if (contact) proposal.contact = ContactId(*contact);
    if (proposal.state == Proposal::State::accepted && !contact) {
        throw sqlite::Error(corrupt, "accepted proposal without contact");
    }
    proposal.since = instant(query.integer());
    return proposal;
}

Backup read_backup(Query& query) {
    Backup backup;
    backup.id = query.integer();
    backup.run = query.integer();
    backup.mailbox = MailboxAddress(query.text());
    backup.contact = ContactId(query.integer());
    backup.kind = backup_kind(query.text());
    backup.folder = role(query.text());
    backup.before = known(decode_field_changes(query.text()), "unreadable backup");
    backup.at = instant(query.integer());
    const auto restored = query.optional_integer();
    if (restored) backup.restored = instant(*restored);
    return backup;
}

}  // namespace hqsync::state
