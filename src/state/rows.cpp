// What cannot have been written by us is damage, and said so.
#include "state/rows.hpp"

#include <utility>

#include "state/card_json.hpp"

namespace hqsync::state {

using reconcile::Shadow;
using sqlite::Query;

namespace {

constexpr int corrupt = 11;  // SQLITE_CORRUPT; the header is bound to the floor sqlite

/// An unreadable card is never taken for an empty one: what the reader typed would count as HQ's.
ContactCard card(const std::string& json) {
    auto decoded = decode_card(json);
    if (!decoded) throw sqlite::Error(corrupt, "unreadable card");
    return *std::move(decoded);
}

Intent::Kind kind(const std::string& text) {
    if (text == "create") return Intent::Kind::create;
    if (text == "move") return Intent::Kind::move;
    throw sqlite::Error(corrupt, "unknown kind of intent");
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

/// A role that no version ever wrote means that somebody wrote into the file.
FolderRole role(const std::string& text) {
    const auto found = folder_role_named(text);
    if (!found) throw sqlite::Error(corrupt, "unknown folder role");
    return *found;
}

Shadow read_shadow(Query& query) {
    Shadow shadow;
    shadow.item = ItemId(query.text());
    shadow.change_key = ChangeKey(query.text());
    shadow.folder = role(query.text());
    shadow.synced = card(query.text());
    const auto seen = query.optional_text();
    shadow.seen = seen ? card(*seen) : shadow.synced;
    return shadow;
}

Intent read_intent(Query& query) {
    Intent intent;
    intent.id = query.integer();
    intent.kind = kind(query.text());
    intent.contact = ContactId(query.integer());
    intent.folder = role(query.text());
    const auto source = query.optional_text();
    if (source) intent.source = ItemId(*source);
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

}  // namespace hqsync::state
