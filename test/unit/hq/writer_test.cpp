// What goes back to HQ, over a real file that somebody else writes to as well.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "async/await.hpp"
#include "contact/date.hpp"
#include "sqlite/database.hpp"
#include "unit/hq/small_agency.hpp"

namespace hqsync::hq {
namespace {

class FixedClock final : public Clock {
public:
    [[nodiscard]] Instant now() const override { return time; }
    Task<void> sleep_for(Milliseconds pause) override {
        time += pause;
        co_return;
    }
    Instant time = time_of("2026-11-24T12:00:00.5Z").value();
};

class Writer : public EmbeddedHqTest {
protected:
    Writer() {
        hq_ = EmbeddedHq::open(file_, "hq", clock_).value();
        EXPECT_TRUE(hq_->import_files(small_agency()));
    }

    ContactPerson contact(std::int64_t id) { return await(hq_->read(ContactId(id))).value(); }
    Result<ContactPerson> replace(const ContactPerson& before, const ContactPerson& after) {
        return await(hq_->replace(before, after));
    }
    std::string refusal(const ContactPerson& before, const ContactPerson& after) {
        const auto unchanged = snapshot();
        const auto done = replace(before, after);
        EXPECT_EQ(snapshot(), unchanged);
        if (done) return "done";
        EXPECT_EQ(done.error().reach, Reach::item);
        return to_text(done.error());
    }
    std::string refusal_of_new(const ContactPerson& wanted) {
        const auto unchanged = snapshot();
        const auto done = await(hq_->create(wanted));
        EXPECT_EQ(snapshot(), unchanged);
        return done ? "done" : to_text(done.error());
    }
    /// By another process.
    void edit(const std::string& batch) {
        ASSERT_TRUE(EmbeddedHq::open(file_, "hq", clock_).value()->apply_json(batch));
    }

