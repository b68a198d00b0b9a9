// Cmdlets on mailboxes, filters, and who may act for whom.
#include "ps_office.hpp"

namespace hqsync::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(PsCmdlet, FindsMailboxesByEachOfTheirNames) {
    Office office;
    office.describe("anna", "DisplayName", ps_text("Anna Bär"));
    const auto guid =
        office.run("Get-Mailbox", {with("Identity", "anna")}).output[0].property("Guid")->text;
    for (const auto& name : {std::string("ANNA"), std::string("anna@agentur.example"),
                             std::string("anna bÄR"), std::string("AGENTUR\\anna"), guid,
                             std::string("CN=anna,CN=Users,DC=agentur,DC=example")})
        EXPECT_THAT(office.names("get-mailbox", {with("", name)}), ElementsAre("anna")) << name;
    EXPECT_THAT(office.names("Get-Mailbox", {with("Identity", "nobody")}),
                ElementsAre("error: The operation couldn't be performed because object 'nobody' "
                            "couldn't be found on 'dc.agentur.example'."));
}

TEST(PsCmdlet, FiltersMailboxes) {
    Office office;
    office.describe("bert", "RecipientTypeDetails", ps_text("SharedMailbox"));
    office.describe("bert", "Department", ps_text("Einkauf"));
    office.describe("carla", "MemberOfGroup",
                    ps_texts({"CN=Sync,DC=agentur,DC=example", "CN=All,DC=agentur,DC=example"}));
    const auto filter = [&](std::string text) {
        return office.names("Get-Mailbox", {with("Filter", std::move(text))});
    };
    EXPECT_THAT(filter("Alias -like '*a'"), ElementsAre("anna", "carla"));
    EXPECT_THAT(filter("Alias -like 'B*' -or Name -eq 'CARLA'"), ElementsAre("bert", "carla"));
    EXPECT_THAT(filter("-not (Department -ne $null)"), ElementsAre("anna", "carla"));
    EXPECT_THAT(filter("RecipientTypeDetails -eq 'UserMailbox' -and (Alias -gt 'b')"),
                ElementsAre("carla"));
    EXPECT_THAT(filter("MemberOfGroup -eq 'CN=Sync,DC=agentur,DC=example'"), ElementsAre("carla"));
    EXPECT_THAT(filter("HiddenFromAddressListsEnabled -eq $false -and Alias -ne 'anna'"),
                ElementsAre("bert", "carla"));
    EXPECT_THAT(filter("Alias -eq"), ElementsAre(HasSubstr("position 10: a value expected")));
    EXPECT_THAT(filter("Alias -is 'x'"), ElementsAre(HasSubstr("a comparison expected")));
    EXPECT_THAT(filter("Alias -eq 'x' extra"), ElementsAre(HasSubstr("the end of the filter")));
    EXPECT_THAT(filter("Shoe -eq 'x'"), ElementsAre(HasSubstr("not a recognized filterable")));
    EXPECT_THAT(filter(std::string(100, '(')), ElementsAre(HasSubstr("fewer parentheses")));
    EXPECT_THAT(
        office.names("Get-Mailbox", {with("RecipientTypeDetails", "SharedMailbox, RoomMailbox")}),
        ElementsAre("bert"));
}

TEST(PsCmdlet, FindsTheGroupsThatPeopleAreIn) {
    Office office;
    const std::string sync = R"(CN=Sync\, HQ,OU=Gruppen,DC=agentur,DC=example)";
    office.describe("anna", "MemberOfGroup", ps_texts({sync, "CN=All,DC=agentur,DC=example"}));
    office.describe("carla", "MemberOfGroup", ps_texts({sync, "no distinguished name"}));
    EXPECT_THAT(office.names("Get-Group"), ElementsAre("All", "Sync, HQ"));
    const auto found = office.run("Get-Group", {with("", "sync, hq")}).output;
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].property("DistinguishedName")->text, sync);
    EXPECT_EQ(found[0].property("Identity")->display(), "agentur.example/Gruppen/Sync, HQ");
    EXPECT_EQ(found[0].property("Members")->display(),
              "agentur.example/Users/anna, agentur.example/Users/carla");
    for (const auto& name :
         {sync, std::string("agentur.example/gruppen/SYNC, HQ"), found[0].property("Guid")->text})
        EXPECT_THAT(office.names("Get-Group", {with("Identity", name)}), ElementsAre("Sync, HQ"));
    EXPECT_THAT(office.names("Get-Group", {with("Filter", "Name -like 'A*'")}), ElementsAre("All"));
    EXPECT_THAT(office.names("Get-Group", {with("Filter", "Alias -eq 'a'")}),
                ElementsAre(HasSubstr("not a recognized filterable")));
    EXPECT_THAT(office.names("Get-Group", {with("Identity", "Syn")}),
                ElementsAre(HasSubstr("'Syn' couldn't be found")));
    EXPECT_THAT(office.run("Get-Group", {{"ResultSize", ps_i32(1)}}).warnings,
                ElementsAre(HasSubstr("There are more results available")));
}

