// Compares a mailbox before and after a step, and asks whether the engine may have done that.
#include "simulation/ledger.hpp"

#include <algorithm>

#include "contact/canonical.hpp"

namespace hqsync::simulation {

namespace {

using placement::AbsenceRule;

/// The other item of the contact in our folders that looks after what `but` held.
std::vector<sim::Key> items_of(const sim::Mailbox& mailbox,
                               const std::map<sim::Key, Entry>& entries, ContactId contact,
                               sim::Key but) {
    std::vector<sim::Key> keys;
    for (const auto& [key, entry] : entries) {
        if (key == but || contact_of(entry.content) != contact) continue;
        if (role_of(mailbox, entry.content.folder)) keys.push_back(key);
    }
    return keys;
}

bool lies_in_deleted_items(const sim::Mailbox& mailbox, sim::Key key) {
    const auto found = mailbox.contents().contacts.find(key);
    return found != mailbox.contents().contacts.end() && found->second.folder == sim::deleted_items;
}

/// Whether an item of the contact that its user carried out of our folders has the text.
bool is_carried_away(const sim::Mailbox& mailbox, const Addition& addition, ContactId contact) {
    return std::ranges::any_of(mailbox.contents().contacts, [&](const auto& each) {
        const auto& item = each.second;
        return contact_of(item) == contact && !role_of(mailbox, item.folder) &&
               holds(item, addition);
    });
}

bool is_setting(const placement::Absence& absence) {
    return absence.rule == AbsenceRule::only_my_contacts ||
           absence.rule == AbsenceRule::global_folder_off;
}

}  // namespace

bool holds(const sim::Contact& item, const Addition& addition) {
    return std::ranges::any_of(addition.where, [&](const std::string& name) {
        if (name == "photo") return item.photo == addition.token;
        const auto mark = item.marks.find(name);
        if (mark != item.marks.end()) return mark->second == addition.token;
        const auto property = item.properties.find(name);
        return property != item.properties.end() && property->second.contains(addition.token);
    });
}

bool Ledger::take_engine(const std::string& address, const RunView& view, bool is_late) {
    auto& mailbox = world_.mailbox(address);
    auto& book = books_[address];
    ++book.arrivals;
    if (mailbox.contents().sequence == book.sequence) return false;
    book.sequence = mailbox.contents().sequence;
    Step step{address, view, is_late, mailbox, book};

    const auto live = live_items(mailbox);
    std::erase_if(book.entries, [&](auto& entry) {
        if (std::ranges::binary_search(live, entry.first)) return false;
        step.gone.push_back(std::move(entry.second));
        return true;
    });
    for (const auto key : live) {
        const auto& item = mailbox.contact(key);
        const auto known = book.entries.find(key);
        if (known == book.entries.end()) {
            appeared(step, item);
            book.entries.emplace(key, Entry{item, false, {}, 0, book.arrivals, view.number});
        } else if (known->second.content.change != item.change) {
            changed(step, known->second, item);
            known->second.content = item;
        }
    }
    for (const auto& entry : step.gone)
        gone(step, entry);
    check_places(address);
    return true;
}

void Ledger::take_user(const std::string& address) {
    auto& mailbox = world_.mailbox(address);
    auto& book = books_[address];
    book.sequence = mailbox.contents().sequence;
    const auto live = live_items(mailbox);
    const auto take_away = [&](const Entry& entry) {
        const auto contact = contact_of(entry.content);
        if (contact) book.taken[*contact] = book.arrivals;
    };
    std::erase_if(book.entries, [&](const auto& entry) {
        const bool is_gone = !std::ranges::binary_search(live, entry.first);
        if (is_gone) take_away(entry.second);
        return is_gone;
    });
    for (const auto key : live) {
        const auto& item = mailbox.contact(key);
        const auto known = book.entries.find(key);
        if (known == book.entries.end()) {
            book.entries.emplace(key, Entry{item, true, {}, book.arrivals, 0, 0});
        } else if (known->second.content.change != item.change) {
            auto& entry = known->second;
            if (entry.content.folder != item.folder) {
                entry.by_hand = true;
                entry.elsewhere = card_of(mailbox, entry.content);
                take_away(entry);
            }
            entry.edited = book.arrivals;
            entry.content = item;
        }
    }
}

void Ledger::add(const std::string& address, sim::Key item, const std::string& slot,
                 Addition addition) {
    typed_.insert(addition.token);
    books_[address].entries.at(item).additions[slot] = std::move(addition);
}

void Ledger::drop(const std::string& address, sim::Key item, const std::string& slot) {
    books_[address].entries.at(item).additions.erase(slot);
}

void Ledger::excuse_open_intents() {
    for (const auto& [id, place] : intents_.by_id)
        excused_.insert(place);
}

void Ledger::excuse_creates(const std::string& address, std::string_view body) {
    constexpr std::string_view mark = "\"hq:";
    for (auto at = body.find(mark); at != body.npos; at = body.find(mark, at)) {
        at += mark.size();
        std::int64_t number = 0;
        for (; at < body.size() && body[at] >= '0' && body[at] <= '9'; ++at)
            number = number * 10 + (body[at] - '0');
        excused_.emplace(address, ContactId(number));
    }
}

/// A new item of the engine: marked, in the folder where its run wanted the contact, with texts
/// that somebody had.
void Ledger::appeared(Step& step, const sim::Contact& item) {
    const auto contact = contact_of(item);
    if (!contact) return world_.complain("{}: an item without our mark was made", step.address);
    const auto role = role_of(step.mailbox, item.folder);
    const auto wanted = step.view.placement(step.address, *contact);
    const auto shown = role ? name(*role) : std::string_view("no folder of ours");
    if (!role || shown != name(wanted.place)) {
        return world_.complain("{}: contact {} was made in {}, HQ wanted it {}", step.address,
                               contact->value(), shown, name(wanted.place));
    }
    check_texts(step, item, *contact, {});
}

void Ledger::changed(Step& step, Entry& entry, const sim::Contact& item) {
    const auto contact = contact_of(entry.content);
    if (!contact) {
        // What its user made is a contact of HQ by now: its own item gets the mark.
        const auto linked = contact_of(item);
        if (linked && world_.made_by_engine.contains(*linked)) {
            // He may have copied his notes from another contact; they stay when it is one of HQ.
            const auto notes = card_of(step.mailbox, item)[Field::notes];
            world_.hq_texts[{*linked, Field::notes}].insert(canonical(Field::notes, notes));
            return;
        }
        return world_.complain("{}: item {:x}, which is not ours, was changed", step.address,
                               item.key);
    }
    if (entry.content.folder != item.folder) {
        return world_.complain("{}: item {:x} was carried to another folder", step.address,
                               item.key);
    }
    if (contact_of(item) != contact) return lost_mark(step, entry, item);
    check_additions(step, entry, *contact, item);
    const auto before = card_of(step.mailbox, entry.content);
    check_overwritten(step, entry, item, *contact, before);
    check_texts(step, item, *contact, before);
}

/// Where edits go both ways, what a user typed is overwritten only when HQ had it, or when a
/// conflict lists it. What he typed before he carried the item here was typed elsewhere.
void Ledger::check_overwritten(Step& step, const Entry& entry, const sim::Contact& item,
                               ContactId contact, const ContactCard& before) {
    const auto role = role_of(step.mailbox, item.folder);
    if (step.is_late || role != FolderRole::mine) return;
    const auto card = card_of(step.mailbox, item);
    for (const auto field : all_fields()) {
        const auto& text = before[field];
        const auto direction =
            reconcile::direction_of(step.view.settings.policies, FolderRole::mine, field);
        const bool is_replaced = !text.empty() && !same(field, text, card[field]);
        if (direction != reconcile::Direction::two_way || slotless(field) == Field::email1)
            continue;
        const bool is_of_elsewhere = text == entry.elsewhere[field];
        if (!is_replaced || is_of_elsewhere || !typed_.contains(text)) continue;
        const auto texts = world_.hq_texts.find({contact, field});
        const bool was_in_hq =
            texts != world_.hq_texts.end() && texts->second.contains(canonical(field, text));
        if (was_in_hq || intents_.listed.contains({step.address, contact, text})) continue;
        world_.complain("{}: \"{}\", typed into {} of contact {}, was overwritten without a word",
                        step.address, text, name(field), contact.value());
    }
}

/// Only a second item of a mark may lose it, and nothing else.
void Ledger::lost_mark(Step& step, Entry& entry, const sim::Contact& item) {
    const auto contact = *contact_of(entry.content);
    const bool is_same =
        entry.content.properties == item.properties && entry.content.photo == item.photo;
    const auto others = items_of(step.mailbox, step.book.entries, contact, item.key);
    if (!is_same) {
        return world_.complain("{}: item {:x} lost more than its mark", step.address, item.key);
    }
    const bool was_second = std::ranges::any_of(
        step.gone, [&](const Entry& other) { return contact_of(other.content) == contact; });
    // The user took the first one away between the engine's look and its write.
    const bool is_excused = step.is_late || was_taken(step.book, contact);
    const bool is_only_one = others.empty() && !was_second && !entry.by_hand;
    if (is_only_one && is_excused) ++world_.counts.excused;
    if (is_only_one && !is_excused) {
        return world_.complain("{}: item {:x}, the only one of contact {}, lost its mark",
                               step.address, item.key, contact.value());
    }
    entry.additions.clear();  // the user's own from now on: nothing of it may change
}

void Ledger::gone(Step& step, const Entry& entry) {
    const auto contact = contact_of(entry.content);
    if (!contact) {
        return world_.complain("{}: item {:x}, which is not ours, was deleted", step.address,
                               entry.content.key);
    }
    const auto others = items_of(step.mailbox, step.book.entries, *contact, entry.content.key);
    if (others.empty()) return removed(step, *contact);
    replaced(step, entry, *contact);
}

/// The second half of a move, or a double: what the user typed must be in the item that stays.
void Ledger::replaced(Step& step, const Entry& entry, ContactId contact) {
    const auto others = items_of(step.mailbox, step.book.entries, contact, entry.content.key);
    for (const auto& [slot, addition] : entry.additions) {
        const auto heir = std::ranges::find_if(others, [&](sim::Key key) {
            const auto& other = step.book.entries.at(key);
            // Or its user typed something else there meanwhile.
            return holds(other.content, addition) || other.additions.contains(slot);
        });
        if (heir != others.end()) {
            step.book.entries.at(*heir).additions.emplace(slot, addition);
            continue;
        }
        if (may_be_lost(entry, addition, contact)) continue;
        // Its user finds it there.
        if (lies_in_deleted_items(step.mailbox, entry.content.key)) continue;
        if (is_carried_away(step.mailbox, addition, contact)) continue;
        // Graph's permanentDelete takes no If-Match: what is typed between the look and the
        // deletion cannot be saved.
        if (step.is_late || entry.edited + 4 >= step.book.arrivals) {
            ++world_.counts.excused;
            continue;
        }
        world_.complain("{}: \"{}\", typed into {} of contact {}, went with item {:x}",
                        step.address, addition.token, slot, contact.value(), entry.content.key);
    }
}

/// The contact is in no folder of ours any more: HQ wanted that, and the guard let it pass.
void Ledger::removed(Step& step, ContactId contact) {
    const auto wanted = step.view.placement(step.address, contact);
    if (!wanted.absence) {
        // The user took the other item away between the engine's look and its deletion.
        if (step.is_late || was_taken(step.book, contact) ||
            excused_.contains({step.address, contact})) {
            ++world_.counts.excused;
            return;
        }
        return world_.complain("{}: contact {} was deleted, HQ wanted it {}", step.address,
                               contact.value(), name(wanted.place));
    }
    if (is_setting(*wanted.absence)) return;
    auto& deleted = deletions_[{step.view.number, step.address}];
    deleted.insert(contact);
    const auto count = deleted.size();
    if (count > step.view.settings.guard.max_deletes && !approved_.contains(step.address)) {
        world_.complain("{}: {} deletions in run {}, {} are allowed without approval", step.address,
                        count, step.view.number, step.view.settings.guard.max_deletes);
    }
}

bool Ledger::was_taken(const Book& book, ContactId contact) {
    constexpr std::uint64_t look_most = 40;  // arrivals from the listing to the last deletion
    const auto taken = book.taken.find(contact);
    return taken != book.taken.end() && taken->second + look_most >= book.arrivals;
}

/// No two items of one contact, but for a write that is under way and written down, and for one
/// that the user saved: a copy of a cut-off move that he saved stays beside its source until a pass
/// tells them apart. That it does not stay for good is seen at the end, by `check_plan`. Nothing of
/// ours outside our folders, but where the user put it.
void Ledger::check_places(const std::string& address) {
    auto& mailbox = world_.mailbox(address);
    std::map<ContactId, int> counts;
    std::map<ContactId, int> edited;
    for (const auto& [key, entry] : books_[address].entries) {
        const auto contact = contact_of(entry.content);
        if (!contact || entry.by_hand) continue;
        if (!role_of(mailbox, entry.content.folder)) {
            world_.complain("{}: item {:x} of contact {} lies outside our folders", address, key,
                            contact->value());
        }
        const auto count = ++counts[*contact];
        if (entry.edited > 0) ++edited[*contact];
        if (count < 2 || count - edited[*contact] < 2 || intents_.contains(address, *contact))
            continue;
        if (excused_.contains({address, *contact})) continue;
        world_.complain("{}: contact {} is there {} times", address, contact->value(), count);
    }
}

void Ledger::check_additions(Step& step, const Entry& entry, ContactId contact,
                             const sim::Contact& item) {
    for (const auto& [slot, addition] : entry.additions) {
        if (holds(item, addition) || may_be_lost(entry, addition, contact)) continue;
        // Graph takes no If-Match with a photo: one that comes between look and write is lost.
        if (slot == "photo" && entry.edited + 4 >= step.book.arrivals) {
            ++world_.counts.excused;
            continue;
        }
        world_.complain("{}: \"{}\", typed into {} of contact {}, was overwritten", step.address,
                        addition.token, slot, contact.value());
    }
}

/// Fields that HQ leads are HQ's as soon as it has a text; three slots hold three addresses.
bool Ledger::may_be_lost(const Entry& entry, const Addition& addition, ContactId contact) const {
    if (!addition.led) return false;
    if (*addition.led != Field::email1) return world_.hq_texts.contains({contact, *addition.led});
    // HQ took it for its own, and may change it since.
    const auto texts = world_.hq_texts.find({contact, Field::email1});
    const bool is_of_hq = texts != world_.hq_texts.end() &&
                          texts->second.contains(canonical(Field::email1, addition.token));
    if (is_of_hq) return true;
    const auto typed = std::ranges::count_if(
        entry.additions, [](const auto& each) { return each.second.led == Field::email1; });
    const auto given = world_.emails_most.find(contact);
    auto most = given == world_.emails_most.end() ? 0 : given->second;
    // Without history an address that HQ once gave is taken for the reader's and keeps a slot.
    if (world_.is_history_lost && texts != world_.hq_texts.end()) most = texts->second.size();
    return most + static_cast<std::size_t>(typed) > 3;
}

void Ledger::check_texts(Step& step, const sim::Contact& item, ContactId contact,
                         const ContactCard& before) {
    const auto card = card_of(step.mailbox, item);
    for (const auto field : all_fields()) {
        if (card[field].empty() || card[field] == before[field]) continue;
        if (field != Field::categories) {
            check_text(step, contact, field, card[field]);
            continue;
        }
        std::string_view rest = card[field];
        while (!rest.empty()) {
            const auto end = std::min(rest.find('\n'), rest.size());
            check_text(step, contact, field, rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
}

void Ledger::check_text(Step& step, ContactId contact, Field field, std::string_view text) {
    const auto texts = world_.hq_texts.find({contact, slotless(field)});
    const bool is_of_hq =
        texts != world_.hq_texts.end() && texts->second.contains(canonical(field, text));
    if (is_of_hq || typed_.contains(std::string(text))) return;
    world_.complain("{}: {} of contact {} shows \"{}\", which nobody ever wrote there",
                    step.address, name(field), contact.value(), text);
}

}  // namespace hqsync::simulation
