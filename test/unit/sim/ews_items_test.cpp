// Items over EWS: what one protocol writes the other reads, conflicts, e-mail groups, sync.
#include <gmock/gmock.h>

#include "sim/graph_face.hpp"
#include "unit/sim/ews_caller.hpp"

namespace hqsync::sim {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* mark =
    "<t:ExtendedFieldURI PropertySetId=\"C7D3F1A0-5b7e-4c39-9a4e-2f6d8b1e0a11\" "
    "PropertyName=\"HqContact\" PropertyType=\"String\"/>";

struct EwsItems : testing::Test {
    EwsCaller caller;
    GraphFace graph{caller.domain, "http://x"};

    std::string create(std::string_view fields, std::string_view folder = "contacts") {
        const auto answer = caller.call(fmt::format(
            "<m:CreateItem><m:SavedItemFolderId>{}</m:SavedItemFolderId><m:Items><t:Contact>{}"
            "</t:Contact></m:Items></m:CreateItem>",
            folder_id(folder), fields));
        EXPECT_THAT(answer, HasSubstr("NoError"));
        return item_id(answer);
    }

    static std::string folder_id(std::string_view folder) {
        if (folder.size() < 20) return fmt::format("<t:DistinguishedFolderId Id=\"{}\"/>", folder);
        return fmt::format("<t:FolderId Id=\"{}\"/>", folder);
    }

    static std::string item_id(const std::string& answer) {
        return fmt::format("<t:ItemId Id=\"{}\" ChangeKey=\"{}\"/>",
                           attribute_of(answer, "t:ItemId", "Id"),
                           attribute_of(answer, "t:ItemId", "ChangeKey"));
    }

    std::string get(const std::string& id) {
        return caller.call(fmt::format(
            "<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape>"
            "<t:AdditionalProperties>{}<t:ExtendedFieldURI PropertyTag=\"0x3A45\" "
            "PropertyType=\"String\"/></t:AdditionalProperties></m:ItemShape><m:ItemIds>{}"
            "</m:ItemIds></m:GetItem>",
            mark, id));
    }

    std::string update(const std::string& id, std::string_view updates,
                       std::string_view resolution = "NeverOverwrite") {
        return caller.call(fmt::format(
            "<m:UpdateItem ConflictResolution=\"{}\"><m:ItemChanges><t:ItemChange>{}<t:Updates>{}"
            "</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>",
            resolution, id, updates));
    }

    std::string sync(const std::string& state, int most = 512) {
        return caller.call(fmt::format(
            "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"
            "<m:SyncFolderId>{}</m:SyncFolderId><m:SyncState>{}</m:SyncState>"
            "<m:MaxChangesReturned>{}</m:MaxChangesReturned></m:SyncFolderItems>",
            folder_id("contacts"), state, most));
    }