TEST(PsCmdlet, WarnsWhenItLeavesResultsOut) {
    Office office;
    const auto two = office.run("Get-Mailbox", {{"ResultSize", ps_i32(2)}});
    EXPECT_EQ(two.output.size(), 2U);
    EXPECT_THAT(two.warnings, ElementsAre(HasSubstr("There are more results available")));
    const auto all = office.run("Get-Mailbox", {with("ResultSize", "Unlimited")});
    EXPECT_EQ(all.output.size(), 3U);
    EXPECT_TRUE(all.warnings.empty());
    EXPECT_THAT(office.names("Get-Mailbox", {with("ResultSize", "many")}),
                ElementsAre(HasSubstr("Cannot convert value \"many\"")));
}

TEST(PsCmdlet, CountsTheItemsOfFolders) {
    Office office;
    Mailbox& anna = *office.domain.mailbox("anna@agentur.example");
    const Folder* const mine = anna.create_folder(contacts_folder, "HQ Meine Kontakte");
    anna.create_contact(mine->key);
    anna.create_contact(mine->key);
    anna.create_contact(contacts_folder);
    const auto outcome = office.run("Get-MailboxFolderStatistics",
                                    {with("Identity", "anna"), with("FolderScope", "Contacts")});
    std::vector<std::string> lines;
    for (const auto& one : outcome.output) {
        lines.push_back(fmt::format(
            "{} {} {} {}", one.property("FolderPath")->text, one.property("FolderType")->text,
            one.property("ItemsInFolder")->text, one.property("ItemsInFolderAndSubfolders")->text));
    }
    EXPECT_THAT(lines, ElementsAre("/Contacts Contacts 1 3",
                                   "/Contacts/HQ Meine Kontakte User Created 2 2"));
    const auto all = office.run("Get-MailboxFolderStatistics", {with("Identity", "anna")});
    EXPECT_EQ(all.output.front().property("FolderType")->text, "Root");
    EXPECT_THAT(office.names("Get-MailboxFolderStatistics",
                             {with("Identity", "anna"), with("FolderScope", "Shoes")}),
                ElementsAre(HasSubstr("Cannot convert value \"Shoes\"")));
    EXPECT_THAT(office.names("Get-MailboxFolderStatistics"),
                ElementsAre(HasSubstr("missing mandatory parameters: Identity")));
}

TEST(PsCmdlet, BindsParametersAsPowerShellDoes) {
    Office office;
    EXPECT_THAT(office.names("Get-Mailbox", {with("-Iden:", "anna")}), ElementsAre("anna"));
    EXPECT_THAT(office.names("Get-Mailbox", {with("Re", "anna")}),
                ElementsAre(HasSubstr("matches parameter name 'Re'")));
    EXPECT_THAT(office.names("Get-Mailbox", {with("Identity", "a"), with("identity", "b")}),
                ElementsAre(HasSubstr("specified more than once")));
    EXPECT_THAT(office.names("Get-Mailbox", {with("", "anna"), with("", "bert")}),
                ElementsAre(HasSubstr("matches parameter name 'bert'")));
    const auto stop =
        office.run("Get-Mailbox", {with("Identity", "nobody"), with("ErrorAction", "Stop")});
    EXPECT_TRUE(stop.has_ended());
    EXPECT_TRUE(office
                    .run("Get-Mailbox",
                         {with("Identity", "nobody"), with("ErrorAction", "SilentlyContinue")})
                    .errors.empty());
}

