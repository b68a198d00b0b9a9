// The settings as a run takes them: what is stored, whom an erasure blocked, and the placeholder
// domains of former times.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "async/task.hpp"
#include "directory/snapshot.hpp"
#include "port/state_store.hpp"
#include "settings/settings.hpp"

namespace hqsync::engine {

/// What the store knows that shapes the settings.
struct StoredSettings {
    std::map<std::string, std::string> values;  ///< "key" and "key@mailbox" -> JSON text
    std::set<ContactId> erased;
    /// Placeholders of a domain that was in use once are none of HQ's addresses either.
    std::set<std::string, std::less<>> former_domains;
};
Task<Result<StoredSettings>> stored_settings(StateStore& state);

/// Fault (configuration): a stored value cannot be read.
Result<settings::Settings> settings_of(const StoredSettings& stored,
                                       const std::map<MailboxAddress, UserId>& users);

/// In lower case and without blanks around.
MailboxAddress mailbox_named(std::string_view mail);
/// All users with a mailbox; where two have one address, one who is synchronised on `today` wins.
std::map<MailboxAddress, UserId> users_by_mailbox(const Snapshot& snapshot, std::string_view today);
/// ISO date in UTC.
std::string date_of(Instant now);

}  // namespace hqsync::engine