    std::string ask_graph(std::string method, std::string target, std::string body = "") {
        Request request{.method = std::move(method),
                        .target = std::move(target),
                        .headers = {{"content-type", "application/json"}},
                        .body = std::move(body)};
        parse_target(request);
        return graph.answer(request).body;
    }
    static std::string set_name(std::string_view name) {
        return fmt::format(
            "<t:SetItemField><t:FieldURI FieldURI=\"contacts:GivenName\"/><t:Contact>"
            "<t:GivenName>{}</t:GivenName></t:Contact></t:SetItemField>",
            name);
    }
};

TEST_F(EwsItems, ShowGraphWhatEwsWrote) {
    create(
        fmt::format("<t:Body BodyType=\"Text\">Notiz</t:Body><t:ExtendedProperty>{}<t:Value>hq:7"
                    "</t:Value></t:ExtendedProperty><t:ExtendedProperty><t:ExtendedFieldURI "
                    "PropertyTag=\"0x3A45\" PropertyType=\"String\"/><t:Value>Dr.</t:Value>"
                    "</t:ExtendedProperty><t:GivenName>Ute</t:GivenName><t:EmailAddresses>"
                    "<t:Entry Key=\"EmailAddress2\" Name=\"Ute\">u@b.example</t:Entry>"
                    "</t:EmailAddresses><t:PhoneNumbers><t:Entry Key=\"BusinessFax\">9</t:Entry>"
                    "<t:Entry Key=\"HomePhone2\">8</t:Entry></t:PhoneNumbers>"
                    "<t:Birthday>1980-02-29T11:59:00Z</t:Birthday>",
                    mark));
    const auto read = ask_graph(
        "GET",
        "/users/anna@agentur.example/contacts?$expand=singleValueExtendedProperties($filter="
        "id%20eq%20'String%20{c7d3f1a0-5b7e-4c39-9a4e-2f6d8b1e0a11}%20Name%20HqContact'"
        "%20or%20id%20eq%20'String%200x3A24')");
    EXPECT_THAT(read, HasSubstr(R"("personalNotes":"Notiz")"));
    EXPECT_THAT(read, HasSubstr(R"("title":"Dr.")"));
    EXPECT_THAT(read, HasSubstr(R"("value":"hq:7")"));
    EXPECT_THAT(read, HasSubstr(R"("value":"9")"));
    EXPECT_THAT(read, HasSubstr(R"("homePhones":["8"])"));
    EXPECT_THAT(read, HasSubstr(R"("birthday":"1980-02-29T11:59:00Z")"));
    EXPECT_THAT(read, HasSubstr(R"("emailAddresses":[{"address":"u@b.example","name":"Ute"}])"));
}

TEST_F(EwsItems, ShowEwsWhatGraphWrote) {
    ask_graph("POST", "/users/anna@agentur.example/contacts",
              R"({"givenName":"Ute","businessPhones":["1","2"],"personalNotes":"N",
                  "businessAddress":{"city":"Kiel"},
                  "primaryEmailAddress":{"address":"u@b.example"}})");
    const auto read = get(item_id(sync("")));
    EXPECT_THAT(read, HasSubstr("<t:GivenName>Ute</t:GivenName>"));
    EXPECT_THAT(read, HasSubstr("<t:Entry Key=\"BusinessPhone2\">2</t:Entry>"));
    EXPECT_THAT(read, HasSubstr("<t:Entry Key=\"Business\"><t:City>Kiel</t:City></t:Entry>"));
    EXPECT_THAT(read, HasSubstr("<t:Body BodyType=\"Text\">N</t:Body>"));
}

TEST_F(EwsItems, LeaveTheNameOfAnEmailWhoseAddressAloneIsDeleted) {
    const auto id = create(
        "<t:EmailAddresses><t:Entry "
        "Key=\"EmailAddress1\">u@b.example</t:Entry></t:EmailAddresses>");
    const std::string address =
        "<t:DeleteItemField><t:IndexedFieldURI FieldURI=\"contacts:EmailAddress\" "
        "FieldIndex=\"EmailAddress1\"/></t:DeleteItemField>";
    const auto left = update(id, address);
    EXPECT_THAT(get(item_id(left)),
                HasSubstr("<t:Entry Key=\"EmailAddress1\" Name=\"u@b.example\""));
    std::string companions;
    for (const int property : {32896, 32898, 32900}) {
        companions += fmt::format(
            "<t:DeleteItemField><t:ExtendedFieldURI DistinguishedPropertySetId=\"Address\" "
            "PropertyId=\"{}\" PropertyType=\"String\"/></t:DeleteItemField>",
            property);
    }
    EXPECT_THAT(get(item_id(update(item_id(left), address + companions))),
                Not(HasSubstr("t:EmailAddresses")));
}