TEST(PsRightsTest, BindsImpersonationToItsScope) {
    Office office;
    const Mailbox& anna = *office.domain.mailbox("anna@agentur.example");
    const Mailbox& bert = *office.domain.mailbox("bert@agentur.example");
    const auto may = [&](const Mailbox& mailbox) {
        return office.organisation.may_impersonate("hqsync@agentur.example", mailbox);
    };
    EXPECT_FALSE(may(anna));
    EXPECT_THAT(office.names("New-ManagementScope",
                             {with("Name", "HQ"),
                              with("RecipientRestrictionFilter", "CustomAttribute1 -eq 'HQ'")}),
                ElementsAre("HQ"));
    office.describe("anna", "CustomAttribute1", ps_text("hq"));
    const std::vector<PsArgument> assignment{
        with("Name", "HQ sync"), with("Role", "applicationimpersonation"),
        with("User", "AGENTUR\\hqsync"), with("CustomRecipientWriteScope", "hq")};
    EXPECT_THAT(office.names("New-ManagementRoleAssignment", assignment), ElementsAre("HQ sync"));
    EXPECT_THAT(office.names("New-ManagementRoleAssignment", assignment),
                ElementsAre(HasSubstr("already exists")));
    EXPECT_TRUE(may(anna));
    EXPECT_FALSE(may(bert));
    EXPECT_FALSE(office.organisation.may_impersonate("anna@agentur.example", anna));
    EXPECT_THAT(
        office.names("Get-ManagementRoleAssignment", {with("Role", "ApplicationImpersonation"),
                                                      {"GetEffectiveUsers", ps_bool(true)}}),
        ElementsAre("HQ sync"));
    const PsArgument quiet{"Confirm", ps_bool(false)};
    EXPECT_THAT(office.names("Remove-ManagementScope", {with("Identity", "HQ"), quiet}),
                ElementsAre(HasSubstr("'HQ sync' uses it")));
    EXPECT_THAT(
        office.names("Remove-ManagementRoleAssignment", {with("Identity", "HQ sync"), quiet}),
        ElementsAre());
    EXPECT_FALSE(may(anna));
    EXPECT_THAT(office.names("Remove-ManagementScope", {with("Identity", "HQ"), quiet}),
                ElementsAre());
    EXPECT_THAT(office.names("Get-ManagementScope", {with("Identity", "HQ")}),
                ElementsAre(HasSubstr("couldn't be found")));
}

TEST(PsRightsTest, RefusesAssignmentsThatMeanNothing) {
    Office office;
    const auto assign = [&](std::vector<PsArgument> arguments, PsPlace place) {
        return office.names("New-ManagementRoleAssignment", std::move(arguments), place);
    };
    EXPECT_THAT(assign({with("Role", "Juggler"), with("User", "anna")}, PsPlace::premises),
                ElementsAre(HasSubstr("'Juggler' couldn't be found")));
    EXPECT_THAT(assign({with("Role", "ApplicationImpersonation"), with("User", "nobody")},
                       PsPlace::premises),
                ElementsAre(HasSubstr("'nobody' couldn't be found")));
    EXPECT_THAT(assign({with("Role", "ApplicationImpersonation"), with("User", "anna"),
                        with("CustomRecipientWriteScope", "none")},
                       PsPlace::premises),
                ElementsAre(HasSubstr("'none' couldn't be found")));
    EXPECT_THAT(
        assign({with("Role", "ApplicationImpersonation"), with("User", "hqsync")}, PsPlace::online),
        ElementsAre(HasSubstr("'ApplicationImpersonation' couldn't be found")));
    EXPECT_THAT(assign({with("Role", "Application Contacts.ReadWrite"), with("User", "hqsync")},
                       PsPlace::online),
                ElementsAre(HasSubstr("can't be assigned")));
    EXPECT_THAT(
        assign({with("Role", "ApplicationImpersonation"), with("App", "x")}, PsPlace::premises),
        ElementsAre(HasSubstr("matches parameter name 'App'")));
    EXPECT_THAT(office.names("New-ManagementScope",
                             {with("Name", "S"), with("RecipientRestrictionFilter", "Shoe -eq 1")}),
                ElementsAre(HasSubstr("not a recognized filterable property")));
}

