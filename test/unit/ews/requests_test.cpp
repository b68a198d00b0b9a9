// Every request but updates: valid by the official schema, and saying what it is to say.
#include "ews/requests.hpp"

#include <gmock/gmock.h>

#include "unit/ews/codec_schema.hpp"

namespace hqsync::ews {
namespace {

using test::complaint;
using test::complaint_about;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::vector<FolderName> folders = {Distinguished::contacts, FolderId("AAMk&=")};
const std::vector<FolderId> folder_ids = {FolderId("AAMkA="), FolderId("AAMkB=")};
const std::vector<ItemId> items = {ItemId("AAMkI1="), ItemId("AAMkI2=")};
const ContactMark mark{"hq", ContactId(10007)};

ContactCard full_card() {
    ContactCard card;
    for (const auto field : all_fields())
        card[field] = "<" + std::string(name(field)) + "> & \u00E4";
    card[Field::birthday] = "1959-09-04";
    card[Field::email1] = "erika@agentur.example";
    card[Field::email2] = "e.m@agentur.example";
    card[Field::email3] = "/o=Agentur/cn=erika";
    card[Field::web_page] = "https://agentur.example/?a=1&b=2";
    card[Field::categories] = "HQ\nKunde";
    card[Field::notes] = "Zeile 1\nZeile 2";
    return card;
}

std::string created(const ContactCard& card) {
    const CreateItem create{FolderId("AAMkA="), mark, card};
    const std::vector<const CreateItem*> creates = {&create};
    return create_items(FolderId("AAMkA="), creates);
}

TEST(Schema, RefusesWhatAServerWouldRefuse) {
    HQSYNC_NEEDS_REFERENCE();
    EXPECT_THAT(complaint(test::sample("99-invalid-element-order-request.xml")),
                HasSubstr("not expected"));
    EXPECT_EQ(complaint(test::sample("06-UpdateItem-request.xml")), "");
    EXPECT_THAT(complaint_about("<m:MoveItem/>"), HasSubstr("Missing child"));
}

TEST(Requests, OfFoldersAreValid) {
    HQSYNC_NEEDS_REFERENCE();
    EXPECT_EQ(complaint_about(get_folders(folders)), "");
    EXPECT_EQ(complaint_about(find_our_folders(folders)), "");
    EXPECT_EQ(complaint_about(find_contact_folders(Distinguished::root, 1000)), "");
    EXPECT_EQ(complaint_about(create_folder(Distinguished::contacts, FolderRole::mine)), "");
    EXPECT_EQ(complaint_about(create_folder(FolderId("A"), FolderRole::global)), "");
    EXPECT_EQ(complaint_about(mark_folder(FolderId("A"), FolderRole::global)), "");
}

TEST(Requests, OfItemsAreValid) {
    HQSYNC_NEEDS_REFERENCE();
    EXPECT_EQ(complaint_about(sync_items(folder_ids[0], std::nullopt, 512)), "");
    EXPECT_EQ(complaint_about(sync_items(folder_ids[0], SyncState("H4sI="), 1)), "");
    EXPECT_EQ(complaint_about(find_marked(folder_ids, mark, 250)), "");
    EXPECT_EQ(complaint_about(list_items(folder_ids[0], 1000)), "");
    EXPECT_EQ(complaint_about(get_items(items)), "");
    EXPECT_EQ(complaint_about(get_marks(items)), "");
    EXPECT_EQ(complaint_about(created(full_card())), "");
    EXPECT_EQ(complaint_about(created({})), "");
    EXPECT_EQ(complaint_about(unmark_item(items[0], ChangeKey("EQ="))), "");
    EXPECT_EQ(complaint_about(move_items(folder_ids[0], items)), "");
    EXPECT_EQ(complaint_about(delete_items(items, DeleteType::hard)), "");
    EXPECT_EQ(complaint_about(delete_items(items, DeleteType::to_deleted_items)), "");
}

TEST(Requests, OfPhotosAndSubscriptionsAreValid) {
    HQSYNC_NEEDS_REFERENCE();
    const std::vector<std::string> subscriptions = {"JwBl", "JwBm"};
    EXPECT_EQ(complaint_about(create_photo(items[0], ChangeKey("EQ="), "\xFF\xD8\xFF\xE0")), "");
    EXPECT_EQ(complaint_about(get_attachment("AAMkF=")), "");
    EXPECT_EQ(complaint_about(delete_attachment("AAMkF=")), "");
    EXPECT_EQ(complaint_about(subscribe(folder_ids)), "");
    EXPECT_EQ(complaint_about(streaming_events(subscriptions, 30)), "");
    EXPECT_EQ(complaint_about(unsubscribe("JwBl")), "");
}

TEST(Requests, StandInAnEnvelopeWithVersionZoneAndTheMailboxActedFor) {
    EXPECT_EQ(
        envelope("<m:X/>", MailboxAddress("anna@agentur.example")),
        R"(<?xml version="1.0" encoding="utf-8"?>)"
        R"(<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/")"
        R"( xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types")"
        R"( xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">)"
        R"(<s:Header><t:RequestServerVersion Version="Exchange2013_SP1"/>)"
        R"(<t:ExchangeImpersonation><t:ConnectingSID>)"
        R"(<t:PrimarySmtpAddress>anna@agentur.example</t:PrimarySmtpAddress>)"
        R"(</t:ConnectingSID></t:ExchangeImpersonation>)"
        R"(<t:TimeZoneContext><t:TimeZoneDefinition Id="UTC"/></t:TimeZoneContext></s:Header>)"
        R"(<s:Body><m:X/></s:Body></s:Envelope>)");
    EXPECT_THAT(envelope("<m:X/>", std::nullopt), Not(HasSubstr("Impersonation")));
}

