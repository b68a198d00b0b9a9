// Envelope, version and impersonation of the EWS face.
#include "sim/ews_face.hpp"

#include <gmock/gmock.h>

#include "unit/sim/ews_caller.hpp"

namespace hqsync::sim {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* get_contacts =
    "<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>"
    "<t:DistinguishedFolderId Id=\"contacts\"/></m:FolderIds></m:GetFolder>";

TEST(EwsFace, ShowsTheContactsFolderOfWhomItImpersonates) {
    EwsCaller caller;
    const auto reply = caller.ask(get_contacts);
    EXPECT_EQ(reply.status, 200);
    EXPECT_THAT(reply.body, HasSubstr("<t:DisplayName>Contacts</t:DisplayName>"));
    caller.user = "other@agentur.example";
    EXPECT_NE(attribute_of(reply.body, "t:FolderId", "Id"),
              attribute_of(caller.call(get_contacts), "t:FolderId", "Id"));
}

TEST(EwsFace, AnswersAnAddressOfAnotherDomainWithAFaultWithoutHeader) {
    EwsCaller caller;
    caller.user = "anna@elsewhere.example";
    const auto reply = caller.ask(get_contacts);
    EXPECT_EQ(reply.status, 500);
    EXPECT_THAT(reply.body, HasSubstr("a:ErrorNonExistentMailbox"));
    EXPECT_THAT(reply.body, Not(HasSubstr("s:Header")));
}

TEST(EwsFace, NamesThePrimaryAddressOfAnAlias) {
    EwsCaller caller;
    caller.face.add_alias("a.muster@agentur.example", "anna@agentur.example");
    caller.user = "a.muster@agentur.example";
    const auto reply = caller.ask(get_contacts);
    EXPECT_THAT(reply.body, HasSubstr("ErrorNonPrimarySmtpAddress"));
    EXPECT_THAT(reply.body, HasSubstr("<t:Value Name=\"Primary\">anna@agentur.example</t:Value>"));
}

}  // namespace
}  // namespace hqsync::sim
