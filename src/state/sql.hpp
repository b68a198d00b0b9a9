// The SQL statements on mailboxes, their shadows and intents, on the guard, the settings and the
// passes.
#pragma once

#include <string_view>

namespace hqsync::state::sql {

// --- mailboxes
inline constexpr std::string_view make_mailbox =
    "INSERT INTO mailbox (address) VALUES (?) ON CONFLICT DO NOTHING";
inline constexpr std::string_view mailbox_id = "SELECT id FROM mailbox WHERE address = ?";
inline constexpr std::string_view mailbox_row =
    "SELECT asked, desired_fingerprint, applied_rules, server, "
    "(SELECT count(*) FROM intent WHERE mailbox = m.id) + "
    "(SELECT count(*) FROM item_error WHERE mailbox = m.id) + "
    "(SELECT count(*) FROM held WHERE mailbox = m.id) + "
    "(SELECT count(*) FROM proposal WHERE mailbox = m.id AND state = 'accepted') "
    "FROM mailbox m WHERE id = ?";
/// Whoever asked for work after the pass had read its mailbox is heard by the next one.
inline constexpr std::string_view finish_mailbox =
    "UPDATE mailbox SET desired_fingerprint = CASE WHEN asked = ? THEN ? ELSE 0 END, "
    "applied_rules = ?, server = ? WHERE id = ?";
inline constexpr std::string_view forget_mailbox =
    "UPDATE mailbox SET desired_fingerprint = 0, applied_rules = '', server = '' WHERE id = ?";
inline constexpr std::string_view ask_mailbox =
    "UPDATE mailbox SET desired_fingerprint = 0, asked = asked + 1 WHERE id = ?";
inline constexpr std::string_view folders = "SELECT role, id, since FROM folder WHERE mailbox = ?";
inline constexpr std::string_view drop_folders = "DELETE FROM folder WHERE mailbox = ?";
inline constexpr std::string_view put_folder =
    "INSERT INTO folder (mailbox, role, id, since) VALUES (?, ?, ?, ?)";

inline constexpr std::string_view aliases = "SELECT primary_address, address FROM alias";
inline constexpr std::string_view put_alias =
    "INSERT OR REPLACE INTO alias (primary_address, address) VALUES (?, ?)";

// --- shadows
inline constexpr std::string_view shadows =
    "SELECT contact, item, change_key, folder, synced, seen, touched_on, kept FROM shadow "
    "WHERE mailbox = ?";
inline constexpr std::string_view put_shadow =
    "INSERT OR REPLACE INTO shadow (mailbox, contact, item, change_key, folder, synced, seen, "
    "touched_on, kept) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
inline constexpr std::string_view drop_shadow =
    "DELETE FROM shadow WHERE mailbox = ? AND contact = ?";
inline constexpr std::string_view drop_shadows = "DELETE FROM shadow WHERE mailbox = ?";
inline constexpr std::string_view shadow_counts =
    "SELECT address, (SELECT count(*) FROM shadow WHERE mailbox = m.id) FROM mailbox m";

// --- intents
inline constexpr std::string_view intents =
    "SELECT id, kind, contact, folder, source, copied_from, card, synced, opened FROM intent "
    "WHERE mailbox = ? ORDER BY id";
inline constexpr std::string_view put_intent =
    "INSERT INTO intent (mailbox, kind, contact, folder, source, copied_from, card, synced, "
    "opened) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
inline constexpr std::string_view drop_intent = "DELETE FROM intent WHERE id = ?";

// --- item errors
inline constexpr std::string_view item_errors =
    "SELECT contact, code, detail, since, attempts FROM item_error WHERE mailbox = ?";
inline constexpr std::string_view all_item_errors =
    "SELECT address, contact, code, detail, since, attempts FROM item_error e "
    "JOIN mailbox m ON m.id = e.mailbox ORDER BY address, contact";
inline constexpr std::string_view put_item_error =
    "INSERT OR REPLACE INTO item_error (mailbox, contact, code, detail, since, attempts) "
    "VALUES (?, ?, ?, ?, ?, ?)";
inline constexpr std::string_view drop_item_error =
    "DELETE FROM item_error WHERE mailbox = ? AND contact = ?";

// --- guard
inline constexpr std::string_view put_held =
    "INSERT INTO held (mailbox, plan_hash, deletions, managed, by_rule_change, by_hq_deletion, "
    "source_shrunk, since, approved) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (mailbox) DO UPDATE SET "
    "approved = CASE WHEN plan_hash = excluded.plan_hash THEN approved ELSE excluded.approved END, "
    "since = CASE WHEN plan_hash = excluded.plan_hash THEN since ELSE excluded.since END, "
    "plan_hash = excluded.plan_hash, deletions = excluded.deletions, managed = excluded.managed, "
    "by_rule_change = excluded.by_rule_change, by_hq_deletion = excluded.by_hq_deletion, "
    "source_shrunk = excluded.source_shrunk";
inline constexpr std::string_view held =
    "SELECT address, plan_hash, deletions, managed, by_rule_change, by_hq_deletion, "
    "source_shrunk, since, approved FROM held h JOIN mailbox m ON m.id = h.mailbox "
    "ORDER BY address";
inline constexpr std::string_view approve =
    "UPDATE held SET approved = 1 WHERE plan_hash = ? RETURNING mailbox";
inline constexpr std::string_view drop_held = "DELETE FROM held WHERE mailbox = ?";

// --- source
inline constexpr std::string_view source_counts =
    "SELECT contacts, companies, projects, leads, users FROM source WHERE id = 1";
inline constexpr std::string_view put_source_counts =
    "INSERT OR REPLACE INTO source (id, contacts, companies, projects, leads, users) "
    "VALUES (1, ?, ?, ?, ?, ?)";

// --- settings
inline constexpr std::string_view settings = "SELECT key, value FROM setting";
inline constexpr std::string_view put_setting =
    "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)";
inline constexpr std::string_view drop_setting = "DELETE FROM setting WHERE key = ?";
inline constexpr std::string_view put_setting_change =
    "INSERT INTO setting_change (at, who, key, user, old, new) VALUES (?, ?, ?, ?, ?, ?)";
inline constexpr std::string_view setting_history =
    "SELECT at, who, key, user, old, new FROM setting_change ORDER BY id DESC LIMIT ?";

// --- passes
inline constexpr std::string_view put_pass =
    "INSERT INTO pass (mailbox, started, ended, created, updated, moved, deleted, adopted, "
    "conflicts, pulled, failed, requests, outcome, fault) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
inline constexpr std::string_view thin_passes =
    "DELETE FROM pass WHERE mailbox = ? AND id <= (SELECT max(id) FROM pass) - 10000 "
    "AND id < (SELECT max(id) FROM pass WHERE mailbox = ?)";
inline constexpr std::string_view last_passes =
    "SELECT address, started, ended, created, updated, moved, deleted, adopted, conflicts, "
    "pulled, failed, requests, outcome, fault FROM pass p JOIN mailbox m ON m.id = p.mailbox "
    "WHERE p.id = (SELECT max(id) FROM pass WHERE mailbox = p.mailbox) ORDER BY address";

}  // namespace hqsync::state::sql