TEST(Requests, LookForOurFoldersByMarkAndByName) {
    EXPECT_THAT(find_our_folders(folders),
                AllOf(HasSubstr(R"(Traversal="Deep")"),
                      HasSubstr(R"(<t:Exists><t:ExtendedFieldURI)"
                                R"( PropertySetId="6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8")"
                                R"( PropertyName="HqFolder" PropertyType="String"/></t:Exists>)"),
                      HasSubstr(R"(<t:Constant Value="HQ Meine Kontakte"/>)"),
                      HasSubstr(R"(<t:Constant Value="HQ Globale Kontakte"/>)"),
                      HasSubstr(R"(<t:DistinguishedFolderId Id="contacts"/>)"),
                      HasSubstr(R"(<t:FolderId Id="AAMk&amp;="/>)")));
}

TEST(Requests, CreateAFolderByItsTypeOnly) {
    const auto request = create_folder(Distinguished::contacts, FolderRole::mine);
    EXPECT_THAT(request, HasSubstr("<t:ContactsFolder><t:DisplayName>HQ Meine Kontakte<"));
    EXPECT_THAT(request, HasSubstr("<t:Value>mine</t:Value>"));
    EXPECT_THAT(request, Not(HasSubstr("FolderClass")));
}

TEST(Requests, AskForNoContentWhereExchangeShowsNone) {
    EXPECT_EQ(
        sync_items(FolderId("A"), SyncState("H4="), 512),
        R"(<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>)"
        R"(<m:SyncFolderId><t:FolderId Id="A"/></m:SyncFolderId><m:SyncState>H4=</m:SyncState>)"
        R"(<m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>)");
    EXPECT_THAT(list_items(FolderId("A"), 7), HasSubstr(R"(Offset="7")"));
    EXPECT_THAT(find_marked(folder_ids, mark, 0), HasSubstr(R"(<t:Constant Value="hq:10007"/>)"));
}

TEST(Requests, CreateAContactAsOutlookShowsIt) {
    EXPECT_EQ(
        created(full_card()),
        R"(<m:CreateItem><m:SavedItemFolderId><t:FolderId Id="AAMkA="/></m:SavedItemFolderId>)"
        "<m:Items><t:Contact><t:Subject>&lt;display_name&gt; &amp; \u00E4</t:Subject>"
        "<t:Body BodyType=\"Text\">Zeile 1\nZeile 2</t:Body>"
        "<t:Categories><t:String>HQ</t:String><t:String>Kunde</t:String></t:Categories>"
        R"(<t:ExtendedProperty><t:ExtendedFieldURI)"
        R"( PropertySetId="6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8" PropertyName="HqContact")"
        R"( PropertyType="String"/><t:Value>hq:10007</t:Value></t:ExtendedProperty>)"
        R"(<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x3A45")"
        " PropertyType=\"String\"/><t:Value>&lt;title&gt; &amp; \u00E4</t:Value>"
        "</t:ExtendedProperty><t:FileAs>&lt;file_as&gt; &amp; \u00E4</t:FileAs>"
        "<t:FileAsMapping>None</t:FileAsMapping>"
        "<t:DisplayName>&lt;display_name&gt; &amp; \u00E4</t:DisplayName>"
        "<t:GivenName>&lt;given_name&gt; &amp; \u00E4</t:GivenName>"
        "<t:CompanyName>&lt;company&gt; &amp; \u00E4</t:CompanyName><t:EmailAddresses>"
        "<t:Entry Key=\"EmailAddress1\" Name=\"&lt;display_name&gt; &amp; \u00E4\""
        R"( RoutingType="SMTP">erika@agentur.example</t:Entry>)"
        "<t:Entry Key=\"EmailAddress2\" Name=\"&lt;display_name&gt; &amp; \u00E4\""
        R"( RoutingType="SMTP">e.m@agentur.example</t:Entry>)"
        "<t:Entry Key=\"EmailAddress3\" Name=\"&lt;display_name&gt; &amp; \u00E4\">"
        "/o=Agentur/cn=erika</t:Entry></t:EmailAddresses><t:PhysicalAddresses>"
        "<t:Entry Key=\"Business\"><t:Street>&lt;street&gt; &amp; \u00E4</t:Street>"
        "<t:City>&lt;city&gt; &amp; \u00E4</t:City>"
        "<t:CountryOrRegion>&lt;country&gt; &amp; \u00E4</t:CountryOrRegion>"
        "<t:PostalCode>&lt;postal_code&gt; &amp; \u00E4</t:PostalCode></t:Entry>"
        "</t:PhysicalAddresses><t:PhoneNumbers>"
        "<t:Entry Key=\"BusinessPhone\">&lt;business_phone&gt; &amp; \u00E4</t:Entry>"
        "<t:Entry Key=\"MobilePhone\">&lt;mobile_phone&gt; &amp; \u00E4</t:Entry>"
        "<t:Entry Key=\"BusinessFax\">&lt;business_fax&gt; &amp; \u00E4</t:Entry>"
        "</t:PhoneNumbers><t:Birthday>1959-09-04T11:59:00Z</t:Birthday>"
        "<t:BusinessHomePage>https://agentur.example/?a=1&amp;b=2</t:BusinessHomePage>"
        "<t:JobTitle>&lt;position&gt; &amp; \u00E4</t:JobTitle>"
        "<t:PostalAddressIndex>Business</t:PostalAddressIndex>"
        "<t:Surname>&lt;surname&gt; &amp; \u00E4</t:Surname></t:Contact></m:Items>"
        "</m:CreateItem>");
}

