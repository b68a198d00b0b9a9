// One table names the text fields of a contact person, one those of an address.
#include "hqapi/write.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>
#include <simdjson.h>

#include "contact/date.hpp"
#include "hqapi/model.hpp"

namespace hqsync::hqapi {

namespace {

using simdjson::dom::element;
using simdjson::dom::object;

using Check = std::string_view (*)(std::string_view text);

std::string_view any_text(std::string_view) {
    return {};
}

std::string_view language(std::string_view text) {
    const auto is_letter = [](char each) {
        return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z');
    };
    const bool is_code = text.size() == 2 && std::ranges::all_of(text, is_letter);
    return is_code ? std::string_view{} : "expected two letters";
}

std::string_view salutation_form(std::string_view text) {
    constexpr std::array<std::string_view, 4> forms{"Formal", "Informal", "Neutral", "NotSet"};
    const bool is_form = std::ranges::find(forms, text) != forms.end();
    return is_form ? std::string_view{} : "expected Formal, Informal, Neutral or NotSet";
}

std::string_view birthdate(std::string_view text) {
    return iso_date(text.substr(0, 10)).empty() ? "expected a date" : std::string_view{};
}

std::string_view email(std::string_view text) {
    const auto at = text.find('@');
    const bool is_address = at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
                            text.find('@', at + 1) == std::string_view::npos &&
                            text.find(' ') == std::string_view::npos;
    return is_address ? std::string_view{} : "expected an e-mail address";
}

template <class Record>
struct TextField {
    std::string_view name;
    std::string Record::* member;
    std::size_t length_max;
    Check check = any_text;
};

constexpr std::size_t long_text = 4000;
constexpr std::size_t short_text = 255;

constexpr std::array contact_fields{
    TextField<ContactPerson>{"FirstName", &ContactPerson::first_name, short_text},
    TextField<ContactPerson>{"LastName", &ContactPerson::last_name, short_text},
    TextField<ContactPerson>{"Position", &ContactPerson::position, short_text},
    TextField<ContactPerson>{"PhoneLandline", &ContactPerson::phone_landline, short_text},
    TextField<ContactPerson>{"PhoneMobile", &ContactPerson::phone_mobile, short_text},
    TextField<ContactPerson>{"Salutation", &ContactPerson::salutation, short_text},
    TextField<ContactPerson>{"Birthdate", &ContactPerson::birthdate, short_text, birthdate},
    TextField<ContactPerson>{"SalutationForm", &ContactPerson::salutation_form, short_text,
                             salutation_form},
    TextField<ContactPerson>{"Title", &ContactPerson::title, short_text},
    TextField<ContactPerson>{"Language", &ContactPerson::language, short_text, language},
};

constexpr std::array address_fields{
    TextField<Address>{"City", &Address::city, short_text},
    TextField<Address>{"Street", &Address::street, short_text},
    TextField<Address>{"HouseNumber", &Address::house_number, short_text},
    TextField<Address>{"ZipCode", &Address::zip_code, short_text},
    TextField<Address>{"AddressLine2", &Address::line2, short_text},
    TextField<Address>{"Description", &Address::description, long_text},
    TextField<Address>{"Country", &Address::country, short_text, language},
    TextField<Address>{"Phone", &Address::phone, short_text},
    TextField<Address>{"Fax", &Address::fax, short_text},
    TextField<Address>{"Email", &Address::email, short_text, email},
    TextField<Address>{"Website", &Address::website, short_text},
};

/// What the server writes itself: taken from no client, and no mistake of his to send it back.
bool is_stamp(std::string_view name) {
    constexpr std::array<std::string_view, 4> stamps{"CreatedBy", "UpdatedBy", "CreatedOn",
                                                     "UpdatedOn"};
    return std::ranges::find(stamps, name) != stamps.end() || name.starts_with("@odata.");
}

/// Characters, not octets.
std::size_t length(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char letter) { return (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U; }));
}

template <class Record, std::size_t count>
Checked<bool> take_text(Record& record, const std::array<TextField<Record>, count>& fields,
                        std::string_view name, element value, std::string_view prefix) {
    const auto* const field = std::ranges::find(fields, name, &TextField<Record>::name);
    if (field == fields.end()) return false;
    std::string_view text;
    if (!value.is_null() && value.get(text) != simdjson::SUCCESS)
        return refuse(fmt::format("{}{}: expected a text or null.", prefix, name));
    if (length(text) > field->length_max) {
        return refuse(
            fmt::format("{}{}: longer than {} characters.", prefix, name, field->length_max));
    }
    if (const auto complaint = field->check(text); !text.empty() && !complaint.empty())
        return refuse(fmt::format("{}{}: {}.", prefix, name, complaint));
    record.*(field->member) = text;
    return true;
}

