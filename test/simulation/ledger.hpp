// Who put what into the mailboxes; and the invariants that hold after every step.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/crashing_store.hpp"
#include "simulation/mail_model.hpp"
#include "simulation/world.hpp"

namespace hqsync::simulation {

/// Something a user typed that nobody may take away.
struct Addition {
    std::string token;               ///< a text that occurs nowhere else
    std::vector<std::string> where;  ///< the properties of which one has to hold it
    std::optional<Field> led = {};   ///< HQ may overwrite it as soon as it has a text there
};

/// An item as it was after the last step.
struct Entry {
    sim::Contact content;
    bool by_hand = false;  ///< a user brought it to where it is: a copy, a move
    std::map<std::string, Addition> additions = {};  ///< by the slot that the user typed into
    std::uint64_t edited = 0;    ///< arrivals at the mailbox before the user's last edit
    std::uint64_t made = 0;      ///< arrivals before the engine made it; 0: a user did
    int run = 0;                 ///< that made it
    ContactCard elsewhere = {};  ///< as its user carried it here from another folder
};

class Ledger {
public:
    Ledger(World& world, const OpenIntents& intents) : world_(world), intents_(intents) {}

    /// After a request of the engine has done its work. True: it changed something.
    bool take_engine(const std::string& address, const RunView& view, bool is_late);
    /// After a user has acted.
    void take_user(const std::string& address);
    void add(const std::string& address, sim::Key item, const std::string& slot, Addition addition);
    /// The user wrote over the slot: what he had typed there before is his to lose.
    void drop(const std::string& address, sim::Key item, const std::string& slot);
    /// Texts that a user, or the beginning of the case, brought into the mailboxes.
    void typed(std::string text) { typed_.insert(std::move(text)); }
    [[nodiscard]] bool has_typed(const std::string& text) const { return typed_.contains(text); }

    /// Doubles of these contacts cannot be helped: their intents were lost with the database, or
    /// the network kept a request longer than any client can know.
    void excuse_creates(const std::string& address, std::string_view body);
    void excuse_open_intents();
    /// A plan of this mailbox was approved before the run that follows.
    void approve(const std::string& address) { approved_.insert(address); }
    void approve_nobody() { approved_.clear(); }

    [[nodiscard]] const std::map<sim::Key, Entry>& entries(const std::string& address) const {
        return books_.at(address).entries;
    }

private:
    struct Book {
        std::map<sim::Key, Entry> entries;
        std::uint64_t sequence = 0;
        std::uint64_t arrivals = 0;
        /// By contact: when the user last took an item of it away, counted in arrivals.
        std::map<ContactId, std::uint64_t> taken = {};
    };
    /// One step of the engine in one mailbox.
    struct Step {
        const std::string& address;
        const RunView& view;
        bool is_late;
        sim::Mailbox& mailbox;
        Book& book;
        std::vector<Entry> gone = {};
    };

    void appeared(Step& step, const sim::Contact& item);
    void changed(Step& step, Entry& entry, const sim::Contact& item);
    void lost_mark(Step& step, Entry& entry, const sim::Contact& item);
    void gone(Step& step, const Entry& entry);
    void replaced(Step& step, const Entry& entry, ContactId contact);
    void removed(Step& step, ContactId contact);
    /// Whether the user took an item of the contact away after the engine may have looked.
    [[nodiscard]] static bool was_taken(const Book& book, ContactId contact);
    void check_places(const std::string& address);
    void check_additions(Step& step, const Entry& entry, ContactId contact,
                         const sim::Contact& item);
    void check_overwritten(Step& step, const Entry& entry, const sim::Contact& item,
                           ContactId contact, const ContactCard& before);
    void check_texts(Step& step, const sim::Contact& item, ContactId contact,
                     const ContactCard& before);
    void check_text(Step& step, ContactId contact, Field field, std::string_view text);
    [[nodiscard]] bool may_be_lost(const Entry& entry, const Addition& addition,
                                   ContactId contact) const;

    World& world_;
    const OpenIntents& intents_;
    std::map<std::string, Book> books_;
    std::set<std::string> typed_;
    std::set<std::pair<std::string, ContactId>> excused_;
    std::set<std::string> approved_;
    std::map<std::pair<int, std::string>, std::set<ContactId>> deletions_;  ///< by run, mailbox
};

/// Whether one of the properties holds the token.
bool holds(const sim::Contact& item, const Addition& addition);

/// After the faults: the mailbox shows what the view wants, no more and no less. The user's own
/// additions may stand where HQ has nothing.
void check_plan(World& world, const Ledger& ledger, const std::string& address);

}  // namespace hqsync::simulation
