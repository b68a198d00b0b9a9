// Opens helloHQ; writes contact persons.
#include "hellohq/hellohq.hpp"

#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "hellohq/contact_body.hpp"
#include "hellohq/records.hpp"

namespace hqsync::hellohq {

namespace {

constexpr int tries_max = 3;

std::string contact_path(ContactId contact) {
    return fmt::format("/v1/ContactPersons({})", contact.value());
}

Fault named(Fault fault, ContactId contact) {
    if (fault.code == "hq.gone")
        fault.detail = fmt::format("contact {} is not in HQ any more", contact.value());
    return fault;
}

Fault changed_meanwhile(ContactId contact) {
    return {Reach::item,
            "hq.changed_meanwhile",
            fmt::format("contact {} was changed in HQ meanwhile; read it again", contact.value()),
            {},
            false,
            true};
}

/// But for the time of saving, and the ids of an address that HQ gave one.
bool is_as_wanted(const ContactPerson& kept, ContactPerson wanted) {
    wanted.id = kept.id;
    wanted.updated_on = kept.updated_on;
    wanted.addresses = kept.addresses;
    if (wanted.default_address && kept.default_address)
        wanted.default_address->id = kept.default_address->id;
    return wanted == kept;
}

}  // namespace

/// This HQ, or this login, cannot edit such a record apart.
bool is_not_offered(const Fault& fault) {
    return fault.code == "hq.gone" || fault.code == "hq.answer" || fault.code == "hq.forbidden";
}

/// An address of v1 belongs to the company: an edit of one that others have too would show at all
/// of them.
Result<void> check_reach(const ContactPerson& before, const ContactPerson& after,
                         const Tables& tables) {
    if (before.default_address != after.default_address && shares_address(before, tables)) {
        return fail({Reach::item, "hq.refused",
                     "field DefaultAddress: others in HQ have the same address; give this contact "
                     "one of his own there"});
    }
    for (const auto& old : changed_others(before, after)) {
        if (!others_have(old, before.id, tables)) continue;
        return fail({Reach::item, "hq.refused",
                     "field Addresses: others in HQ have the same address; edit it there"});
    }
    return {};
}

/// All of it but the default address, which HQ shows as it was.
bool lacks_address_only(const ContactPerson& kept, const ContactPerson& before,
                        ContactPerson after) {
    after.default_address = before.default_address;
    return is_as_wanted(kept, std::move(after));
}

/// A contact person as HQ shows him, and as a value.
struct HelloHq::Found {
    std::string json;
    ContactPerson person;
    std::string version;  ///< @odata.etag, where HQ has one
};

HelloHq::HelloHq(Options options, http::Sender& sender, Clock& clock,
                 std::unique_ptr<Access> access, std::unique_ptr<Cache> cache)
    : options_(std::move(options)),
      source_(options_.api_url + " " + options_.account),
      clock_(clock),
      access_(std::move(access)),
      cache_(std::move(cache)),
      service_(options_.api_url, sender, clock, *access_, options_.seed) {}

Result<std::unique_ptr<HelloHq>> HelloHq::open(Options options, http::Sender& sender, Clock& clock,
                                               std::unique_ptr<Access> access) {
    auto cache = Cache::open(options.cache_file);
    if (!cache) return fail(cache.error());
    return std::unique_ptr<HelloHq>(
        new HelloHq(std::move(options), sender, clock, std::move(access), *std::move(cache)));
}

Result<void> HelloHq::forget_cache() {
    tables_ = {};
    is_loaded_ = true;
    return cache_->clear();
}

Result<void> HelloHq::remember(const ContactPerson& person) {
    tables_.contacts.rows.insert_or_assign(person.id.value(), person);
    return cache_->put(source_, person);
}

Task<Result<HelloHq::Found>> HelloHq::find(ContactId contact) {
    const auto loaded = load();
    if (!loaded) co_return fail(loaded.error());
    auto answer =
        co_await service_.send({.path = fmt::format("{}?$expand={}", contact_path(contact),
                                                    shape(ContactPerson{}).expand)});
    if (!answer) co_return fail(named(answer.error(), contact));
    Found found{.json = std::move(answer->body), .person = {}, .version = {}};
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(found.json).get(object) != simdjson::SUCCESS) {
        co_return fail({Reach::run, "hq.unreadable", "a contact person is no object"});
    }
    const auto is_read = hellohq::read(object, Origin::hq, found.person);
    if (!is_read) co_return fail(is_read.error());
    std::string_view version;
    if (object["@odata.etag"].get(version) == simdjson::SUCCESS) found.version = version;
    // What was kept may be older than this; the next snapshot has it.
    const auto remembered = remember(found.person);
    if (!remembered) co_return fail(remembered.error());
    found.person = joined(std::move(found.person), tables_);
    co_return found;
}

