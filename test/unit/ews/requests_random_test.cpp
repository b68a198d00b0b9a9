// Any card and any list of changes: valid by the schema, and read again as it was written.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "contact/canonical.hpp"
#include "ews/answers.hpp"
#include "ews/requests.hpp"
#include "unit/contact/random_text.hpp"
#include "unit/ews/answers_samples.hpp"
#include "unit/ews/codec_echo.hpp"
#include "wire/writer.hpp"

namespace hqsync::ews {
namespace {

const ContactMark mark{"hq", ContactId(10007)};

std::string random_value(Field field) {
    if (field == Field::birthday) {
        return *rc::gen::element<std::string>("", "1959-09-04", "2000-02-29", "1601-01-01",
                                              "1999-12-31");
    }
    // Cards hold texts with plain line ends and no control characters (docs/card.md).
    auto text = *hqsync::test::random_text();
    std::erase_if(text,
                  [](char letter) { return letter == '\r' || letter == '\v' || letter == '\f'; });
    return wire::legal_text(text);
}

ContactCard random_card() {
    ContactCard card;
    for (const auto field : all_fields()) {
        if (*rc::gen::arbitrary<bool>()) card[field] = random_value(field);
    }
    return card;
}

std::string created(const ContactCard& card) {
    const CreateItem create{FolderId("F"), mark, card};
    const std::vector<const CreateItem*> creates = {&create};
    return create_items(FolderId("F"), creates);
}

/// What differs, as "field: <sent> but <shown>".
std::string differences(const ContactCard& sent, const ContactCard& shown) {
    std::string text;
    for (const auto field : differing_fields(sent, shown))
        text += std::string(name(field)) + ": <" + sent[field] + "> but <" + shown[field] + ">\n";
    return text;
}

Result<ContactCard> card_of(const test::Echo& echo) {
    auto items = read_items(echo.shown(), 1);
    if (!items) return fail(items.error());
    if (!items->front()) return fail(items->front().error());
    RC_ASSERT(items->front()->mark == mark);
    return items->front()->card;
}

RC_GTEST_PROP(RandomCard, IsReadAgainAsItWasWritten, ()) {
    const auto card = random_card();
    test::Echo echo;
    const auto request = created(card);
    if (test::has_reference()) RC_ASSERT(test::complaint_about(request) == "");
    echo.create(request);
    const auto shown = card_of(echo);
    RC_ASSERT(shown.has_value());
    RC_ASSERT(differences(card, *shown) == "");
}

RC_GTEST_PROP(RandomCard, IsReadAgainAsItWasChanged, ()) {
    const auto before = random_card();
    test::Echo echo;
    echo.create(created(before));
    UpdateItem update{ItemId("I"), ChangeKey("K"), {}, before};
    auto after = before;
    for (const auto field : all_fields()) {
        if (*rc::gen::inRange(0, 3) != 0) continue;
        after[field] = *rc::gen::arbitrary<bool>() ? random_value(field) : "";
        update.changes.push_back({field, after[field]});
    }
    RC_PRE(has_effect(update));
    const auto request = update_items(std::vector{update});
    if (test::has_reference()) RC_ASSERT(test::complaint_about(request) == "");
    echo.update(request);
    const auto shown = card_of(echo);
    RC_ASSERT(shown.has_value());
    RC_ASSERT(differences(after, *shown) == "");
}

}  // namespace
}  // namespace hqsync::ews