Checked<std::optional<std::int64_t>> take_id(std::string_view name, element value) {
    std::int64_t id = 0;
    if (value.is_null()) return std::optional<std::int64_t>{};
    if (value.get(id) != simdjson::SUCCESS || id < 0 || id > 2'147'483'647)
        return refuse(fmt::format("{}: expected an id or null.", name));
    return id;
}

/// An id that is given must be the one that is there; 0 and null stand for none.
Checked<bool> same_id(std::string_view name, element value, std::int64_t own) {
    const auto id = take_id(name, value);
    if (!id) return std::unexpected(id.error());
    if (!*id || **id == 0 || **id == own) return true;
    return refuse(fmt::format("{}: cannot be changed.", name));
}

class ContactReader {
public:
    ContactReader(const ContactPerson& before, LeftOut left_out)
        : before_(before), left_out_(left_out) {
        if (left_out == LeftOut::kept) {
            person_ = before;
        } else {
            person_.id = before.id;
            person_.addresses = before.addresses;
        }
    }

    Checked<ContactPerson> read(std::string_view body) {
        simdjson::dom::parser parser;
        object fields;
        if (body.empty()) return refuse("The body is missing.");
        if (parser.parse(body.data(), body.size()).get(fields) != simdjson::SUCCESS)
            return refuse("The body is no JSON object.");
        for (const auto [name, value] : fields) {
            if (const auto taken = take(name, value); !taken) return std::unexpected(taken.error());
        }
        if (person_.first_name.empty() && person_.last_name.empty())
            return refuse("LastName: a contact person needs a first or a last name.");
        return std::move(person_);
    }

    Checked<ContactPerson> read_address(std::string_view body) {
        simdjson::dom::parser parser;
        element fields;
        const bool is_object =
            parser.parse(body.data(), body.size()).get(fields) == simdjson::SUCCESS &&
            fields.is_object();
        if (!is_object) return refuse("The body is no JSON object.");
        person_ = before_;
        if (const auto taken = take_address(fields); !taken) return std::unexpected(taken.error());
        return std::move(person_);
    }

private:
    Checked<bool> take(std::string_view name, element value) {
        const auto is_text = take_text(person_, contact_fields, name, value, "");
        if (!is_text) return std::unexpected(is_text.error());
        if (*is_text || is_stamp(name)) return true;
        if (name == "Id") return same_id(name, value, before_.id.value());
        if (name == "CompanyId") return take_company(value);
        if (name == "DefaultAddressId")
            return same_id(name, value, before_.default_address ? default_address_id(before_) : 0);
        if (name == "DefaultAddress") return take_address(value);
        if (contact_entity().navigation(name) == nullptr) {
            return refuse(
                fmt::format("{}: ContactPerson has no such property.", name.substr(0, 60)));
        }
        simdjson::dom::array list;
        const bool is_nothing =
            value.is_null() || (value.get(list) == simdjson::SUCCESS && list.size() == 0);
        if (is_nothing) return true;
        return refuse(fmt::format("{}: cannot be changed here.", name));
    }

    Checked<bool> take_company(element value) {
        const auto id = take_id("CompanyId", value);
        if (!id) return std::unexpected(id.error());
        person_.company.reset();
        if (*id) person_.company = CompanyId(**id);
        return true;
    }

    Checked<bool> take_address(element value) {
        if (value.is_null()) {
            person_.default_address.reset();
            return true;
        }
        object fields;
        if (value.get(fields) != simdjson::SUCCESS)
            return refuse("DefaultAddress: expected an address or null.");
        Address address;
        if (before_.default_address) {
            if (left_out_ == LeftOut::kept) address = *before_.default_address;
            address.id = before_.default_address->id;
        }
        const auto own = before_.default_address ? default_address_id(before_) : 0;
        for (const auto [name, part] : fields) {
            const auto taken = take_part(address, name, part, own);
            if (!taken) return std::unexpected(taken.error());
        }
        person_.default_address = std::move(address);
        return true;
    }

    static Checked<bool> take_part(Address& address, std::string_view name, element part,
                                   std::int64_t own) {
        const auto is_text = take_text(address, address_fields, name, part, "DefaultAddress.");
        if (!is_text) return std::unexpected(is_text.error());
        const bool is_fixed =
            is_stamp(name) || name == "IsStandard" || name == "DefaultForDocumentType";
        if (*is_text || is_fixed) return true;
        if (name == "Id") return same_id("DefaultAddress.Id", part, own);
        return refuse(fmt::format("DefaultAddress.{}: CompanyAddress has no such property.",
                                  name.substr(0, 60)));
    }

    const ContactPerson& before_;
    LeftOut left_out_;
    ContactPerson person_;
};

}  // namespace

Checked<ContactPerson> changed_contact(const ContactPerson& before, std::string_view body,
                                       PutManner manner) {
    auto after = ContactReader(before, manner.left_out).read(body);
    if (after && manner.default_address == DefaultAddress::ignored)
        after->default_address = before.default_address;
    return after;
}

Checked<Address> changed_address(const Address& before, std::string_view body, LeftOut left_out) {
    ContactPerson owner;
    owner.default_address = before;
    auto after = ContactReader(owner, left_out).read_address(body);
    if (!after) return std::unexpected(after.error());
    return *std::move(after->default_address);
}

Checked<ContactPerson> new_contact(std::string_view body) {
    const ContactPerson nobody;
    auto person = ContactReader(nobody, LeftOut::kept).read(body);
    if (person && !person->company) return refuse("CompanyId: is missing.");
    return person;
}

Checked<UserId> member_wanted(std::string_view body) {
    simdjson::dom::parser parser;
    object fields;
    if (parser.parse(body.data(), body.size()).get(fields) != simdjson::SUCCESS)
        return refuse("The body is no JSON object.");
    for (const std::string_view name : {"UserId", "ProjectRoleId"}) {
        std::int64_t number = 0;
        if (fields[name].get(number) != simdjson::SUCCESS)
            return refuse(fmt::format("{}: expected an id.", name));
    }
    return UserId(fields["UserId"].get_int64().value_unsafe());
}

}  // namespace hqsync::hqapi