TEST(PsRightsTest, BindsAnApplicationToItsScope) {
    Office office;
    constexpr const char* app = "aaaaaaaa-0000-4000-8000-000000000001";
    constexpr const char* object = "bbbbbbbb-0000-4000-8000-000000000002";
    const auto online = PsPlace::online;
    EXPECT_THAT(
        office.names("New-ServicePrincipal",
                     {with("AppId", app), with("ObjectId", object), with("DisplayName", "HQ")},
                     online),
        ElementsAre(object));
    office.names("New-ManagementScope",
                 {with("Name", "S"), with("RecipientRestrictionFilter", "Alias -eq 'anna'")},
                 online);
    EXPECT_THAT(office.names("New-ManagementRoleAssignment",
                             {with("App", object), with("Role", "Application Contacts.ReadWrite"),
                              with("CustomResourceScope", "S"), with("Name", "HQ app")},
                             online),
                ElementsAre("HQ app"));
    const auto test = [&](std::vector<PsArgument> more) {
        more.push_back(with("Identity", app));
        const auto outcome = office.run("Test-ServicePrincipalAuthorization", more, online);
        const auto& one = outcome.output.at(0);
        return fmt::format("{} {} {} {} {}", one.property("RoleName")->text,
                           one.property("GrantedPermissions")->text,
                           one.property("AllowedResourceScope")->text,
                           one.property("ScopeType")->text, one.property("InScope")->text);
    };
    EXPECT_EQ(test({with("Resource", "anna")}),
              "Application Contacts.ReadWrite Contacts.ReadWrite S CustomRecipientScope True");
    EXPECT_THAT(test({with("Resource", "bert")}), HasSubstr("False"));
    EXPECT_THAT(test({}), HasSubstr("Not Run"));
    const auto may = [&](std::string_view who, std::string_view whose) {
        return office.organisation.may_use(who, *office.organisation.find(whose), Intent::write);
    };
    EXPECT_TRUE(may(app, "anna"));
    EXPECT_FALSE(may(app, "bert"));
    EXPECT_FALSE(may("app-1", "anna"));
    office.names("Remove-ServicePrincipal", {with("Identity", object)}, online);
    EXPECT_FALSE(may(app, "anna"));
    EXPECT_THAT(office.names("Get-ServicePrincipal", {}, PsPlace::premises),
                ElementsAre(HasSubstr("is not recognized")));
}

TEST(PsThrottling, KeepsPoliciesAndWhomTheyAreFor) {
    Office office;
    EXPECT_THAT(office.names("New-ThrottlingPolicy", {with("Name", "HQ"),
                                                      with("ThrottlingPolicyScope", "Regular"),
                                                      {"EwsMaxConcurrency", ps_nil()},
                                                      with("EwsMaxBurst", "Unlimited"),
                                                      {"IsServiceAccount", ps_bool(true)}}),
                ElementsAre("HQ"));
    const auto policy = office.run("Get-ThrottlingPolicy", {with("Identity", "hq")}).output.at(0);
    EXPECT_EQ(policy.property("EwsMaxConcurrency")->display(), "Unlimited");
    EXPECT_EQ(policy.property("IsServiceAccount")->text, "true");
    EXPECT_TRUE(office
                    .run("Set-ThrottlingPolicyAssociation",
                         {with("Identity", "hqsync"), with("ThrottlingPolicy", "HQ")})
                    .errors.empty());
    const auto bound =
        office.run("Get-ThrottlingPolicyAssociation", {with("Identity", "hqsync")}).output.at(0);
    EXPECT_EQ(bound.property("ThrottlingPolicyId")->display(), "HQ");
    const PsArgument quiet{"Confirm", ps_bool(false)};
    EXPECT_THAT(office.names("Remove-ThrottlingPolicy", {with("Identity", "HQ"), quiet}),
                ElementsAre(HasSubstr("in use")));
    office.run("Set-ThrottlingPolicyAssociation",
               {with("Identity", "hqsync"), {"ThrottlingPolicy", ps_nil()}});
    EXPECT_THAT(office.names("Remove-ThrottlingPolicy", {with("Identity", "HQ"), quiet}),
                ElementsAre());
    EXPECT_THAT(office.names("Get-ThrottlingPolicy"), ElementsAre("GlobalThrottlingPolicy"));
    EXPECT_THAT(office.names("Get-ThrottlingPolicy", {}, PsPlace::online),
                ElementsAre(HasSubstr("is not recognized")));
}

}  // namespace
}  // namespace hqsync::sim
