// Names of .NET types as `help COMMAND` shows them.
#include "app/type_name.hpp"

#include <string>

#include <gtest/gtest.h>

namespace hqsync::app {
namespace {

std::string in(const std::string& type) {
    return "[" + type + ", mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c5619]";
}

TEST(TypeName, HasNoNamespace) {
    EXPECT_EQ(short_type_name("System.String"), "String");
    EXPECT_EQ(short_type_name("Microsoft.Exchange.Configuration.Tasks.MailboxIdParameter"),
              "MailboxIdParameter");
    EXPECT_EQ(short_type_name("System.Environment+SpecialFolder"), "SpecialFolder");
    EXPECT_EQ(short_type_name("String"), "String");
}

TEST(TypeName, KeepsTheBracketsOfArrays) {
    EXPECT_EQ(short_type_name("System.Object[]"), "Object[]");
    EXPECT_EQ(short_type_name("System.Byte[][,]"), "Byte[][,]");
}

TEST(TypeName, OfANullableOneEndsInAQuestionMark) {
    EXPECT_EQ(short_type_name("System.Nullable`1[" + in("System.UInt32") + "]"), "UInt32?");
    EXPECT_EQ(short_type_name("System.Nullable`1[System.Int32]"), "Int32?");
}

TEST(TypeName, OfAGenericOneNamesItsArguments) {
    EXPECT_EQ(short_type_name("Microsoft.Exchange.Data.Unlimited`1[" + in("System.UInt32") + "]"),
              "Unlimited<UInt32>");
    EXPECT_EQ(short_type_name("System.Collections.Generic.Dictionary`2[" + in("System.String") +
                              "," + in("System.Nullable`1[" + in("A.B") + "]") + "]"),
              "Dictionary<String, B?>");
    EXPECT_EQ(short_type_name("A.List`1[" + in("B.C[]") + "][]"), "List<C[]>[]");
    EXPECT_EQ(short_type_name("A.Outer`1+Inner[" + in("B.C") + "]"), "Inner<C>");
    EXPECT_EQ(short_type_name("A.Open`1"), "Open");
}

TEST(TypeName, OfNoKnownFormStaysAsItIs) {
    for (const std::string odd :
         {"", "A`1[", "A`1[[B", "A`1[[B]", "A[1]", "A]", "A.", "A`1[]]", "A, B", "A`1[[]]", "A[,"})
        EXPECT_EQ(short_type_name(odd), odd);
    std::string deep = "A";
    for (int depth = 0; depth < 40; ++depth)
        deep = "L`1[" + deep + "]";
    EXPECT_EQ(short_type_name(deep), deep);
}

}  // namespace
}  // namespace hqsync::app
