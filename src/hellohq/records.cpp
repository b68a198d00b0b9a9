// Reads records leniently: an API that grows, leaves out or reformats must not stop the sync.
#include "hellohq/records.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hqsync::hellohq {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::int64_t id_max = 2'147'483'647;  // int32 in swagger-v1.json

constexpr Shape subsystems{"Subsystem", "", ""};
constexpr Shape users{"Users", "", ""};
constexpr Shape companies{
    "Companies",
    "ResponsibleUsers($select=Id),CompanyTypes($select=Id,Name),Subsystems($select=Id),"
    "DefaultAddress",
    "ResponsibleUsers($select=Id),CompanyTypes($select=Id,Name),Subsystems($select=Id)"};
constexpr Shape contacts{"ContactPersons", "DefaultAddress,Addresses", ""};
constexpr Shape projects{
    "Projects", "Members($select=UserId),ContactPersons($select=Id),Subsystems($select=Id)",
    "Members($select=UserId),ContactPersons($select=Id),Subsystems($select=Id)"};
constexpr Shape leads{"Leads", "ContactPersons($select=Id),Subsystems($select=Id)",
                      "ContactPersons($select=Id),Subsystems($select=Id)"};

bool present(object from, std::string_view name, element& value) {
    return from[name].get(value) == simdjson::SUCCESS && !value.is_null();
}

template <class T>
void add_once(std::vector<T>& values, T value) {
    if (std::ranges::find(values, value) == values.end()) values.push_back(value);
}

class Fields {
public:
    Fields(object record, std::string_view set, Origin origin)
        : record_(record), set_(set), origin_(origin) {
        const auto found = id_of(record, "Id");
        if (!found) refuse("Id");
        id_ = found.value_or(0);
    }

    [[nodiscard]] std::int64_t id() const { return id_; }
    std::string text(std::string_view name) { return text_in(record_, name); }

    bool truth(std::string_view name) {
        element value;
        bool truth = false;
        if (!present(record_, name, value)) return false;
        if (value.get(truth) != simdjson::SUCCESS) refuse(name);
        return truth;
    }

    /// 0 is what HQ's platform writes where nothing was chosen.
    template <class RecordId>
    std::optional<RecordId> reference(std::string_view name) {
        element value;
        std::int64_t number = 0;
        if (!present(record_, name, value)) return std::nullopt;
        if (value.get(number) != simdjson::SUCCESS || number < 0 || number > id_max) refuse(name);
        if (number <= 0) return std::nullopt;
        return RecordId(number);
    }

    template <class RecordId>
    std::vector<RecordId> references(std::string_view name, std::string_view key = "Id") {
        std::vector<RecordId> ids;
        for (const auto entry : objects(name)) {
            const auto found = id_of(entry, key);
            if (!found) refuse(name);
            if (found) add_once(ids, RecordId(*found));
        }
        return ids;
    }

    /// A type without a name cannot be excluded by it, it is left out.
    std::vector<CompanyType> company_types() {
        std::vector<CompanyType> types;
        for (const auto entry : objects("CompanyTypes")) {
            CompanyType type;
            type.name = text_in(entry, "Name");
            if (const auto found = id_of(entry, "Id")) type.id = CompanyTypeId(*found);
            if (!type.name.empty()) types.push_back(std::move(type));
        }
        return types;
    }

    std::optional<Address> address(std::string_view name) {
        element value;
        object inner;
        if (!present(record_, name, value)) return std::nullopt;
        if (value.get(inner) != simdjson::SUCCESS) {
            refuse(name);
            return std::nullopt;
        }
        return read_address(inner);
    }

    std::vector<Address> addresses(std::string_view name) {
        std::vector<Address> all;
        for (const auto entry : objects(name))
            all.push_back(read_address(entry));
        return all;
    }

    Result<void> done() {
        if (fault_) return fail(*fault_);
        return {};
    }

private:
    void refuse(std::string_view field) {
        if (fault_) return;
        fault_ =
            Fault{Reach::run, "hq.unreadable",
                  fmt::format("{}({}): field {} is not what API v1 describes", set_, id_, field)};
    }

    std::string text_in(object from, std::string_view name) {
        element value;
        if (!present(from, name, value)) return {};
        std::string_view text;
        if (value.get(text) == simdjson::SUCCESS) return std::string(text);
        if (value.is_object() || value.is_array()) {
            refuse(name);
            return {};
        }
        return simdjson::minify(value);
    }

    std::vector<object> objects(std::string_view name) {
        std::vector<object> entries;
        element value;
        array list;
        if (!present(record_, name, value)) return entries;
        if (value.get(list) != simdjson::SUCCESS) refuse(name);
        for (const element entry : list) {
            object inner;
            if (entry.get(inner) == simdjson::SUCCESS)
                entries.push_back(inner);
            else
                refuse(name);
        }
        return entries;
    }

