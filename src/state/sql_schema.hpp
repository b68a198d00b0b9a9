// The schema of the state database, version by version; an old version is never edited.
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

/// Ids and texts as in version 1. Shadows that version 1 wrote may have been touched: they get the
/// beginning of time, never "nobody but us". All mailboxes are planned anew: version 1 saw edits of
/// readers that only version 2 takes to HQ.
inline constexpr std::string_view version_2 = R"(
ALTER TABLE mailbox ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
UPDATE mailbox SET desired_fingerprint = 0;
ALTER TABLE shadow ADD COLUMN touched_on TEXT NOT NULL DEFAULT '1970-01-01T00:00:00Z';
ALTER TABLE shadow ADD COLUMN kept TEXT;
ALTER TABLE intent ADD COLUMN copied_from TEXT;
ALTER TABLE source ADD COLUMN companies INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN projects INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN leads INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN users INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pass ADD COLUMN pulled INTEGER NOT NULL DEFAULT 0;
CREATE TABLE kept_away (
    mailbox INTEGER NOT NULL REFERENCES mailbox, contact INTEGER NOT NULL, folder TEXT NOT NULL,
    PRIMARY KEY (mailbox, contact)) WITHOUT ROWID;
CREATE TABLE doubtful (
    mailbox INTEGER NOT NULL REFERENCES mailbox, contact INTEGER NOT NULL, opened INTEGER NOT NULL,
    PRIMARY KEY (mailbox, contact)) WITHOUT ROWID;
CREATE TABLE quarrel (
    id INTEGER PRIMARY KEY, mailbox INTEGER NOT NULL REFERENCES mailbox,
    contact INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE INDEX quarrel_mailbox ON quarrel (mailbox, at);
CREATE TABLE conflict (
    id INTEGER PRIMARY KEY AUTOINCREMENT, mailbox INTEGER NOT NULL REFERENCES mailbox,
    contact INTEGER NOT NULL, field TEXT NOT NULL, hq TEXT NOT NULL, exchange TEXT NOT NULL,
    winner TEXT NOT NULL, cause TEXT NOT NULL, at INTEGER NOT NULL, taken TEXT);
CREATE INDEX conflict_field ON conflict (mailbox, contact, field, cause);
CREATE TABLE proposal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, mailbox INTEGER NOT NULL REFERENCES mailbox,
    item TEXT NOT NULL, card TEXT NOT NULL, candidates TEXT NOT NULL, state TEXT NOT NULL,
    contact INTEGER, since INTEGER NOT NULL,
    UNIQUE (mailbox, item), CHECK (state <> 'accepted' OR contact IS NOT NULL));
CREATE INDEX proposal_state ON proposal (mailbox, state);
CREATE TABLE run (id INTEGER PRIMARY KEY AUTOINCREMENT, started INTEGER NOT NULL);
CREATE TABLE backup (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL,
    mailbox INTEGER NOT NULL REFERENCES mailbox, contact INTEGER NOT NULL, kind TEXT NOT NULL,
    folder TEXT NOT NULL, before TEXT NOT NULL, at INTEGER NOT NULL, restored INTEGER);
CREATE INDEX backup_run ON backup (run, kind);
CREATE INDEX backup_at ON backup (at);
CREATE TABLE blocked (contact INTEGER PRIMARY KEY);
)";

/// Whose ids a mailbox's folders and shadows hold: up to version 2 there was Graph only.
inline constexpr std::string_view version_3 = R"(
ALTER TABLE mailbox ADD COLUMN server TEXT NOT NULL DEFAULT '';
UPDATE mailbox SET server = 'graph';
CREATE TABLE alias (
    primary_address TEXT PRIMARY KEY, address TEXT NOT NULL) WITHOUT ROWID;
)";

inline constexpr std::array<std::string_view, 3> migrations = {version_1, version_2, version_3};

}  // namespace hqsync::state::sql
