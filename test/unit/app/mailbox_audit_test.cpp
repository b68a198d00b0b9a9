// Statistics of folders next to what the sync believes.
#include "app/mailbox_audit.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/await.hpp"
#include "base/base64.hpp"
#include "played_exchange.hpp"

namespace hqsync::app {
namespace {

const MailboxAddress anna("anna@agentur.example");

test::Properties folder(std::string path, int items, std::string id = "x",
                        std::string container = "IPF.Contact") {
    return {{"Name", path.substr(path.rfind('/') + 1)},
            {"FolderPath", path},
            {"FolderType", "User Created"},
            {"ContainerClass", std::move(container)},
            {"FolderId", std::move(id)},
            {"ItemsInFolder", std::to_string(items)}};
}

BelievedFolder mine(std::size_t managed, std::optional<std::size_t> own = 0) {
    return {.role = FolderRole::mine, .id = FolderId("m"), .managed = managed, .own_max = own};
}
BelievedFolder global(std::size_t managed) {
    return {.role = FolderRole::global,
            .id = FolderId("g"),
            .managed = managed,
            .own_max = std::nullopt};
}

/// "too_few mine 3>2; …": expected and found.
std::string audited(std::vector<test::Properties> folders, std::vector<BelievedFolder> believed) {
    test::PlayedExchange exchange;
    exchange.folders[anna.value()] = std::move(folders);
    const auto audit = await(audit_mailbox(exchange, {anna, std::move(believed)}));
    if (audit.fault) return to_text(*audit.fault);
    std::string text;
    for (const auto& each : audit.deviations) {
        text += fmt::format("{}{}", text.empty() ? "" : "; ", name(each.kind));
        if (each.folder) text += each.folder == FolderRole::mine ? " mine" : " global";
        if (!each.detail.empty()) text += " " + each.detail;
        if (each.expected + each.items > 0)
            text += fmt::format(" {}>{}", each.expected, each.items);
    }
    return text;
}

TEST(MailboxAudit, IsSilentWhereCountsFit) {
    EXPECT_EQ(audited({folder("/Contacts", 7), folder("/Contacts/HQ Meine Kontakte", 3),
                       folder("/Contacts/HQ Globale Kontakte", 9)},
                      {mine(3), global(9)}),
              "");
    EXPECT_EQ(audited({folder("/Contacts", 7)}, {}), "");
}

TEST(MailboxAudit, NamesTooFewAndTooMany) {
    EXPECT_EQ(audited({folder("/Contacts/HQ Meine Kontakte", 2)}, {mine(3)}), "too_few mine 3>2");
    EXPECT_EQ(audited({folder("/Contacts/HQ Meine Kontakte", 4)}, {mine(3)}), "too_many mine 3>4");
}

TEST(MailboxAudit, AllowsItemsOfTheUsersOwn) {
    EXPECT_EQ(audited({folder("/Contacts/HQ Meine Kontakte", 5)}, {mine(3, 2)}), "");
    EXPECT_EQ(audited({folder("/Contacts/HQ Meine Kontakte", 6)}, {mine(3, 2)}),
              "too_many mine 5>6");
    EXPECT_EQ(audited({folder("/Contacts/HQ Globale Kontakte", 99)}, {global(3)}), "");
}

TEST(MailboxAudit, AllowsWritesWhoseOutcomeIsNotKnown) {
    auto believed = mine(3);
    believed.unsettled = 1;
    for (const int items : {2, 3, 4})
        EXPECT_EQ(audited({folder("/Contacts/HQ Meine Kontakte", items)}, {believed}), "");
    EXPECT_EQ(audited({folder("/Contacts/HQ Meine Kontakte", 1)}, {believed}), "too_few mine 3>1");
    EXPECT_EQ(audited({folder("/Contacts/HQ Meine Kontakte", 5)}, {believed}), "too_many mine 3>5");
}

TEST(MailboxAudit, FindsAFolderThatIsNotBelowContacts) {
    EXPECT_EQ(audited({folder("/Contacts", 0)}, {mine(3)}), "missing mine 3>0");
    EXPECT_EQ(audited({folder("/Deleted Items/HQ Meine Kontakte", 3)}, {mine(3)}),
              "elsewhere mine /Deleted Items/HQ Meine Kontakte");
}

TEST(MailboxAudit, KnowsAFolderByItsIdUnderAnotherName) {
    const std::string entry(46, '\x07');
    const auto statistics = to_base64("\x2E" + entry + "\x01");
    auto graph = to_base64(std::string("\x03$\xFF\xFE") + entry + "xyz");
    std::ranges::replace(graph, '+', '-');
    std::ranges::replace(graph, '/', '_');
    EXPECT_TRUE(is_same_folder(statistics, graph));
    EXPECT_FALSE(is_same_folder(statistics, to_base64(std::string(50, '\x08'))));
    EXPECT_FALSE(is_same_folder("5a3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8", graph));
    EXPECT_FALSE(is_same_folder("", ""));
    auto believed = mine(3);
    believed.id = FolderId(graph);
    EXPECT_EQ(audited({folder("/Contacts/Kunden", 3, statistics)}, {believed}),
              "wrong_name mine Kunden");
}

TEST(MailboxAudit, NamesAFolderOfAnotherType) {
    EXPECT_EQ(audited({folder("/Contacts/HQ Meine Kontakte", 3, "x", "IPF.Note")}, {mine(3)}),
              "wrong_type mine IPF.Note");
}

TEST(MailboxAudit, TellsAMailboxThatExchangeDoesNotHave) {
    test::PlayedExchange exchange;
    const auto audit = await(audit_mailbox(exchange, {anna, {mine(3)}}));
    ASSERT_EQ(audit.deviations.size(), 1U);
    EXPECT_EQ(audit.deviations.front().kind, Deviation::Kind::mailbox_unknown);
}

TEST(MailboxAudit, ReportsWhatItCannotReadAsAFault) {
    auto line = folder("/Contacts/HQ Meine Kontakte", 3);
    line["ItemsInFolder"] = "";
    EXPECT_TRUE(audited({line}, {mine(3)}).starts_with("audit.unreadable"));
    test::PlayedExchange exchange;
    exchange.instead = [](const management::Command&) {
        return std::optional<Result<management::Output>>(test::refusal("no", "PermissionDenied"));
    };
    const auto audit = await(audit_mailbox(exchange, {anna, {}}));
    ASSERT_TRUE(audit.fault);
    EXPECT_EQ(audit.fault->detail, "no");
}

}  // namespace
}  // namespace hqsync::app
