// The settings that shape the result: their names, types, defaults and meaning, in one table.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "card/make_card.hpp"
#include "placement/placement.hpp"
#include "reconcile/guard.hpp"
#include "reconcile/policy.hpp"

namespace hqsync::settings {

enum class Type : std::uint8_t { boolean, count, text, choice, text_list };

struct Definition {
    std::string_view key;
    Type type;
    std::string_view default_json;
    std::string_view choices;  ///< "a|b|c" of a choice
    bool per_user;
    std::string_view meaning;  ///< one English sentence
    bool of_field = false;     ///< one of many, for a single field: listed only where it is set
};

/// All settings, sorted by key.
const std::vector<Definition>& definitions();
const Definition* find(std::string_view key);

/// Checks what a person typed ("true", "on", "250", "Interessent, Alt", a JSON text) against the
/// definition and answers the JSON text to store. Fault: reach configuration, names key and
/// expected form.
Result<std::string> parse(std::string_view key, std::string_view typed);

struct Settings {
    placement::Rules rules;
    card::CardRules card;
    reconcile::GuardLimits guard;
    reconcile::Policies policies;
    std::size_t backup_days = 30;  ///< how long what a pass overwrote or removed can be put back

    bool operator==(const Settings&) const = default;
};

/// From the stored map (keys "key" and "key@mailbox"). `users` maps mailbox addresses to users;
/// values for unknown mailboxes are ignored. Stored values that do not parse are faults.
Result<Settings> read(const std::map<std::string, std::string>& stored,
                      const std::map<MailboxAddress, UserId>& users);

/// Everything that decides what a pass does with unchanged sides (the placement rules, directions
/// and policies) as one line of JSON, for `MailboxState::applied_rules`.
std::string to_text(const Settings& settings);
/// The placement rules of such a line. What else it holds is only compared as text.
Result<placement::Rules> rules_from_text(std::string_view text);

}  // namespace hqsync::settings
