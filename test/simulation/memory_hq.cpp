// A read is whole or a fault; a write is refused when the record is another one by now.
#include "simulation/memory_hq.hpp"

#include <algorithm>

#include "contact/canonical.hpp"

namespace hqsync::simulation {

namespace {

Fault gone() {
    return {Reach::item, "hq.gone", "simulated"};
}

Fault changed() {
    return {Reach::item, "hq.changed_meanwhile", "simulated", {}, false, true};
}

}  // namespace

Task<Result<SnapshotPtr>> MemoryHq::snapshot() {
    co_await mortal_.step("before HQ is read");
    world_.take_view();
    world_.note("run {} reads HQ: {} contacts", world_.view->number, world_.view->cards.size());
    co_await mortal_.step("after HQ was read");
    co_return world_.view->hq;
}

Task<Result<ContactPerson>> MemoryHq::read(ContactId contact) {
    co_await mortal_.step("before a contact is read");
    const auto* found = find(*world_.hq, contact);
    if (found == nullptr) co_return fail(gone());
    co_return *found;
}

Task<Result<ContactPerson>> MemoryHq::replace(ContactPerson before, ContactPerson after) {
    co_await mortal_.step("before a contact is written to HQ");
    const auto* stored = find(*world_.hq, before.id);
    if (stored == nullptr) co_return fail(gone());
    if (*stored != before) co_return fail(changed());
    check(before, after);
    auto kept = put(std::move(after));
    co_await mortal_.step("after a contact was written to HQ");
    co_return kept;
}

Task<Result<ContactPerson>> MemoryHq::create(ContactPerson wanted) {
    co_await mortal_.step("before a contact is made in HQ");
    wanted.id = ContactId(world_.next_contact());
    check({}, wanted);
    world_.made_by_engine.insert(wanted.id);
    auto kept = put(std::move(wanted));
    co_await mortal_.step("after a contact was made in HQ");
    co_return kept;
}

Result<ContactPerson> MemoryHq::put(ContactPerson after) {
    auto hq = std::make_shared<Snapshot>(*world_.hq);
    after.updated_on = world_.stamp();
    const auto place = std::ranges::lower_bound(hq->contacts, after.id, {}, &ContactPerson::id);
    if (place != hq->contacts.end() && place->id == after.id) {
        *place = after;
    } else {
        hq->contacts.insert(place, after);
    }
    world_.note("hq takes contact {} from a mailbox", after.id.value());
    ++world_.counts.pulls;
    world_.hq = std::move(hq);
    world_.take_texts(after);
    return after;
}

/// A contact that a user made may repeat what he read of another one.
bool MemoryHq::was_ever_shown(Field field, const std::string& text) const {
    return std::ranges::any_of(world_.hq_texts, [&](const auto& entry) {
        return entry.first.second == slotless(field) &&
               entry.second.contains(canonical(field, text));
    });
}

/// What is written to HQ stood in HQ or was typed by a user, and is no placeholder.
void MemoryHq::check(const ContactPerson& before, const ContactPerson& after) {
    const auto old_card = world_.card_of(before);
    const auto card = world_.card_of(after);
    ContactPerson nobody;
    nobody.company = after.company;
    const auto of_company = world_.card_of(nobody);
    for (const auto field : all_fields()) {
        const auto& text = card[field];
        if (!is_of_contact_person(field) || text.empty() || same(field, text, old_card[field])) {
            continue;
        }
        const auto known = world_.hq_texts.find({after.id, slotless(field)});
        const bool was_there =
            known != world_.hq_texts.end() && known->second.contains(canonical(field, text));
        if (was_there || ledger_.has_typed(text) || of_company[field] == text) continue;
        if (before.id.value() == 0 && was_ever_shown(field, text)) continue;
        if (field == Field::email1 && text.ends_with("@nomail.de")) continue;  // of HQ's own making
        world_.complain("HQ is to show \"{}\" as {} of contact {}, which nobody ever wrote", text,
                        name(field), after.id.value());
    }
    if (after.default_address && after.default_address->email.ends_with("@nomail.de")) {
        world_.complain("a placeholder went to HQ: contact {}", after.id.value());
    }
}

}  // namespace hqsync::simulation
