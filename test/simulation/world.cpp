// Views of HQ, and the ledger of all texts that HQ ever had.
#include "simulation/world.hpp"

#include <algorithm>

#include "contact/canonical.hpp"

namespace hqsync::simulation {

namespace {

std::map<std::string, UserId> synced_users(const Snapshot& hq, const std::string& today) {
    std::map<std::string, UserId> users;
    for (const auto& user : hq.users) {
        if (placement::is_synced(user, today)) users.emplace(user.email_work, user.id);
    }
    return users;
}

std::map<MailboxAddress, UserId> all_users(const Snapshot& hq) {
    std::map<MailboxAddress, UserId> users;
    for (const auto& user : hq.users) {
        if (!user.email_work.empty()) users.emplace(MailboxAddress(user.email_work), user.id);
    }
    return users;
}

}  // namespace

RunView::RunView(int run, SnapshotPtr seen, settings::Settings known, const std::string& today)
    : number(run),
      hq(std::move(seen)),
      settings(std::move(known)),
      placements(*hq, settings.rules, today),
      users(synced_users(*hq, today)) {}

std::optional<UserId> RunView::user_of(const std::string& address) const {
    const auto found = users.find(address);
    if (found == users.end()) return std::nullopt;
    return found->second;
}

placement::Placement RunView::placement(const std::string& address, ContactId contact) const {
    const auto user = user_of(address);
    return placements.explain(user.value_or(UserId(0)), contact);
}

void Counts::add(const Counts& other) {
    passes += other.passes;
    requests += other.requests;
    crashes += other.crashes;
    faults += other.faults;
    late += other.late;
    edits += other.edits;
    pulls += other.pulls;
    excused += other.excused;
}

World::World(std::uint64_t chosen) : seed(chosen) {
    sim::Options options;
    options.seed = seed;
    options.now = [this] {
        return std::chrono::floor<std::chrono::seconds>(timeline.now()).time_since_epoch().count();
    };
    exchange = sim::Service::make(unused, options, exchange_url).value();
}

World::~World() = default;

void World::note_text(const std::string& text) {
    const auto passed = timeline.now().time_since_epoch().count() - 1'795'000'000'000;
    fmt::format_to(std::back_inserter(trace), "{:>6}.{:03} {}\n", passed / 1000, passed % 1000,
                   text);
}

std::string World::today() const {
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(timeline.now()));
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

card::CardMaker* World::maker(const card::CardRules& rules) {
    if (!maker_ || maker_rules_ != rules) {
        maker_ = std::make_unique<card::CardMaker>(rules);
        maker_rules_ = rules;
    }
    return maker_.get();
}

void World::take_view() {
    auto known = settings::read(settings, all_users(*hq)).value();
    const auto taken = std::make_shared<RunView>(++views_, hq, std::move(known), today());
    view = taken;
    for (const auto& contact : hq->contacts) {
        take_texts(contact);
        taken->cards.emplace(contact.id, card_of(contact));
    }
}

ContactCard World::card_of(const ContactPerson& contact) {
    return maker(view->settings.card)->make(*hq, contact);
}

void World::take_texts(const ContactPerson& contact) {
    const auto card = card_of(contact);
    std::size_t emails = 0;
    for (const auto field : all_fields()) {
        if (card[field].empty()) continue;
        if (slotless(field) == Field::email1) ++emails;
        auto& texts = hq_texts[{contact.id, slotless(field)}];
        if (field != Field::categories) {
            texts.insert(canonical(field, card[field]));
            continue;
        }
        std::string_view rest = card[field];
        while (!rest.empty()) {
            const auto end = std::min(rest.find('\n'), rest.size());
            texts.insert(canonical(field, rest.substr(0, end)));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    emails_most[contact.id] = std::max(emails_most[contact.id], emails);
}

std::string World::stamp() {
    ++stamps_;
    const auto now = timeline.now();
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(now - day);
    // The fraction beyond the millisecond tells two saves of one moment apart.
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}{:04}Z",
                       static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), time.hours().count(),
                       time.minutes().count(), time.seconds().count(), time.subseconds().count(),
                       stamps_ % 10'000);
}

Field slotless(Field field) {
    return field == Field::email2 || field == Field::email3 ? Field::email1 : field;
}

}  // namespace hqsync::simulation