TEST_F(EwsItems, LeaveAnEmailThatGraphWroteWithoutANameUnderItsAddress) {
    ask_graph("POST", "/users/anna@agentur.example/contacts",
              R"({"givenName":"Ute","primaryEmailAddress":{"address":"u@b.example"}})");
    update(item_id(sync("")),
           "<t:DeleteItemField><t:IndexedFieldURI FieldURI=\"contacts:EmailAddress\" "
           "FieldIndex=\"EmailAddress1\"/></t:DeleteItemField>");
    EXPECT_THAT(get(item_id(sync(""))),
                HasSubstr("<t:Entry Key=\"EmailAddress1\" Name=\"u@b.example\""));
}

TEST_F(EwsItems, RefuseAnUpdateWithAStaleChangeKey) {
    const auto id = create("<t:GivenName>Ute</t:GivenName>");
    const auto fresh = item_id(update(id, set_name("Eva")));
    EXPECT_NE(id, fresh);
    EXPECT_THAT(update(id, set_name("Ada")), HasSubstr("ErrorIrresolvableConflict"));
    EXPECT_THAT(update(id, set_name("Ada"), "AlwaysOverwrite"), HasSubstr("NoError"));
    const auto keyless = id.substr(0, id.find(" ChangeKey")) + "/>";
    EXPECT_THAT(update(keyless, set_name("Ada"), "AlwaysOverwrite"),
                HasSubstr("ErrorChangeKeyRequiredForWriteOperations"));
}

TEST_F(EwsItems, TakeOnePropertyAnUpdateAndTheOneThatItsPathNames) {
    const auto id = create("<t:GivenName>Ute</t:GivenName>");
    EXPECT_THAT(update(id,
                       "<t:SetItemField><t:FieldURI FieldURI=\"contacts:Surname\"/><t:Contact>"
                       "<t:GivenName>x</t:GivenName></t:Contact></t:SetItemField>"),
                HasSubstr("ErrorUpdatePropertyMismatch"));
    EXPECT_THAT(get(id), HasSubstr("<t:GivenName>Ute</t:GivenName>"));
}

TEST_F(EwsItems, ShowAMoveAsADeleteAndACreateWithAnotherId) {
    const auto id = create("<t:GivenName>Ute</t:GivenName>");
    const auto known = text_of(sync(""), "m:SyncState");
    const auto moved = caller.call(fmt::format(
        "<m:MoveItem><m:ToFolderId>{}</m:ToFolderId><m:ItemIds>{}</m:ItemIds></m:MoveItem>",
        folder_id("deleteditems"), id));
    EXPECT_NE(item_id(moved), id);
    EXPECT_THAT(get(id), HasSubstr("ErrorItemNotFound"));
    const auto round = sync(known);
    EXPECT_THAT(round, HasSubstr("<t:Delete><t:ItemId Id=\"" + attribute_of(id, "", "Id")));
    EXPECT_THAT(round, Not(HasSubstr("<t:Create>")));
    // There and back: the old id stays gone, the contact is a new one.
    caller.call(fmt::format(
        "<m:MoveItem><m:ToFolderId>{}</m:ToFolderId><m:ItemIds>{}</m:ItemIds></m:MoveItem>",
        folder_id("contacts"), item_id(moved)));
    const auto back = sync(known);
    EXPECT_THAT(back, HasSubstr("<t:Delete><t:ItemId Id=\"" + attribute_of(id, "", "Id")));
    EXPECT_THAT(back, HasSubstr("<t:Create>"));
}

TEST_F(EwsItems, ComeInPagesNewestFirstUntilTheLast) {
    for (const char* name : {"Eins", "Zwei", "Drei"})
        create(fmt::format("<t:GivenName>{}</t:GivenName>", name));
    auto page = sync("", 2);
    EXPECT_EQ(text_of(page, "m:IncludesLastItemInRange"), "false");
    EXPECT_THAT(get(item_id(page)), HasSubstr("Drei"));
    page = sync(text_of(page, "m:SyncState"), 2);
    EXPECT_EQ(text_of(page, "m:IncludesLastItemInRange"), "true");
    EXPECT_THAT(get(item_id(page)), HasSubstr("Eins"));
    page = sync(text_of(page, "m:SyncState"), 2);
    EXPECT_THAT(page, Not(HasSubstr("t:ItemId")));
    const auto state = text_of(page, "m:SyncState");
    update(item_id(sync("")), set_name("Neu"));
    EXPECT_THAT(sync(state), HasSubstr("<t:Update>"));
    EXPECT_THAT(sync(state.substr(4)), HasSubstr("ErrorInvalidSyncStateData"));
    caller.domain.mailbox(caller.user)->expire_deltas();
    EXPECT_THAT(sync(state), HasSubstr("ErrorInvalidSyncStateData"));
}

