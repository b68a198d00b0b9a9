// Every SQL statement of the state store by name, and the schema it works on.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace hqsync::state::sql {

inline constexpr std::int32_t application_id = 0x68715354;  ///< "hqST"

inline constexpr std::string_view version_1 = R"(
CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    desired_fingerprint INTEGER NOT NULL DEFAULT 0,
    applied_rules TEXT NOT NULL DEFAULT '');
CREATE TABLE folder (
    mailbox INTEGER NOT NULL REFERENCES mailbox, role TEXT NOT NULL,
    id TEXT NOT NULL, since TEXT,
    PRIMARY KEY (mailbox, role)) WITHOUT ROWID;
CREATE TABLE shadow (
    mailbox INTEGER NOT NULL REFERENCES mailbox, contact INTEGER NOT NULL,
    item TEXT NOT NULL, change_key TEXT NOT NULL, folder TEXT NOT NULL,
    synced TEXT NOT NULL, seen TEXT,
    PRIMARY KEY (mailbox, contact)) WITHOUT ROWID;
CREATE TABLE intent (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mailbox INTEGER NOT NULL REFERENCES mailbox, kind TEXT NOT NULL, contact INTEGER NOT NULL,
    folder TEXT NOT NULL, source TEXT, card TEXT NOT NULL, synced TEXT NOT NULL,
    opened INTEGER NOT NULL);
CREATE INDEX intent_mailbox ON intent (mailbox);
CREATE TABLE item_error (
    mailbox INTEGER NOT NULL REFERENCES mailbox, contact INTEGER NOT NULL,
    code TEXT NOT NULL, detail TEXT NOT NULL, since INTEGER NOT NULL, attempts INTEGER NOT NULL,
    PRIMARY KEY (mailbox, contact)) WITHOUT ROWID;
CREATE TABLE held (
    mailbox INTEGER PRIMARY KEY REFERENCES mailbox,
    plan_hash TEXT NOT NULL, deletions INTEGER NOT NULL, managed INTEGER NOT NULL,
    by_rule_change INTEGER NOT NULL, by_hq_deletion INTEGER NOT NULL,
    source_shrunk INTEGER NOT NULL, since INTEGER NOT NULL, approved INTEGER NOT NULL);
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE setting_change (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL,
    key TEXT NOT NULL, user TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL);
CREATE TABLE pass (
    id INTEGER PRIMARY KEY AUTOINCREMENT, mailbox INTEGER NOT NULL REFERENCES mailbox,
    started INTEGER NOT NULL, ended INTEGER NOT NULL,
    created INTEGER NOT NULL, updated INTEGER NOT NULL, moved INTEGER NOT NULL,
    deleted INTEGER NOT NULL, adopted INTEGER NOT NULL, conflicts INTEGER NOT NULL,
    failed INTEGER NOT NULL, requests INTEGER NOT NULL,
    outcome TEXT NOT NULL, fault TEXT NOT NULL);
CREATE INDEX pass_mailbox ON pass (mailbox, id);
CREATE TABLE source (id INTEGER PRIMARY KEY CHECK (id = 1), contacts INTEGER NOT NULL);
)";

inline constexpr std::array<std::string_view, 1> migrations = {version_1};

// --- mailboxes
inline constexpr std::string_view make_mailbox =
    "INSERT INTO mailbox (address) VALUES (?) ON CONFLICT DO NOTHING";
inline constexpr std::string_view mailbox_id = "SELECT id FROM mailbox WHERE address = ?";
inline constexpr std::string_view mailbox_row =
    "SELECT desired_fingerprint, applied_rules, "
    "(SELECT count(*) FROM intent WHERE mailbox = m.id) + "
    "(SELECT count(*) FROM item_error WHERE mailbox = m.id) + "
    "(SELECT count(*) FROM held WHERE mailbox = m.id) FROM mailbox m WHERE id = ?";
inline constexpr std::string_view finish_mailbox =
    "UPDATE mailbox SET desired_fingerprint = ?, applied_rules = ? WHERE id = ?";
inline constexpr std::string_view folders = "SELECT role, id, since FROM folder WHERE mailbox = ?";
inline constexpr std::string_view drop_folders = "DELETE FROM folder WHERE mailbox = ?";
inline constexpr std::string_view put_folder =
    "INSERT INTO folder (mailbox, role, id, since) VALUES (?, ?, ?, ?)";

// --- shadows
inline constexpr std::string_view shadows =
    "SELECT contact, item, change_key, folder, synced, seen FROM shadow WHERE mailbox = ?";
inline constexpr std::string_view put_shadow =
    "INSERT OR REPLACE INTO shadow (mailbox, contact, item, change_key, folder, synced, seen) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)";
inline constexpr std::string_view drop_shadow =
    "DELETE FROM shadow WHERE mailbox = ? AND contact = ?";
inline constexpr std::string_view drop_shadows = "DELETE FROM shadow WHERE mailbox = ?";
inline constexpr std::string_view shadow_counts =
    "SELECT address, (SELECT count(*) FROM shadow WHERE mailbox = m.id) FROM mailbox m";

// --- intents
inline constexpr std::string_view intents =
    "SELECT id, kind, contact, folder, source, card, synced, opened FROM intent "
    "WHERE mailbox = ? ORDER BY id";
inline constexpr std::string_view put_intent =
    "INSERT INTO intent (mailbox, kind, contact, folder, source, card, synced, opened) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
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
inline constexpr std::string_view source_contacts = "SELECT contacts FROM source WHERE id = 1";
inline constexpr std::string_view put_source_contacts =
    "INSERT OR REPLACE INTO source (id, contacts) VALUES (1, ?)";

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
    "conflicts, failed, requests, outcome, fault) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
inline constexpr std::string_view thin_passes =
    "DELETE FROM pass WHERE mailbox = ? AND id <= (SELECT max(id) FROM pass) - 10000 "
    "AND id < (SELECT max(id) FROM pass WHERE mailbox = ?)";
inline constexpr std::string_view last_passes =
    "SELECT address, started, ended, created, updated, moved, deleted, adopted, conflicts, "
    "failed, requests, outcome, fault FROM pass p JOIN mailbox m ON m.id = p.mailbox "
    "WHERE p.id = (SELECT max(id) FROM pass WHERE mailbox = p.mailbox) ORDER BY address";

}  // namespace hqsync::state::sql
