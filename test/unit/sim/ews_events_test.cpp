// What a mailbox's change lists tell as events.
#include "sim/ews_events.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hqsync::sim {
namespace {

/// "moved 3.1 2 from 3.0 1": contact and place, folder, and where it was.
std::string text_of(const MailboxEvent& event) {
    constexpr std::array names{"created", "modified", "deleted", "moved"};
    const auto* const kind = names[std::to_underlying(event.kind)];
    if (event.contact == 0) {
        const auto text = fmt::format("{} folder {} in {}", kind, event.folder, event.parent);
        if (event.kind != EventKind::moved) return text;
        return fmt::format("{} from {}", text, event.old_parent);
    }
    const auto text = fmt::format("{} {}.{} in {}", kind, event.contact, event.place, event.parent);
    if (event.kind != EventKind::moved) return text;
    return fmt::format("{} from .{} in {}", text, event.old_place, event.old_parent);
}

class Events : public testing::Test {
protected:
    Events() : box_("a@agentur.example", 1, [] { return std::int64_t{0}; }) {
        other_ = box_.create_folder(contacts_folder, "Other")->key;
        mark();
    }

    void mark() {
        seen_ = box_.contents().sequence;
        known_ = folder_tree(box_);
    }
    Contact& make() {
        Contact& contact = box_.create_contact(contacts_folder);
        box_.save(contact);
        return contact;
    }
    std::string told() {
        std::string all;
        for (const auto& event : events_since(box_, seen_, known_))
            all += text_of(event) + "\n";
        return all;
    }

    Mailbox box_;
    Key other_ = 0;
    std::uint64_t seen_ = 0;
    FolderTree known_;
};

TEST_F(Events, AreNoneWhenNothingHappened) {
    make();
    mark();
    EXPECT_EQ(told(), "");
}

TEST_F(Events, TellACreationAndAnEditWithTheirFolder) {
    Contact& old = make();
    mark();
    box_.save(old);
    make();
    EXPECT_EQ(told(), "modified 4.0 in 1\ncreated 5.0 in 1\nmodified folder 1 in 0\n");
}

TEST_F(Events, TellAMoveOnceWithBothIds) {
    Contact& contact = make();
    mark();
    box_.move(contact, other_);
    EXPECT_EQ(told(),
              "moved 4.1 in 3 from .0 in 1\nmodified folder 1 in 0\nmodified folder 3 in 1\n");
}

TEST_F(Events, TellEachOfTwoMovesAndTheDeletionAfterThem) {
    Contact& contact = make();
    mark();
    box_.move(contact, other_);
    box_.move(contact, contacts_folder);
    box_.erase(contact.key);
    EXPECT_EQ(told(),
              "moved 4.1 in 3 from .0 in 1\nmoved 4.2 in 1 from .1 in 3\ndeleted 4.2 in 1\n"
              "modified folder 1 in 0\nmodified folder 3 in 1\n");
}

TEST_F(Events, TellAContactThatCameAndWentMeanwhile) {
    box_.erase(make().key);
    EXPECT_EQ(told(), "created 4.0 in 1\ndeleted 4.0 in 1\nmodified folder 1 in 0\n");
}

TEST_F(Events, TellFoldersThatCameMovedAndWent) {
    const Key gone = box_.create_folder(contacts_folder, "Gone")->key;
    mark();
    box_.erase_folder(gone);
    box_.move_folder(box_.folder(other_), deleted_items);
    box_.create_folder(contacts_folder, "New");
    EXPECT_EQ(told(), "moved folder 3 in 2 from 1\ncreated folder 5 in 1\ndeleted folder 4 in 1\n");
}

}  // namespace
}  // namespace hqsync::sim
