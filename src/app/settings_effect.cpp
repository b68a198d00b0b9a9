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
    return effect.leaving + effect.entering + effect.moving + effect.rewritten + effect.sent +
           effect.put_back;
}

void sort(Effect& effect) {
    std::ranges::sort(effect.mailboxes, [](const MailboxEffect& left, const MailboxEffect& right) {
        if (weight(left) != weight(right)) return weight(left) > weight(right);
        return left.mailbox < right.mailbox;
    });
}

/// What the next pass would do with the edits that are in a mailbox and that HQ never got.
void count_edits(const std::map<ContactId, reconcile::Shadow>& shadows,
                 const reconcile::Policies& before, const reconcile::Policies& after,
                 MailboxEffect& effect) {
    for (const auto& [contact, shadow] : shadows) {
        const auto seen = reconcile::edited(shadow);
        const reconcile::Views views{shadow.synced, shadow.synced, seen, shadow.folder};
        const auto was = reconcile::merge(views, before);
        const auto is = reconcile::merge(views, after);
        if (is.pull.size() > was.pull.size()) ++effect.sent;
        if (is.push.size() > was.push.size()) ++effect.put_back;
    }
}

/// The largest mailboxes; what becomes of edits only where it is more than nothing.
Table table_of(const Effect& effect, bool with_edits) {
    using enum Table::Align;
    std::vector<Table::Column> columns{
        {"mailbox"}, {"leave", right}, {"enter", right}, {"move", right}, {"rewritten", right}};
    if (with_edits) columns.insert(columns.end(), {{"sent", right}, {"put back", right}});
    Table table(std::move(columns));
    for (std::size_t row = 0; row < std::min(rows_max, effect.mailboxes.size()); ++row) {
        const auto& mailbox = effect.mailboxes[row];
        std::vector<std::string> cells{mailbox.mailbox.value()};
        for (const auto count :
             {mailbox.leaving, mailbox.entering, mailbox.moving, mailbox.rewritten})
            cells.push_back(fmt::to_string(count));
        if (with_edits) {
            cells.push_back(fmt::to_string(mailbox.sent));
            cells.push_back(fmt::to_string(mailbox.put_back));
        }
        table.add(std::move(cells));
    }
    return table;
}

}  // namespace

MailboxEffect Effect::total() const {
    MailboxEffect sum;
    for (const auto& mailbox : mailboxes) {
        sum.leaving += mailbox.leaving;
        sum.entering += mailbox.entering;
        sum.moving += mailbox.moving;
        sum.rewritten += mailbox.rewritten;
        sum.sent += mailbox.sent;
        sum.put_back += mailbox.put_back;
    }
    return sum;
}

bool changes_directions(const settings::Settings& before, const settings::Settings& after) {
    const auto& was = before.policies;
    const auto& is = after.policies;
    return was.mine != is.mine || was.global != is.global ||
           was.field_direction != is.field_direction;
}

void add_edits(Effect& effect, const MailboxAddress& mailbox,
               const std::map<ContactId, reconcile::Shadow>& shadows,
               const reconcile::Policies& before, const reconcile::Policies& after) {
    const auto known = std::ranges::find(effect.mailboxes, mailbox, &MailboxEffect::mailbox);
    MailboxEffect change{.mailbox = mailbox};
    if (known != effect.mailboxes.end()) {
        change = std::move(*known);
        effect.mailboxes.erase(known);
    }
    count_edits(shadows, before, after, change);
    if (weight(change) > 0) effect.mailboxes.push_back(std::move(change));
    sort(effect);
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
    sort(effect);
    return effect;
}

std::string to_text(const Effect& effect) {
    if (effect.mailboxes.empty()) return "The change moves no contact of any mailbox.\n";
    const auto total = effect.total();
    auto text = fmt::format(
        "The change concerns {} mailboxes: {} contacts leave, {} enter, {} change the folder, {} "
        "are rewritten.\n",
        effect.mailboxes.size(), total.leaving, total.entering, total.moving, total.rewritten);
    if (total.sent > 0)
        text += fmt::format(
            "What users typed into {} contacts, and what stayed with them until now, goes to HQ "
            "and "
            "to their colleagues.\n",
            total.sent);
    if (total.put_back > 0)
        text += fmt::format(
            "What users typed into {} contacts is overwritten with HQ's texts; a backup keeps "
            "it.\n",
            total.put_back);
    text += table_of(effect, total.sent + total.put_back > 0).text();
    if (effect.mailboxes.size() > rows_max)
        text += fmt::format("… and {} more\n", effect.mailboxes.size() - rows_max);
    return text;
}

}  // namespace hqsync::app