Task<Result<ContactPerson>> HelloHq::read(ContactId contact) {
    auto found = co_await find(contact);
    if (!found) co_return fail(found.error());
    co_return std::move(found->person);
}

Task<Result<ContactPerson>> HelloHq::replace(ContactPerson before, ContactPerson after) {
    if (after.id != before.id)
        co_return fail({Reach::item, "hq.refused", "field Id: must not change"});
    const auto loaded = load();
    if (!loaded) co_return fail(loaded.error());
    const auto reached = check_reach(before, after, tables_);
    if (!reached) co_return fail(reached.error());
    Fault lost;
    for (int tries = 1; tries <= tries_max; ++tries) {
        const auto found = co_await find(before.id);
        if (!found) co_return fail(found.error());
        if (found->person != before) {
            const bool is_done = tries > 1 && (is_as_wanted(found->person, after) ||
                                               lacks_address_only(found->person, before, after));
            if (is_done) co_return co_await written(std::move(before), std::move(after));
            co_return fail(changed_meanwhile(before.id));
        }
        if (!changes_person(before, after))
            co_return co_await written(std::move(before), std::move(after));
        // The whole record goes back: whether a PUT empties what it leaves out is not documented.
        const auto put = co_await service_.send({.method = "PUT",
                                                 .path = contact_path(before.id),
                                                 .body = changed_body(found->json, before, after),
                                                 .version = found->version,
                                                 .repeat = Repeat::never});
        if (put) co_return co_await written(std::move(before), std::move(after));
        lost = named(put.error(), before.id);
        if (!lost.outcome_unknown) co_return fail(lost);
    }
    co_return fail(lost);
}

/// What HQ keeps of it. A success that changed nothing, or not all, would be tried for ever, and
/// what HQ has left as it was would be taken for its own later edit.
Task<Result<ContactPerson>> HelloHq::written(ContactPerson before, ContactPerson after) {
    auto found = co_await find(before.id);
    if (!found) co_return fail(found.error());
    // An address is a record of its own: those beside the default one are put apart, and so is that
    // one where the PUT of the contact person has left it alone.
    Fault lost;
    const auto updates = address_updates(found->json, before, after, found->person);
    for (const auto& update : updates) {
        const auto put = co_await service_.send(
            {.method = "PUT", .path = update.path, .body = update.body, .repeat = Repeat::never});
        if (put || is_not_offered(put.error())) continue;
        if (!put.error().outcome_unknown) co_return fail(put.error());
        lost = put.error();
    }
    if (!updates.empty()) found = co_await find(before.id);
    if (!found) co_return fail(found.error());
    const auto field = first_unchanged(before, after, found->person);
    if (field.empty()) co_return found->person;
    if (lost.outcome_unknown) co_return fail(lost);
    co_return fail({Reach::item, "hq.refused",
                    fmt::format("field {}: HQ took the change and kept its old value", field)});
}

Task<Result<ContactPerson>> HelloHq::create(ContactPerson wanted) {
    if (!wanted.company) co_return fail({Reach::item, "hq.refused", "field CompanyId: is missing"});
    const auto made = co_await service_.send({.method = "POST",
                                              .path = "/v1/ContactPersons",
                                              .body = new_body(wanted),
                                              .repeat = Repeat::never});
    if (!made) {
        auto fault = made.error();
        // One answer got lost: who else waits need not wait until it is settled.
        if (fault.outcome_unknown) fault.reach = Reach::item;
        co_return fail(std::move(fault));
    }
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    const bool is_object = parser.parse(made->body).get(object) == simdjson::SUCCESS;
    const auto id = is_object ? id_of(object, "Id") : std::nullopt;
    if (!id) {
        co_return fail({Reach::item,
                        "hq.unreadable",
                        "HQ made a contact person and did not say which; he is looked for",
                        {},
                        true});
    }
    co_return co_await read(ContactId(*id));
}

}  // namespace hqsync::hellohq