    FixedClock clock_;
};

TEST_F(Writer, ReadsOneContact) {
    EXPECT_EQ(contact(31), *find(snapshot(), ContactId(31)));
    const auto gone = await(hq_->read(ContactId(33)));
    EXPECT_EQ(to_text(gone.error()), "hq.gone: contact 33 is not in HQ any more");
    EXPECT_EQ(gone.error().reach, Reach::item);
    EXPECT_FALSE(gone.error().transient);
}

TEST_F(Writer, ReplacesAContactAndStampsIt) {
    const auto before = contact(31);
    auto after = before;
    after.phone_mobile = "0171 2";
    after.default_address->city = "Köln";
    after.addresses.clear();
    after.company.reset();
    auto expected = snapshot();
    const auto stored = replace(before, after);
    ASSERT_TRUE(stored) << to_text(stored.error());
    after.updated_on = "2026-11-24T12:00:00.500Z";
    EXPECT_EQ(*stored, after);
    expected.contacts[0] = after;
    EXPECT_EQ(snapshot(), expected);
}

TEST_F(Writer, StampsLaterThanBeforeWhateverTheClockSays) {
    const std::vector<std::pair<std::string, std::string>> stamps = {
        {"", "2026-11-24T12:00:00.500Z"},
        {"unlesbar", "2026-11-24T12:00:00.500Z"},
        {"2026-11-24T12:00:00.499", "2026-11-24T12:00:00.500Z"},
        {"2026-11-24T12:00:00.5Z", "2026-11-24T12:00:00.501Z"},
        {"2026-11-24T12:00:00.5009999Z", "2026-11-24T12:00:00.501Z"},
        {"2026-11-24T14:00:00+02:00", "2026-11-24T12:00:00.500Z"},
        {"2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00.000Z"},
    };
    for (const auto& [before, after] : stamps) {
        auto files = small_agency();
        files["ContactPersons.json"] =
            fmt::format(R"([{{"Id":31,"UpdatedOn":"{}"}},{{"Id":32}}])", before);
        files.erase("Projects.json");
        files.erase("Leads.json");
        ASSERT_TRUE(hq_->import_files(files));
        EXPECT_EQ(replace(contact(31), contact(31)).value().updated_on, after) << before;
    }
}

TEST_F(Writer, RefusesWhatSomebodyElseChangedMeanwhile) {
    const auto before = contact(31);
    auto after = before;
    after.title = "Dr.";
    edit(R"([{"op":"set","entity":"contact","id":31,"fields":{"Position":"Chefin"}}])");
    const auto done = replace(before, after);
    ASSERT_FALSE(done);
    EXPECT_EQ(to_text(done.error()),
              "hq.changed_meanwhile: contact 31 was changed in HQ meanwhile; read it again");
    EXPECT_TRUE(done.error().transient);
    EXPECT_EQ(done.error().reach, Reach::item);
    EXPECT_EQ(contact(31).position, "Chefin");
    EXPECT_EQ(contact(31).title, "");

    after = contact(31);
    after.title = "Dr.";
    EXPECT_TRUE(replace(contact(31), after));
    EXPECT_EQ(contact(31).position, "Chefin");
}

TEST_F(Writer, RefusesToReplaceTwice) {
    const auto before = contact(31);
    auto after = before;
    after.title = "Dr.";
    ASSERT_TRUE(replace(before, after));
    EXPECT_THAT(refusal(before, after), testing::StartsWith("hq.changed_meanwhile"));
}

TEST_F(Writer, NoticesAChangeThatLeftTheStampAsItWas) {
    auto before = contact(31);
    before.position = "nie so gewesen";
    EXPECT_THAT(refusal(before, contact(31)), testing::StartsWith("hq.changed_meanwhile"));
}

TEST_F(Writer, SaysThatAContactIsGone) {
    const auto before = contact(31);
    edit(R"([{"op":"delete","entity":"contact","id":31}])");
    EXPECT_EQ(refusal(before, before), "hq.gone: contact 31 is not in HQ any more");
}

TEST_F(Writer, RefusesWhatItCouldNotReadAgain) {
    const auto before = contact(31);
    auto after = before;
    after.company = CompanyId(99);
    EXPECT_EQ(refusal(before, after), "hq.refused: field CompanyId: there is no company 99");
    after = before;
    after.id = ContactId(32);
    EXPECT_EQ(refusal(before, after), "hq.refused: field Id: must not change");
    after = before;
    after.last_name = "\xC3";
    EXPECT_EQ(refusal(before, after), "hq.refused: a text is not UTF-8");
    after = before;
    after.default_address->id = AddressId(0);
    EXPECT_EQ(refusal(before, after),
              "hq.refused: contact: field DefaultAddress: expected an id (a whole number from 1 to "
              "2147483647)");
}

TEST_F(Writer, CreatesAContactWithTheNextId) {
    ContactPerson wanted;
    wanted.id = ContactId(31);
    wanted.last_name = "Neu";
    wanted.company = CompanyId(22);
    wanted.default_address = Address{.city = "Bonn"};
    auto expected = snapshot();
    const auto made = await(hq_->create(wanted));
    ASSERT_TRUE(made) << to_text(made.error());
    wanted.id = ContactId(33);
    wanted.updated_on = "2026-11-24T12:00:00.500Z";
    EXPECT_EQ(*made, wanted);
    expected.contacts.push_back(wanted);
    EXPECT_EQ(snapshot(), expected);
}

TEST_F(Writer, NeverGivesTheIdOfADeletedContactAgain) {
    ContactPerson wanted;
    wanted.company = CompanyId(22);
    ASSERT_EQ(await(hq_->create(wanted)).value().id, ContactId(33));
    edit(R"([{"op":"delete","entity":"contact","id":33}])");
    hq_ = EmbeddedHq::open(file_, "hq", clock_).value();
    EXPECT_EQ(await(hq_->create(wanted)).value().id, ContactId(34));
    ASSERT_TRUE(hq_->import_files(small_agency()));
    EXPECT_EQ(await(hq_->create(wanted)).value().id, ContactId(35));
}

TEST_F(Writer, CountsOnInADatabaseOfTheFirstVersion) {
    constexpr std::array<std::string_view, 1> first = {
        "CREATE TABLE record (entity TEXT NOT NULL, id INTEGER NOT NULL, json TEXT NOT NULL,"
        " PRIMARY KEY (entity, id)) WITHOUT ROWID;"};
    const auto file = folder_ / "old.db";
    {
        const auto old = sqlite::Database::open(file.string(), {0x68714851, first, "HQ"}).value();
        old->execute(R"(INSERT INTO record VALUES ('company', 70, '{"Id":70,"Name":"Alt"}'))");
        old->execute(R"(INSERT INTO record VALUES ('contact', 7, '{"Id":7,"LastName":"Bär"}'))");
    }
    hq_ = EmbeddedHq::open(file, "hq", clock_).value();
    EXPECT_EQ(contact(7).last_name, "Bär");
    ContactPerson wanted;
    wanted.company = CompanyId(70);
    EXPECT_EQ(await(hq_->create(wanted)).value().id, ContactId(8));
}

TEST_F(Writer, CreatesOnlyInACompanyThatThereIs) {
    ContactPerson wanted;
    EXPECT_EQ(refusal_of_new(wanted), "hq.refused: field CompanyId: is missing");
    wanted.company = CompanyId(31);
    EXPECT_EQ(refusal_of_new(wanted), "hq.refused: field CompanyId: there is no company 31");
    wanted.company = CompanyId(22);
    wanted.first_name = "\xFF";
    EXPECT_EQ(refusal_of_new(wanted), "hq.refused: a text is not UTF-8");
    edit(R"([{"op":"add","entity":"contact","id":2147483647,"fields":{}}])");
    wanted.first_name = "Ute";
    EXPECT_THAT(refusal_of_new(wanted), testing::StartsWith("hq.refused: contact: field Id"));
}

}  // namespace
}  // namespace hqsync::hq
