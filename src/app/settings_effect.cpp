// Compares the placements and cards of two sets of settings.
#include "app/settings_effect.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "app/table.hpp"
#include "contact/canonical.hpp"

namespace hqsync::app {
namespace {

constexpr std::size_t rows_max = 20;

std::set<ContactId> changed_cards(const Directory& directory, const settings::Settings& after) {
    std::set<ContactId> changed;
    if (directory.settings.card == after.card) return changed;
    card::CardMaker old_maker(directory.settings.card);
    card::CardMaker new_maker(after.card);
    for (const auto& contact : directory.snapshot->contacts)
        if (fingerprint(old_maker.make(*directory.snapshot, contact)) !=
            fingerprint(new_maker.make(*directory.snapshot, contact)))
            changed.insert(contact.id);
    return changed;
}

std::size_t weight(const MailboxEffect& effect) {
    return effect.leaving + effect.entering + effect.moving + effect.rewritten;
}

}  // namespace

MailboxEffect Effect::total() const {
    MailboxEffect sum;
    for (const auto& mailbox : mailboxes) {
        sum.leaving += mailbox.leaving;
        sum.entering += mailbox.entering;
        sum.moving += mailbox.moving;
        sum.rewritten += mailbox.rewritten;
    }
    return sum;
}

Effect effect_of(const Directory& directory, const settings::Settings& after) {
    const auto before_places = placements_of(directory);
    const placement::Placements after_places(*directory.snapshot, after.rules, directory.today);
    const auto cards = changed_cards(directory, after);
    Effect effect;
    for (const auto& [user, mailbox] : synced_mailboxes(directory)) {
        MailboxEffect change{.mailbox = mailbox};
        for (const auto& contact : directory.snapshot->contacts) {
            const auto was = before_places.place(user, contact.id);
            const auto is = after_places.place(user, contact.id);
            using placement::Place;
            if (was == is) {
                if (is != Place::absent && cards.contains(contact.id)) ++change.rewritten;
            } else if (is == Place::absent) {
                ++change.leaving;
            } else if (was == Place::absent) {
                ++change.entering;
            } else {
                ++change.moving;
            }
        }
        if (weight(change) > 0) effect.mailboxes.push_back(std::move(change));
    }
    std::ranges::sort(effect.mailboxes, [](const MailboxEffect& left, const MailboxEffect& right) {
        if (weight(left) != weight(right)) return weight(left) > weight(right);
        return left.mailbox < right.mailbox;
    });
    return effect;
}

std::string to_text(const Effect& effect) {
    if (effect.mailboxes.empty()) return "The change moves no contact of any mailbox.\n";
    const auto total = effect.total();
    auto text = fmt::format(
        "The change concerns {} mailboxes: {} contacts leave, {} enter, {} change the folder, {} "
        "are rewritten.\n",
        effect.mailboxes.size(), total.leaving, total.entering, total.moving, total.rewritten);
    using enum Table::Align;
    Table table(
        {{"mailbox"}, {"leave", right}, {"enter", right}, {"move", right}, {"rewritten", right}});
    for (std::size_t row = 0; row < std::min(rows_max, effect.mailboxes.size()); ++row) {
        const auto& mailbox = effect.mailboxes[row];
        table.add({mailbox.mailbox.value(), fmt::to_string(mailbox.leaving),
                   fmt::to_string(mailbox.entering), fmt::to_string(mailbox.moving),
                   fmt::to_string(mailbox.rewritten)});
    }
    text += table.text();
    if (effect.mailboxes.size() > rows_max)
        text += fmt::format("… and {} more\n", effect.mailboxes.size() - rows_max);
    return text;
}

}  // namespace hqsync::app