TEST_F(EwsItems, AreFoundByTheirMark) {
    create(fmt::format("<t:ExtendedProperty>{}<t:Value>hq:7</t:Value></t:ExtendedProperty>", mark));
    create(fmt::format("<t:ExtendedProperty>{}<t:Value>hq:8</t:Value></t:ExtendedProperty>", mark));
    const auto found = caller.call(fmt::format(
        "<m:FindItem Traversal=\"Shallow\"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>"
        "<t:AdditionalProperties>{0}</t:AdditionalProperties></m:ItemShape><m:Restriction>"
        "<t:IsEqualTo>{0}<t:FieldURIOrConstant><t:Constant Value=\"hq:8\"/></t:FieldURIOrConstant>"
        "</t:IsEqualTo></m:Restriction><m:ParentFolderIds>{1}</m:ParentFolderIds></m:FindItem>",
        mark, folder_id("contacts")));
    EXPECT_THAT(found, HasSubstr("<t:Value>hq:8</t:Value>"));
    EXPECT_THAT(found, Not(HasSubstr("<t:Value>hq:7</t:Value>")));
    EXPECT_EQ(attribute_of(found, "m:RootFolder", "TotalItemsInView"), "1");
}

TEST_F(EwsItems, DoNotAcceptAFourthEmailOrAHexadecimalProperty) {
    const auto id = create("<t:GivenName>Ute</t:GivenName>");
    for (const std::string wrong :
         {"<t:EmailAddresses><t:Entry Key=\"EmailAddress4\">a@b.example</t:Entry>"
          "</t:EmailAddresses>",
          "<t:ExtendedProperty><t:ExtendedFieldURI DistinguishedPropertySetId=\"Address\" "
          "PropertyId=\"0x8080\" PropertyType=\"String\"/><t:Value>x</t:Value>"
          "</t:ExtendedProperty>",
          "<t:Surname>B</t:Surname><t:GivenName>A</t:GivenName>"}) {
        const auto reply = caller.ask(fmt::format(
            "<m:CreateItem><m:Items><t:Contact>{}</t:Contact></m:Items></m:CreateItem>", wrong));
        EXPECT_EQ(reply.status, 500) << wrong;
        EXPECT_THAT(reply.body, HasSubstr("ErrorSchemaValidation")) << wrong;
    }
}

TEST_F(EwsItems, KeepTheIdOfAFolderThatItsUserDeleted) {
    const auto made = caller.call(fmt::format(
        "<m:CreateFolder><m:ParentFolderId>{}</m:ParentFolderId><m:Folders><t:ContactsFolder>"
        "<t:DisplayName>HQ</t:DisplayName></t:ContactsFolder></m:Folders></m:CreateFolder>",
        folder_id("contacts")));
    const auto id = attribute_of(made, "t:FolderId", "Id");
    const auto parent = [&] {
        const auto read = caller.call(fmt::format(
            "<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape>"
            "<m:FolderIds>{}</m:FolderIds></m:GetFolder>",
            folder_id(id)));
        return attribute_of(read, "t:ParentFolderId", "Id");
    };
    const auto before = parent();
    caller.call(
        fmt::format("<m:DeleteFolder DeleteType=\"MoveToDeletedItems\"><m:FolderIds>{}"
                    "</m:FolderIds></m:DeleteFolder>",
                    folder_id(id)));
    EXPECT_NE(parent(), before);
}

}  // namespace
}  // namespace hqsync::sim