TEST(Requests, NeverWriteAnEmptyEntry) {
    ContactCard card;
    card[Field::email2] = " \x01 ";
    card[Field::mobile_phone] = "\x02";
    card[Field::city] = "\xC2\xA0";
    card[Field::categories] = "\n \n";
    card[Field::email1] = "a@agentur.example";
    const auto request = created(card);
    EXPECT_THAT(request, HasSubstr(R"(<t:EmailAddresses><t:Entry Key="EmailAddress1")"
                                   R"( Name="a@agentur.example" RoutingType="SMTP">)"
                                   R"(a@agentur.example</t:Entry></t:EmailAddresses>)"));
    for (const auto* absent : {"EmailAddress2", "PhoneNumbers", "PhysicalAddresses", "Categories",
                               "PostalAddressIndex", "DisplayName"})
        EXPECT_THAT(request, Not(HasSubstr(absent)));
}

TEST(Requests, WriteAWebPageThatIsNoUriAsItsProperty) {
    for (const auto* page : {"agentur.example", "http://www.agentur.example/a%20b?c=d#e"}) {
        ContactCard card;
        card[Field::web_page] = page;
        EXPECT_THAT(created(card), HasSubstr("<t:BusinessHomePage>")) << page;
    }
    for (const auto* page :
         {"://", "siehe Brief", "http://", "http://a.example:port/", "a.example##",
          "http://a.example/[x]", "a%2", "\u00F6.example", "-a.example", "a..b"}) {
        ContactCard card;
        card[Field::web_page] = page;
        EXPECT_THAT(created(card), AllOf(Not(HasSubstr("<t:BusinessHomePage>")),
                                         HasSubstr(R"(PropertyTag="0x3A51")")))
            << page;
        EXPECT_EQ(test::has_reference() ? complaint_about(created(card)) : "", "") << page;
    }
}

TEST(Requests, LeaveOutABirthdayThatIsNoDate) {
    ContactCard card;
    card[Field::birthday] = "4.9.59";
    EXPECT_THAT(created(card), Not(HasSubstr("Birthday")));
}

TEST(Requests, WriteAPhotoAsBase64OfAnyLength) {
    const auto content = [](std::string_view photo) {
        const auto request = create_photo(ItemId("I"), ChangeKey("K"), photo);
        const auto begin = request.find("<t:Content>") + 11;
        return request.substr(begin, request.find("</t:Content>") - begin);
    };
    EXPECT_EQ(content("\xFF\xD8\xFF"), "/9j/");
    EXPECT_EQ(content("\xFF\xD8\xFF\xE0"), "/9j/4A==");
    EXPECT_EQ(content(std::string(13'000'000, 'a')).size(), 17'333'336U);
    EXPECT_THAT(create_photo(ItemId("I"), ChangeKey("K"), "x"),
                HasSubstr(R"(<m:ParentItemId Id="I" ChangeKey="K"/>)"));
}

}  // namespace
}  // namespace hqsync::ews
