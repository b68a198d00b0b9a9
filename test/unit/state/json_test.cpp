// The texts that columns of the state database hold: fixed, since files of earlier versions hold
// them too.
#include <gtest/gtest.h>

#include "state/card_json.hpp"
#include "state/contact_ids_json.hpp"
#include "state/field_changes_json.hpp"

namespace hqsync::state {
namespace {

using Changes = std::vector<FieldChange>;
using Contacts = std::vector<ContactId>;

TEST(CardJson, LeavesEmptyTextsOut) {
    ContactCard card;
    card[Field::surname] = "Özil \"x\"";
    card[Field::notes] = std::string("a\0\n", 3);
    const auto* const text = R"({"surname":"Özil \"x\"","notes":"a\u0000\n"})";
    EXPECT_EQ(encode(card), text);
    EXPECT_EQ(decode_card(text), card);
}

TEST(FieldChangesJson, KeepsEmptyTextsAndTheOrder) {
    const Changes changes = {{Field::notes, std::string("a\0\n", 3)},
                             {Field::city, ""},
                             {Field::given_name, "Özil \"x\""}};
    const auto* const text = R"({"notes":"a\u0000\n","city":"","given_name":"Özil \"x\""})";
    EXPECT_EQ(encode(changes), text);
    EXPECT_EQ(decode_field_changes(text), changes);
    EXPECT_EQ(encode(Changes{}), "{}");
    EXPECT_EQ(decode_field_changes("{}"), Changes{});
}

TEST(FieldChangesJson, IgnoresFieldsOfALaterVersionAndRefusesOtherThings) {
    EXPECT_EQ(decode_field_changes(R"({"of_later":"x","city":"Ulm"})"),
              (Changes{{Field::city, "Ulm"}}));
    for (const auto* const text : {"", "[]", "{", R"({"city":1})", R"({"city":null})", "\"x\""}) {
        EXPECT_EQ(decode_field_changes(text), std::nullopt) << text;
    }
}

TEST(ContactIdsJson, IsAListOfNumbers) {
    const Contacts contacts = {ContactId(10'007), ContactId(-1), ContactId(9'007'199'254'740'993)};
    EXPECT_EQ(encode(contacts), "[10007,-1,9007199254740993]");
    EXPECT_EQ(decode_contact_ids("[10007,-1,9007199254740993]"), contacts);
    EXPECT_EQ(encode(Contacts{}), "[]");
    EXPECT_EQ(decode_contact_ids("[]"), Contacts{});
    for (const auto* const text : {"", "{}", "[1", "[1.5]", "[\"1\"]", "7"}) {
        EXPECT_EQ(decode_contact_ids(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace hqsync::state
