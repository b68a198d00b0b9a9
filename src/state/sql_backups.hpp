// The SQL statements on runs and backups.
#pragma once

#include <string_view>

namespace hqsync::state::sql {

// --- runs
inline constexpr std::string_view begin_run = "INSERT INTO run (started) VALUES (?)";
inline constexpr std::string_view runs =
    "SELECT id, started, "
    "(SELECT count(*) FROM backup WHERE run = r.id AND kind = 'removed'), "
    "(SELECT count(*) FROM backup WHERE run = r.id AND kind = 'overwritten') "
    "FROM run r ORDER BY id DESC LIMIT ?";
inline constexpr std::string_view drop_runs_before =
    "DELETE FROM run WHERE started < ? AND NOT EXISTS "
    "(SELECT 1 FROM backup WHERE backup.run = run.id)";

// --- backups
inline constexpr std::string_view put_backup =
    "INSERT INTO backup (run, mailbox, contact, kind, folder, before, at, restored) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
inline constexpr std::string_view backups =
    "SELECT b.id, run, address, contact, kind, folder, before, at, restored "
    "FROM backup b JOIN mailbox m ON m.id = b.mailbox WHERE run >= ?1 "
    "AND (?2 IS NULL OR address = ?2) AND (?3 IS NULL OR contact = ?3) ORDER BY b.id";
inline constexpr std::string_view restore_backup = "UPDATE backup SET restored = ? WHERE id = ?";
inline constexpr std::string_view drop_backups_before = "DELETE FROM backup WHERE at < ?";

}  // namespace hqsync::state::sql
