// The state of truth of one case: time, HQ, Exchange, what the runs saw of HQ, and the trace.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <asio/io_context.hpp>

#include "card/make_card.hpp"
#include "directory/snapshot.hpp"
#include "placement/placement.hpp"
#include "settings/settings.hpp"
#include "sim/service.hpp"
#include "simulation/timeline.hpp"
#include "unit/placement/random_directory.hpp"

namespace hqsync::simulation {

using test::Dice;

template <class List>
const auto& any_of(Dice& dice, const List& list) {
    return list[static_cast<std::size_t>(dice.below(std::ssize(list)))];
}

/// What one run of the engine works from. Kept as long as a request of that run is on its way.
struct RunView {
    RunView(int run, SnapshotPtr seen, settings::Settings known, const std::string& today);

    /// The user that a mailbox belongs to; none: nobody whom HQ keeps in step.
    [[nodiscard]] std::optional<UserId> user_of(const std::string& address) const;
    /// Where HQ wants the contact in this mailbox.
    [[nodiscard]] placement::Placement placement(const std::string& address,
                                                 ContactId contact) const;

    int number;
    SnapshotPtr hq;
    settings::Settings settings;
    placement::Placements placements;
    std::map<ContactId, ContactCard> cards;  ///< of all contacts
    std::map<std::string, UserId> users;     ///< synced ones by address
};
using RunViewPtr = std::shared_ptr<const RunView>;

struct Counts {
    std::uint64_t passes = 0;
    std::uint64_t requests = 0;
    std::uint64_t crashes = 0;
    std::uint64_t faults = 0;
    std::uint64_t late = 0;     ///< requests that did their work after the client gave up
    std::uint64_t edits = 0;    ///< of users
    std::uint64_t pulls = 0;    ///< writes to HQ
    std::uint64_t excused = 0;  ///< losses that no client of Graph can prevent

    void add(const Counts& other);
};

class World {
public:
    explicit World(std::uint64_t seed);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// One line of the trace, with the virtual time.
    template <class... Parts>
    void note(fmt::format_string<Parts...> format, Parts&&... parts) {
        note_text(fmt::format(format, std::forward<Parts>(parts)...));
    }
    void note_text(const std::string& text);
    /// An invariant does not hold: the case ends. The first one counts.
    template <class... Parts>
    void complain(fmt::format_string<Parts...> format, Parts&&... parts) {
        auto text = fmt::format(format, std::forward<Parts>(parts)...);
        note_text("BROKEN " + text);
        if (!broken) broken = std::move(text);
    }

    sim::Mailbox& mailbox(const std::string& address) { return *exchange->mailbox(address); }
    [[nodiscard]] std::string today() const;
    /// A number that no other call gives: texts made with it name their origin.
    std::uint64_t fresh() { return ++made_; }

    const std::uint64_t seed;
    Timeline timeline;
    std::string trace;
    std::optional<std::string> broken;
    Counts counts;

    SnapshotPtr hq;                ///< as it is now
    bool is_history_lost = false;  ///< the state was lost: the past of an item is unknown
    std::map<std::string, std::string> settings;  ///< as the admin wants them, as stored
    std::vector<std::string> addresses;           ///< of all mailboxes
    asio::io_context unused;  ///< the simulator waits only when told to, and it is not
    std::unique_ptr<sim::Service> exchange;  ///< goes before its context

    /// What the last run to start saw; null before the first.
    RunViewPtr view;
    /// Each text that HQ ever had, in canonical form, by contact and field (e-mail slots are one).
    std::map<std::pair<ContactId, Field>, std::set<std::string>> hq_texts;
    /// The most addresses that HQ ever gave a contact.
    std::map<ContactId, std::size_t> emails_most;
    void take_view();
    /// Adds the texts of a record to those that HQ ever had.
    void take_texts(const ContactPerson& contact);
    ContactCard card_of(const ContactPerson& contact);
    /// For UpdatedOn: later than any before.
    std::string stamp();
    /// An id that no contact ever had.
    std::int64_t next_contact() { return ++last_contact_; }
    /// Contacts that their users deleted and the engine remembers, as it stands at the end.
    std::map<MailboxAddress, std::map<ContactId, FolderRole>> kept_away;
    /// Contacts that the engine leaves in peace in a mailbox.
    std::set<std::pair<std::string, ContactId>> in_peace;
    std::set<ContactId> made_by_engine;  ///< contacts of HQ that were a user's item first

private:
    std::int64_t last_contact_ = 1000;
    std::uint64_t stamps_ = 0;
    std::uint64_t made_ = 0;
    int views_ = 0;
    card::CardMaker* maker(const card::CardRules& rules);
    card::CardRules maker_rules_;
    std::unique_ptr<card::CardMaker> maker_;
    friend struct RunView;
};

inline constexpr const char* exchange_url = "https://graph.simulation";
inline constexpr const char* hq_system = "hq";

/// The three slots are one field to whoever asks where an address came from.
Field slotless(Field field);

}  // namespace hqsync::simulation
