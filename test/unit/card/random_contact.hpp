// Contacts, companies and edits with what the way back stumbles over: missing and repeated
// addresses, texts that come from the company, countries and e-mails in every form.
#pragma once

#include <rapidcheck.h>

#include <optional>
#include <string>
#include <vector>

#include "contact/card.hpp"
#include "directory/snapshot.hpp"

namespace hqsync::test {

using Texts = std::vector<std::string>;

inline rc::Gen<std::string> one_of(Texts texts) {
    texts.insert(texts.end(), 2, "");
    return rc::gen::elementOf(std::move(texts));
}

inline rc::Gen<std::string> random_name() {
    return one_of({"Ute", "O'Neill", "von der Höh", " Bär ", "–", "Иван"});
}
inline rc::Gen<std::string> random_number() {
    return one_of({"0171/1234567", "+49 30 555010", "030 1", "Durchwahl 5", "123456"});
}
inline rc::Gen<std::string> random_email() {
    return one_of({"a@x.example", "A@X.example", "b@x.example", "c@x.example"});
}

inline Address random_address(std::optional<AddressId> id) {
    Address address;
    address.id = id;
    if (*rc::gen::arbitrary<bool>()) {
        address.city = *one_of({"Köln", " Bonn"});
        address.street = *one_of({"Domweg", "Domweg 1", "Plan B"});
        address.house_number = *one_of({"1", "5 b", "Haus 3"});
        address.zip_code = *one_of({"50667", "A-1010"});
        address.line2 = *one_of({"Hof", "c/o X\tY"});
    }
    address.country = *one_of({"DE", "at", "Bayern", "XX"});
    address.description = *one_of({"Ruft\r\nzurück", "x", "https://hq.example/7\nx"});
    address.phone = *random_number();
    address.fax = *random_number();
    address.email = *random_email();
    address.website = *one_of({"https://x.example/", "y.example"});
    return address;
}

inline rc::Gen<ContactPerson> random_contact() {
    return rc::gen::exec([] {
        ContactPerson contact;
        contact.id = ContactId(7);
        contact.first_name = *random_name();
        contact.last_name = *random_name();
        contact.title = *one_of({"Dr."});
        contact.position = *one_of({"Einkauf"});
        contact.salutation = *one_of({"Frau"});
        contact.language = *one_of({"de"});
        if (*rc::gen::arbitrary<bool>()) contact.company = CompanyId(1);
        contact.phone_landline = *random_number();
        contact.phone_mobile = *random_number();
        contact.birthdate = *one_of({"1959-09-04T00:00:00Z", "04.09.1959", "30.02.1959"});
        contact.updated_on = "2026-01-01T00:00:00Z";
        if (*rc::gen::arbitrary<bool>()) contact.default_address = random_address(AddressId(1));
        const bool repeats = contact.default_address && *rc::gen::arbitrary<bool>();
        if (repeats) contact.addresses.push_back(*contact.default_address);
        const auto others = *rc::gen::inRange(0, 3);
        for (int i = 0; i < others; ++i)
            contact.addresses.push_back(random_address(AddressId(2 + i)));
        return contact;
    });
}

inline rc::Gen<Snapshot> random_company() {
    return rc::gen::exec([] {
        Company company;
        company.id = CompanyId(1);
        company.name = "Käsekontor GmbH";
        if (*rc::gen::arbitrary<bool>()) company.default_address = random_address(AddressId(9));
        Snapshot snapshot;
        snapshot.companies = {company};
        return snapshot;
    });
}

inline rc::Gen<std::string> random_edit(Field field) {
    switch (field) {
        case Field::business_phone:
        case Field::mobile_phone:
        case Field::business_fax: return one_of({"0171 7654321", "+49 30 555010", "(030) 2", "?"});
        case Field::email1:
            return one_of({"a@x.example", "neu@y.example", "nachfragen", "Ute@nomail.de"});
        case Field::street:
            return one_of({"Rheinweg 5 b", "Am Markt", "Rheinweg 12\nHof", "Hof 7"});
        case Field::country:
            return one_of({"DE", "Austria", "Österreich", "Bayern", "france", "CHE"});
        case Field::birthday: return one_of({"1960-02-29", "1961-02-29", "04.09.1959", "nie"});
        case Field::notes: return one_of({"Mag Käse\nund Brot", "x", " a \n\n b"});
        case Field::web_page: return one_of({"https://neu.example", "y.example/"});
        default: return one_of({"Neu", "Änne\u00A0", "x y", "e\u0301"});
    }
}

inline rc::Gen<std::vector<FieldChange>> random_changes() {
    return rc::gen::exec([] {
        std::vector<FieldChange> changes;
        const auto count = *rc::gen::inRange(0, 8);
        for (int i = 0; i < count; ++i) {
            const auto field =
                all_fields()[static_cast<std::size_t>(*rc::gen::inRange(0, int(field_count)))];
            changes.push_back({field, *random_edit(field)});
        }
        return changes;
    });
}

}  // namespace hqsync::test
