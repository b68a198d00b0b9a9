// What a server may write into WWW-Authenticate, and what is made of it.
#include "http/offered_schemes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hqsync::http {
namespace {

using testing::ElementsAre;

TEST(OfferedSchemes, AreReadFromOneHeaderOrSeveral) {
    Response answer;
    answer.headers = {{"www-authenticate", "Negotiate,  NTLM"},
                      {"server", "Kerberos"},
                      {"www-authenticate", "Basic realm=\"a\", charset=\"UTF-8\""}};
    EXPECT_THAT(offered_schemes(answer), ElementsAre("Negotiate", "NTLM", "Basic"));
}

TEST(OfferedSchemes, HoldNothingThatActsOnATerminal) {
    Response answer;
    answer.headers = {{"www-authenticate", "\x1B[2JBa\x07sic, , X-" + std::string(100, 'y')}};
    EXPECT_THAT(offered_schemes(answer), ElementsAre("2JBasic", "X-" + std::string(38, 'y')));
}

}  // namespace
}  // namespace hqsync::http
