// Values as rows of the state database keep them, and rows read into what the engine knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "port/state_store.hpp"
#include "sqlite/database.hpp"

namespace hqsync::state {

std::int64_t milliseconds(Instant instant);
Instant instant(std::int64_t milliseconds);
std::int64_t number(std::size_t count);
std::size_t size(std::int64_t count);

/// For nullable columns.
template <class Id>
std::optional<typename Id::value_type> value_of(const std::optional<Id>& id) {
    if (!id) return std::nullopt;
    return id->value();
}

std::string_view name(Intent::Kind kind);
std::string_view name(Proposal::State state);
std::string_view name(Backup::Kind kind);

/// These throw sqlite::Error (corrupt) for what no version ever wrote.
FolderRole role(const std::string& text);
reconcile::Shadow read_shadow(sqlite::Query& query);
Intent read_intent(sqlite::Query& query);
ItemError read_item_error(sqlite::Query& query);
Conflict read_conflict(sqlite::Query& query);
Proposal read_proposal(sqlite::Query& query);
Backup read_backup(sqlite::Query& query);

}  // namespace hqsync::state
