// The SQL statements on what people decide, and on what passes remember about single contacts.
#pragma once

#include <string_view>

namespace hqsync::state::sql {

// --- conflicts
/// Nothing happens when the latest undecided one of that field and cause shows the same texts.
inline constexpr std::string_view put_conflict =
    "INSERT INTO conflict (mailbox, contact, field, hq, exchange, winner, cause, at, taken) "
    "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE NOT EXISTS ("
    "SELECT 1 FROM conflict WHERE hq = ?4 AND exchange = ?5 AND taken IS NULL AND id = ("
    "SELECT max(id) FROM conflict WHERE mailbox = ?1 AND contact = ?2 AND field = ?3 "
    "AND cause = ?7))";
inline constexpr std::string_view conflicts =
    "SELECT c.id, address, contact, field, hq, exchange, winner, cause, at, taken "
    "FROM conflict c JOIN mailbox m ON m.id = c.mailbox ORDER BY c.id DESC LIMIT ?";
inline constexpr std::string_view conflict =
    "SELECT c.id, address, contact, field, hq, exchange, winner, cause, at, taken "
    "FROM conflict c JOIN mailbox m ON m.id = c.mailbox WHERE c.id = ?";
inline constexpr std::string_view take_conflict = "UPDATE conflict SET taken = ? WHERE id = ?";
inline constexpr std::string_view drop_conflicts_before = "DELETE FROM conflict WHERE at < ?";

// --- proposals
inline constexpr std::string_view put_proposal =
    "INSERT INTO proposal (mailbox, item, card, candidates, state, contact, since) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (mailbox, item) DO UPDATE SET "
    "card = excluded.card, candidates = "
    "CASE state WHEN 'dismissed' THEN candidates ELSE excluded.candidates END";
inline constexpr std::string_view drop_proposal =
    "DELETE FROM proposal WHERE mailbox = ? AND item = ?";
inline constexpr std::string_view proposals =
    "SELECT p.id, address, item, card, candidates, state, contact, since "
    "FROM proposal p JOIN mailbox m ON m.id = p.mailbox ORDER BY p.id";
inline constexpr std::string_view proposals_of_mailbox =
    "SELECT p.id, address, item, card, candidates, state, contact, since "
    "FROM proposal p JOIN mailbox m ON m.id = p.mailbox WHERE p.mailbox = ?";
inline constexpr std::string_view proposal =
    "SELECT p.id, address, item, card, candidates, state, contact, since "
    "FROM proposal p JOIN mailbox m ON m.id = p.mailbox WHERE p.id = ?";
inline constexpr std::string_view set_proposal =
    "UPDATE proposal SET state = ?, contact = ? WHERE id = ? RETURNING mailbox";

// --- kept away
inline constexpr std::string_view put_kept_away =
    "INSERT OR REPLACE INTO kept_away (mailbox, contact, folder) VALUES (?, ?, ?)";
inline constexpr std::string_view drop_kept_away =
    "DELETE FROM kept_away WHERE mailbox = ? AND contact = ?";
inline constexpr std::string_view kept_away_of_mailbox =
    "SELECT contact, folder FROM kept_away WHERE mailbox = ?";
inline constexpr std::string_view kept_away =
    "SELECT address, contact, folder FROM kept_away k JOIN mailbox m ON m.id = k.mailbox";
inline constexpr std::string_view bring_back =
    "DELETE FROM kept_away WHERE mailbox = (SELECT id FROM mailbox WHERE address = ?) "
    "AND contact = ? RETURNING mailbox";

// --- doubtful
inline constexpr std::string_view doubt_intent =
    "INSERT INTO doubtful (mailbox, contact, opened) "
    "SELECT mailbox, contact, opened FROM intent WHERE id = ? "
    "ON CONFLICT (mailbox, contact) DO UPDATE SET opened = max(opened, excluded.opened)";
inline constexpr std::string_view doubtful =
    "SELECT contact FROM doubtful WHERE mailbox = ? AND opened >= ?";
inline constexpr std::string_view thin_doubtful =
    "DELETE FROM doubtful WHERE mailbox = ?1 AND opened < "
    "(SELECT max(opened) FROM doubtful WHERE mailbox = ?1) - ?2";

// --- quarrels
inline constexpr std::string_view put_quarrel =
    "INSERT INTO quarrel (mailbox, contact, at) VALUES (?, ?, ?)";
inline constexpr std::string_view quarrels =
    "SELECT contact, count(*) FROM quarrel WHERE mailbox = ? AND at >= ? GROUP BY contact";
inline constexpr std::string_view thin_quarrels =
    "DELETE FROM quarrel WHERE mailbox = ?1 AND at < "
    "(SELECT max(at) FROM quarrel WHERE mailbox = ?1) - ?2";

}  // namespace hqsync::state::sql
