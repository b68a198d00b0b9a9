// What clients of others ask of an EWS server, exchangelib and ews-javascript-api among them.
#include <gmock/gmock.h>

#include "sim/letter_case.hpp"
#include "unit/sim/ews_caller.hpp"

namespace hqsync::sim {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string get_folder(std::string_view name) {
    return fmt::format(
        "<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape>"
        "<m:FolderIds><t:DistinguishedFolderId Id=\"{}\"/></m:FolderIds></m:GetFolder>",
        name);
}

std::string create_contact(std::string_view fields) {
    return fmt::format("<m:CreateItem><m:Items><t:Contact>{}</t:Contact></m:Items></m:CreateItem>",
                       fields);
}

std::string find_contacts(std::string_view shape, std::string_view view,
                          std::string_view behind = "") {
    return fmt::format(
        "<m:FindItem Traversal=\"Shallow\"><m:ItemShape>{}</m:ItemShape>{}<m:ParentFolderIds>"
        "<t:DistinguishedFolderId Id=\"contacts\"/></m:ParentFolderIds>{}</m:FindItem>",
        shape, view, behind);
}

constexpr const char* all = "<t:BaseShape>AllProperties</t:BaseShape>";

TEST(EwsClients, WalkDownFromTheRootOfTheMailbox) {
    EwsCaller caller;
    const auto root = caller.call(get_folder("root"));
    EXPECT_THAT(root, HasSubstr("<t:ChildFolderCount>1</t:ChildFolderCount>"));
    EXPECT_THAT(root, HasSubstr("<t:DistinguishedFolderId>root</t:DistinguishedFolderId>"));
    const auto id = attribute_of(root, "t:FolderId", "Id");
    const auto top = caller.call(get_folder("msgfolderroot"));
    EXPECT_EQ(attribute_of(top, "t:ParentFolderId", "Id"), id);
    const auto found = caller.call(
        "<m:FindFolder Traversal=\"Deep\"><m:FolderShape><t:BaseShape>Default</t:BaseShape>"
        "</m:FolderShape><m:ParentFolderIds><t:DistinguishedFolderId Id=\"root\"/>"
        "</m:ParentFolderIds></m:FindFolder>");
    for (const char* const name : {"Top of Information Store", "Contacts", "Deleted Items"})
        EXPECT_THAT(found, HasSubstr(fmt::format("<t:DisplayName>{}<", name)));
    const auto synced = caller.call(
        "<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>"
        "<m:SyncFolderId><t:DistinguishedFolderId Id=\"root\"/></m:SyncFolderId>"
        "</m:SyncFolderHierarchy>");
    EXPECT_THAT(synced, HasSubstr("<t:DisplayName>Top of Information Store<"));
    EXPECT_THAT(synced, HasSubstr("<t:DisplayName>Contacts<"));
}

TEST(EwsClients, CannotMakeFoldersBesideTheTopOfTheMailbox) {
    EwsCaller caller;
    EXPECT_THAT(caller.call("<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId "
                            "Id=\"root\"/></m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>x"
                            "</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>"),
                HasSubstr("ErrorAccessDenied"));
}

TEST(EwsClients, FindOutByTheErrorThatAVersionIsUnknown) {
    EwsCaller caller;
    auto asked = EwsCaller::envelope(caller.user, get_folder("contacts"));
    asked.replace(asked.find("Exchange2013_SP1"), 16, "Exchange2019");
    const auto reply = caller.ask_raw(asked);
    EXPECT_EQ(reply.status, 500);
    EXPECT_THAT(reply.body, HasSubstr("a:ErrorInvalidRequest"));
}

TEST(EwsClients, MayImpersonateByThePrincipalName) {
    EwsCaller caller;
    auto asked = EwsCaller::envelope(caller.user, get_folder("contacts"));
    const auto named = caller.ask_raw(asked).body;
    for (auto at = asked.find("PrimarySmtpAddress"); at != std::string::npos;
         at = asked.find("PrimarySmtpAddress"))
        asked.replace(at, 18, "PrincipalName");
    EXPECT_EQ(caller.ask_raw(asked).body, named);
}

TEST(EwsClients, AreRefusedWithAnAmpersandThatBeginsNoReference) {
    EwsCaller caller;
    EXPECT_EQ(caller.ask(create_contact("<t:GivenName>A & B</t:GivenName>")).status, 400);
    EXPECT_EQ(caller.ask(create_contact("<t:GivenName>A &amp; B&#10;</t:GivenName>")).status, 200);
}

TEST(EwsClients, LeaveItToTheServerToFileAContactByItsNames) {
    EwsCaller caller;
    caller.call(
        create_contact("<t:FileAsMapping>LastCommaFirst</t:FileAsMapping><t:GivenName>Ute"
                       "</t:GivenName><t:Surname>Abel</t:Surname>"));
    EXPECT_THAT(caller.call(find_contacts(all, "")), HasSubstr("<t:FileAs>Abel, Ute</t:FileAs>"));
    caller.call(
        create_contact("<t:FileAs>Kim</t:FileAs><t:FileAsMapping>LastCommaFirst</t:FileAsMapping>"
                       "<t:GivenName>Jan</t:GivenName>"));
    EXPECT_THAT(caller.call(find_contacts(all, "")), HasSubstr("<t:FileAs>Kim</t:FileAs>"));
}

TEST(EwsClients, SeeOfWhichTypeTheMailboxOfAnEmailIs) {
    EwsCaller caller;
    caller.call(
        create_contact("<t:EmailAddresses><t:Entry Key=\"EmailAddress1\">u@b.example</t:Entry>"
                       "</t:EmailAddresses>"));
    EXPECT_THAT(caller.call(find_contacts(all, "")),
                HasSubstr("RoutingType=\"SMTP\" MailboxType=\"Contact\">u@b.example<"));
}

TEST(EwsClients, MayAskContactsForWhatOnlyAppointmentsHave) {
    EwsCaller caller;
    caller.call(create_contact("<t:GivenName>Ute</t:GivenName>"));
    const auto found = caller.call(
        find_contacts("<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI "
                      "FieldURI=\"calendar:Start\"/><t:FieldURI FieldURI=\"contacts:GivenName\"/>"
                      "</t:AdditionalProperties>",
                      ""));
    EXPECT_THAT(found, HasSubstr("<t:GivenName>Ute</t:GivenName>"));
    EXPECT_THAT(found, Not(HasSubstr("t:Start")));
}

TEST(EwsClients, AreRefusedBodiesByASearchAndGetNoneOfASync) {
    EwsCaller caller;
    caller.call(create_contact("<t:Body BodyType=\"Text\">N</t:Body>"));
    const std::string shape =
        "<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI "
        "FieldURI=\"item:Body\"/><t:FieldURI FieldURI=\"item:Attachments\"/>"
        "</t:AdditionalProperties>";
    EXPECT_THAT(caller.call(find_contacts(shape, "")),
                HasSubstr("ErrorInvalidPropertyForOperation"));
    const auto synced = caller.call(fmt::format(
        "<m:SyncFolderItems><m:ItemShape>{}</m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId "
        "Id=\"contacts\"/></m:SyncFolderId><m:MaxChangesReturned>9</m:MaxChangesReturned>"
        "</m:SyncFolderItems>",
        shape));
    EXPECT_THAT(synced, HasSubstr("<t:Create><t:Contact><t:ItemId"));
    EXPECT_THAT(synced, Not(HasSubstr("t:Body")));
}

TEST(EwsClients, FindNamesWithoutCaseInAllLetters) {
    EXPECT_EQ(without_case("ÄÖÜ Łódź ЁЖ ΣΑ ẞ 𐐀"), "äöü łódź ёж σα ß 𐐨");
    EXPECT_EQ(without_case("A\xC3(\xE2\x82"), "a\xC3(\xE2\x82");
    EXPECT_EQ(without_case(""), "");
}

TEST(EwsClients, MayWriteABooleanAsANumber) {
    EwsCaller caller;
    caller.call(create_contact("<t:GivenName>Ute</t:GivenName>"));
    for (const auto& [value, found] : {std::pair{"0", "1"}, {"false", "1"}, {"1", "0"}}) {
        const auto restriction = fmt::format(
            "<m:Restriction><t:IsEqualTo><t:FieldURI FieldURI=\"contacts:HasPicture\"/>"
            "<t:FieldURIOrConstant><t:Constant Value=\"{}\"/></t:FieldURIOrConstant>"
            "</t:IsEqualTo></m:Restriction>",
            value);
        EXPECT_EQ(attribute_of(caller.call(find_contacts(all, restriction)), "m:RootFolder",
                               "TotalItemsInView"),
                  found)
            << value;
    }
}

TEST(EwsClients, AreToldWhatASearchDoesNotKnow) {
    EwsCaller caller;
    caller.call(create_contact("<t:GivenName>Ute</t:GivenName>"));
    const auto words = find_contacts(all, "", "<m:QueryString>Kim</m:QueryString>");
    const auto view = find_contacts(all, "<m:ContactsView InitialName=\"A\"/>");
    for (const auto& asked : {words, view}) {
        const auto reply = caller.ask(asked);
        EXPECT_EQ(reply.status, 500);
        EXPECT_THAT(reply.body, HasSubstr("a:ErrorInvalidRequest"));
    }
}

}  // namespace
}  // namespace hqsync::sim