    Address read_address(object from) {
        Address address;
        if (const auto found = id_of(from, "Id")) address.id = AddressId(*found);
        address.city = text_in(from, "City");
        address.street = text_in(from, "Street");
        address.house_number = text_in(from, "HouseNumber");
        address.zip_code = text_in(from, "ZipCode");
        address.line2 = text_in(from, "AddressLine2");
        address.description = text_in(from, "Description");
        if (origin_ == Origin::hq) address.description = plain_note(address.description);
        address.country = text_in(from, "Country");
        address.phone = text_in(from, "Phone");
        address.fax = text_in(from, "Fax");
        address.email = text_in(from, "Email");
        address.website = text_in(from, "Website");
        return address;
    }

    object record_;
    std::string_view set_;
    Origin origin_;
    std::int64_t id_ = 0;
    std::optional<Fault> fault_;
};

}  // namespace

const Shape& shape(const Subsystem&) {
    return subsystems;
}
const Shape& shape(const User&) {
    return users;
}
const Shape& shape(const Company&) {
    return companies;
}
const Shape& shape(const ContactPerson&) {
    return contacts;
}
const Shape& shape(const Project&) {
    return projects;
}
const Shape& shape(const Lead&) {
    return leads;
}

std::optional<std::int64_t> id_of(object record, std::string_view name) {
    std::int64_t id = 0;
    if (record[name].get(id) != simdjson::SUCCESS || id < 1 || id > id_max) return std::nullopt;
    return id;
}

Result<void> read(object record, Origin origin, Subsystem& into) {
    Fields fields(record, subsystems.set, origin);
    into.id = SubsystemId(fields.id());
    into.name = fields.text("Name");
    into.is_master = fields.truth("IsMaster");
    into.updated_on = fields.text("UpdatedOn");
    return fields.done();
}

Result<void> read(object record, Origin origin, User& into) {
    Fields fields(record, users.set, origin);
    into.id = UserId(fields.id());
    into.first_name = fields.text("FirstName");
    into.last_name = fields.text("LastName");
    into.user_name = fields.text("UserName");
    into.email_work = fields.text("EMailWork");
    into.leaving_date = fields.text("LeavingDate");
    into.updated_on = fields.text("UpdatedOn");
    return fields.done();
}

Result<void> read(object record, Origin origin, Company& into) {
    Fields fields(record, companies.set, origin);
    into.id = CompanyId(fields.id());
    into.name = fields.text("Name");
    into.types = fields.company_types();
    into.responsible_users = fields.references<UserId>("ResponsibleUsers");
    into.subsystems = fields.references<SubsystemId>("Subsystems");
    into.default_address = fields.address("DefaultAddress");
    into.updated_on = fields.text("UpdatedOn");
    return fields.done();
}

Result<void> read(object record, Origin origin, ContactPerson& into) {
    Fields fields(record, contacts.set, origin);
    into.id = ContactId(fields.id());
    into.first_name = fields.text("FirstName");
    into.last_name = fields.text("LastName");
    into.salutation = fields.text("Salutation");
    into.salutation_form = fields.text("SalutationForm");
    into.title = fields.text("Title");
    into.language = fields.text("Language");
    into.position = fields.text("Position");
    into.company = fields.reference<CompanyId>("CompanyId");
    into.phone_landline = fields.text("PhoneLandline");
    into.phone_mobile = fields.text("PhoneMobile");
    into.birthdate = fields.text("Birthdate");
    into.default_address = fields.address("DefaultAddress");
    into.addresses = fields.addresses("Addresses");
    into.updated_on = fields.text("UpdatedOn");
    return fields.done();
}

Result<void> read(object record, Origin origin, Project& into) {
    Fields fields(record, projects.set, origin);
    into.id = ProjectId(fields.id());
    into.name = fields.text("Name");
    into.number = fields.text("Number");
    into.company = fields.reference<CompanyId>("CompanyId");
    into.members = fields.references<UserId>("Members", "UserId");
    into.contact_persons = fields.references<ContactId>("ContactPersons");
    into.subsystems = fields.references<SubsystemId>("Subsystems");
    into.updated_on = fields.text("UpdatedOn");
    return fields.done();
}

Result<void> read(object record, Origin origin, Lead& into) {
    Fields fields(record, leads.set, origin);
    into.id = LeadId(fields.id());
    into.name = fields.text("Name");
    into.number = fields.text("Number");
    into.company = fields.reference<CompanyId>("CompanyId");
    into.responsible_user = fields.reference<UserId>("ResponsibleUserId");
    into.contact_persons = fields.references<ContactId>("ContactPersons");
    into.subsystems = fields.references<SubsystemId>("Subsystems");
    into.updated_on = fields.text("UpdatedOn");
    return fields.done();
}

Company relations_of(const Company& record) {
    Company alone;
    alone.id = record.id;
    alone.types = record.types;
    alone.responsible_users = record.responsible_users;
    alone.subsystems = record.subsystems;
    return alone;
}

Project relations_of(const Project& record) {
    Project alone;
    alone.id = record.id;
    alone.members = record.members;
    alone.contact_persons = record.contact_persons;
    alone.subsystems = record.subsystems;
    return alone;
}

Lead relations_of(const Lead& record) {
    Lead alone;
    alone.id = record.id;
    alone.contact_persons = record.contact_persons;
    alone.subsystems = record.subsystems;
    return alone;
}

}  // namespace hqsync::hellohq
