// Few records with many relations: small worlds meet all rules within a few edits.
#include "simulation/hq_actor.hpp"

#include <algorithm>
#include <array>

namespace hqsync::simulation {

namespace {

constexpr std::array type_names = {"Kunde", "Interessent", "Lieferant", "Presse"};

template <class List>
auto& pick(Dice& dice, List& list) {
    return list[static_cast<std::size_t>(dice.below(std::ssize(list)))];
}

template <class Id>
void toggle(std::vector<Id>& ids, Id id) {
    if (std::erase(ids, id) == 0) ids.push_back(id);
    std::ranges::sort(ids);
}

}  // namespace

std::string HqActor::text(std::string_view stem) {
    // Few different texts: edits go back and forth, and two contacts may look the same.
    return fmt::format("{} {}", stem, dice_.below(5));
}

std::string HqActor::phone() {
    return fmt::format("030 5550{:02}", dice_.below(60));
}

void HqActor::fill(ContactPerson& contact) {
    for (int i = 0; i < 8; ++i)
        edit_contact(contact);
    contact.last_name = fmt::format("Person{}", dice_.below(40));
}

void HqActor::edit_contact(ContactPerson& contact) {
    if (!contact.default_address) contact.default_address.emplace();
    auto& address = *contact.default_address;
    const bool is_cleared = dice_.chance(25);
    const auto put = [&](std::string& field, std::string value) {
        field = is_cleared ? std::string{} : std::move(value);
    };
    switch (dice_.below(15)) {
        case 0: return put(contact.first_name, fmt::format("Vor{}", dice_.below(5)));
        case 1: contact.last_name = fmt::format("Person{}", dice_.below(40)); return;
        case 2: return put(contact.title, "Dr.");
        case 3: return put(contact.position, text("Leitung"));
        case 4: return put(contact.phone_landline, phone());
        case 5: return put(contact.phone_mobile, fmt::format("0171 555{:03}", dice_.below(99)));
        case 6:
            return put(contact.birthdate, fmt::format("19{}-0{}-1{}", 50 + dice_.below(40),
                                                      1 + dice_.below(9), dice_.below(9)));
        case 7: put(address.street, text("Gänsemarkt")); return put(address.city, text("Köln"));
        case 8: return put(address.description, text("Notiz"));
        case 9: return put(address.fax, phone());
        case 10: return put(address.website, fmt::format("https://k{}.example", dice_.below(9)));
        case 11: return put(address.email, fmt::format("k{}@kunde.example", dice_.below(30)));
        case 12: {
            if (contact.addresses.size() >= 2) return contact.addresses.clear();
            Address more;
            more.email = fmt::format("m{}@kunde.example", dice_.below(30));
            contact.addresses.push_back(std::move(more));
            return;
        }
        case 13: return put(address.country, "DE");
        default: return put(address.zip_code, fmt::format("506{:02}", dice_.below(60)));
    }
}

Snapshot& HqActor::open() {
    draft_ = std::make_shared<Snapshot>(*world_.hq);
    return *draft_;
}

void HqActor::found() {
    draft_ = std::make_shared<Snapshot>();
    auto& hq = *draft_;
    for (std::int64_t i = 1; i <= 2; ++i) {
        hq.subsystems.push_back(
            {.id = SubsystemId(i), .name = fmt::format("Standort {}", i), .is_master = i == 1});
    }
    const auto users = 1 + dice_.below(3);
    for (std::int64_t i = 1; i <= users; ++i) {
        User user;
        user.id = UserId(i);
        user.email_work = fmt::format("user{}@agentur.example", i);
        world_.addresses.push_back(user.email_work);
        hq.users.push_back(std::move(user));
    }
    const auto companies = 2 + dice_.below(3);
    for (std::int64_t i = 0; i < companies; ++i) {
        Company company;
        company.id = CompanyId(101 + i);
        company.name = fmt::format("Firma {}", i);
        hq.companies.push_back(std::move(company));
    }
    const auto contacts = 3 + dice_.below(10);
    for (std::int64_t i = 0; i < contacts; ++i)
        add_contact(hq);
    for (std::int64_t i = 0; i < 2; ++i) {
        Project project;
        project.id = ProjectId(301 + i);
        hq.projects.push_back(std::move(project));
        Lead lead;
        lead.id = LeadId(701 + i);
        hq.leads.push_back(std::move(lead));
    }
    for (int i = 0; i < 8; ++i) {
        edit_relations(hq);
        edit_company(hq);
    }
    world_.hq = std::move(draft_);
}

void HqActor::add_contact(Snapshot& hq) {
    ContactPerson contact;
    contact.id = ContactId(world_.next_contact());
    fill(contact);
    if (dice_.chance(90)) contact.company = pick(dice_, hq.companies).id;
    hq.contacts.push_back(std::move(contact));
}

void HqActor::remove_contact(Snapshot& hq) {
    if (hq.contacts.empty()) return;
    const auto gone = pick(dice_, hq.contacts).id;
    std::erase_if(hq.contacts, [&](const ContactPerson& contact) { return contact.id == gone; });
    for (auto& project : hq.projects)
        std::erase(project.contact_persons, gone);
    for (auto& lead : hq.leads)
        std::erase(lead.contact_persons, gone);
}

void HqActor::edit_company(Snapshot& hq) {
    auto& company = pick(dice_, hq.companies);
    switch (dice_.below(6)) {
        case 0: company.name = text("Bäckerei"); return;
        case 1: {
            const auto type = any_of(dice_, type_names);
            company.types = {CompanyType{{}, type}};
            // Excluded types are rare, or nobody would have contacts.
            if (dice_.chance(50)) company.types.clear();
            return;
        }
        case 2:
        case 3: return toggle(company.responsible_users, pick(dice_, hq.users).id);
        case 4: return toggle(company.subsystems, pick(dice_, hq.subsystems).id);
        default: {
            company.default_address.emplace();
            company.default_address->city = text("Berlin");
            company.default_address->website = "https://firma.example";
        }
    }
}

void HqActor::edit_relations(Snapshot& hq) {
    auto& project = pick(dice_, hq.projects);
    auto& lead = pick(dice_, hq.leads);
    switch (dice_.below(4)) {
        case 0: return toggle(project.members, pick(dice_, hq.users).id);
        case 1:
            if (!hq.contacts.empty()) toggle(project.contact_persons, pick(dice_, hq.contacts).id);
            return;
        case 2:
            if (!hq.contacts.empty()) toggle(lead.contact_persons, pick(dice_, hq.contacts).id);
            return;
        default:
            lead.responsible_user.reset();
            if (dice_.chance(60)) lead.responsible_user = pick(dice_, hq.users).id;
    }
}

void HqActor::edit_user(Snapshot& hq) {
    auto& user = pick(dice_, hq.users);
    user.leaving_date = user.leaving_date.empty() && dice_.chance(30) ? "2020-01-31" : "";
}

void HqActor::edit() {
    auto& hq = open();
    const auto what = dice_.below(100);
    if (what < 40 && !hq.contacts.empty()) {
        auto& contact = pick(dice_, hq.contacts);
        edit_contact(contact);
        contact.updated_on = world_.stamp();
        world_.note("hq edits contact {}", contact.id.value());
    } else if (what < 50) {
        add_contact(hq);
        world_.note("hq adds contact {}", hq.contacts.back().id.value());
    } else if (what < 58) {
        remove_contact(hq);
        world_.note("hq removes a contact, {} are left", hq.contacts.size());
    } else if (what < 75) {
        edit_company(hq);
        world_.note("hq edits a company");
    } else if (what < 97) {
        edit_relations(hq);
        world_.note("hq edits a project or lead");
    } else {
        edit_user(hq);
        world_.note("hq edits a user");
    }
    world_.hq = std::move(draft_);
}

}  // namespace hqsync::simulation
