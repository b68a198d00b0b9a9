// What a changed setting would do to the mailboxes, computed before anything is stored.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/compose.hpp"

namespace hqsync::app {

struct MailboxEffect {
    MailboxAddress mailbox;
    std::size_t leaving = 0;
    std::size_t entering = 0;
    std::size_t moving = 0;     ///< between the two folders
    std::size_t rewritten = 0;  ///< contacts that stay and get another card
    std::size_t sent = 0;       ///< contacts of which something goes to HQ that its user typed
    std::size_t put_back = 0;   ///< contacts of which HQ's text overwrites what its user typed

    bool operator==(const MailboxEffect&) const = default;
};

struct Effect {
    std::vector<MailboxEffect> mailboxes;  ///< those that change at all; the largest first

    [[nodiscard]] MailboxEffect total() const;
    bool operator==(const Effect&) const = default;
};

/// `after` are the settings with the change; users, snapshot and today are those of `directory`.
Effect effect_of(const Directory& directory, const settings::Settings& after);

/// Whether edits that stayed in the mailboxes until now would take another way.
bool changes_directions(const settings::Settings& before, const settings::Settings& after);
/// Adds what becomes of the edits in one mailbox, which `shadows` tell.
void add_edits(Effect& effect, const MailboxAddress& mailbox,
               const std::map<ContactId, reconcile::Shadow>& shadows,
               const reconcile::Policies& before, const reconcile::Policies& after);

/// For people: one sentence, and a table of the largest.
std::string to_text(const Effect& effect);

}  // namespace hqsync::app
