// The SQL statements that take one contact out of every table.
#pragma once

#include <string_view>

namespace hqsync::state::sql {

inline constexpr std::string_view block =
    "INSERT INTO blocked (contact) VALUES (?) ON CONFLICT DO NOTHING";
inline constexpr std::string_view blocked = "SELECT contact FROM blocked";

inline constexpr std::string_view erase_shadows =
    "DELETE FROM shadow WHERE contact = ? RETURNING mailbox";
inline constexpr std::string_view erase_intents =
    "DELETE FROM intent WHERE contact = ? RETURNING mailbox";
inline constexpr std::string_view erase_backups =
    "DELETE FROM backup WHERE contact = ? RETURNING mailbox";
inline constexpr std::string_view erase_conflicts =
    "DELETE FROM conflict WHERE contact = ? RETURNING mailbox";
/// Its card shows what the contact's does, or may. The item is still there: it must not be proposed
/// again.
inline constexpr std::string_view erase_proposals =
    "UPDATE proposal SET card = '{}', candidates = '[]', contact = NULL, state = 'erased' "
    "WHERE contact = ?1 OR "
    "EXISTS (SELECT 1 FROM json_each(candidates) WHERE value = ?1) RETURNING mailbox";
inline constexpr std::string_view erase_item_errors =
    "DELETE FROM item_error WHERE contact = ? RETURNING mailbox";
inline constexpr std::string_view erase_kept_away =
    "DELETE FROM kept_away WHERE contact = ? RETURNING mailbox";
inline constexpr std::string_view erase_doubtful =
    "DELETE FROM doubtful WHERE contact = ? RETURNING mailbox";
inline constexpr std::string_view erase_quarrels =
    "DELETE FROM quarrel WHERE contact = ? RETURNING mailbox";

/// Deleted rows are overwritten with zeros.
inline constexpr std::string_view overwrite_deleted = "PRAGMA secure_delete = ON";
/// Writes the file anew without what earlier deletions left in it.
inline constexpr std::string_view rewrite_file = "VACUUM";
/// Takes the log into the file and empties it. Answers 1 when another connection prevents that.
inline constexpr std::string_view empty_log = "PRAGMA wal_checkpoint(TRUNCATE)";

}  // namespace hqsync::state::sql
