// Reads records field by field; the first thing that is wrong is the one that is told.
#include <algorithm>

#include <fmt/format.h>

#include "hq/record_json.hpp"

namespace hqsync::hq {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::int64_t id_max = 2'147'483'647;  // int32 in swagger-v1.json

class Fields {
public:
    Fields(object record, Where where) : record_(record), where_(std::move(where)) {
        id_ = required_id();
    }

    [[nodiscard]] std::int64_t id() const { return id_; }

    std::string text(std::string_view name) { return text_of(record_, name, name); }

    bool truth(std::string_view name) {
        element value;
        bool truth = false;
        if (!present(record_, name, value)) return false;
        if (value.get(truth) != simdjson::SUCCESS) refuse(name, "expected true or false");
        return truth;
    }

    /// A reference by its own field ("CompanyId") or by the expanded record ("Company": {"Id": …}).
    template <class RecordId>
    std::optional<RecordId> reference(std::string_view name, std::string_view expanded) {
        element value;
        if (present(record_, name, value)) return RecordId(id_of(value, name));
        object inner;
        if (!present(record_, expanded, value)) return std::nullopt;
        if (value.get(inner) != simdjson::SUCCESS) {
            refuse(expanded, "expected a record");
            return std::nullopt;
        }
        return RecordId(id_in(inner, "Id", expanded));
    }

    /// A list of records that carry at least their id; each once, in the given order.
    template <class RecordId>
    std::vector<RecordId> references(std::string_view name) {
        std::vector<RecordId> ids;
        for (const auto entry : objects(name))
            add_once(ids, RecordId(id_in(entry, "Id", name)));
        return ids;
    }

    std::vector<UserId> members() {
        std::vector<UserId> users;
        for (const auto entry : objects("Members")) {
            element value;
            object user;
            if (present(entry, "UserId", value)) {
                add_once(users, UserId(id_of(value, "Members.UserId")));
            } else if (present(entry, "User", value) && value.get(user) == simdjson::SUCCESS) {
                add_once(users, UserId(id_in(user, "Id", "Members.User")));
            } else {
                refuse("Members", "expected a UserId in each member");
            }
        }
        return users;
    }

    std::vector<CompanyType> company_types() {
        std::vector<CompanyType> types;
        for (const auto entry : objects("CompanyTypes")) {
            CompanyType type;
            type.name = text_of(entry, "Name", "CompanyTypes.Name");
            type.id = optional_id<CompanyTypeId>(entry, "CompanyTypes.Id");
            if (type.name.empty()) refuse("CompanyTypes", "expected a Name in each type");
            types.push_back(std::move(type));
        }
        return types;
    }

    std::optional<Address> address(std::string_view name) {
        element value;
        object inner;
        if (!present(record_, name, value)) return std::nullopt;
        if (value.get(inner) != simdjson::SUCCESS) {
            refuse(name, "expected an address");
            return std::nullopt;
        }
        return read_address(inner, name);
    }

    std::vector<Address> addresses(std::string_view name) {
        std::vector<Address> all;
        for (const auto entry : objects(name))
            all.push_back(read_address(entry, name));
        return all;
    }

    template <class Record>
    Result<Record> done(Record record) {
        if (fault_) return fail(*fault_);
        return record;
    }

private:
    void refuse(std::string_view field, std::string_view what) {
        if (!fault_) fault_ = record_fault(where_, id_, field, what);
    }

    static bool present(object from, std::string_view name, element& value) {
        return !name.empty() && from[name].get(value) == simdjson::SUCCESS && !value.is_null();
    }

    std::int64_t required_id() {
        element value;
        if (!present(record_, "Id", value)) {
            refuse("Id", "is missing");
            return 0;
        }
        return id_of(value, "Id");
    }

    std::int64_t id_of(element value, std::string_view field) {
        std::int64_t id = 0;
        if (value.get(id) != simdjson::SUCCESS || id < 1 || id > id_max) {
            refuse(field, "expected an id (a whole number from 1 to 2147483647)");
            return 0;
        }
        return id;
    }

    std::int64_t id_in(object from, std::string_view name, std::string_view field) {
        element value;
        if (present(from, name, value)) return id_of(value, field);
        refuse(field, fmt::format("expected an {} in each entry", name));
        return 0;
    }

    template <class RecordId>
    std::optional<RecordId> optional_id(object from, std::string_view field) {
        element value;
        if (!present(from, "Id", value)) return std::nullopt;
        return RecordId(id_of(value, field));
    }

    std::string text_of(object from, std::string_view name, std::string_view field) {
        element value;
        std::string_view text;
        if (!present(from, name, value)) return {};
        if (value.get(text) != simdjson::SUCCESS) refuse(field, "expected a text");
        return std::string(text);
    }

    std::vector<object> objects(std::string_view name) {
        std::vector<object> entries;
        element value;
        array list;
        if (!present(record_, name, value)) return entries;
        if (value.get(list) != simdjson::SUCCESS) {
            refuse(name, "expected a list");
            return entries;
        }
        for (const element entry : list) {
            object inner;
            if (entry.get(inner) != simdjson::SUCCESS) {
                refuse(name, "expected a list of records");
                return entries;
            }
            entries.push_back(inner);
        }
        return entries;
    }

    Address read_address(object from, std::string_view field) {
        const auto part = [&](std::string_view name) {
            return text_of(from, name, fmt::format("{}.{}", field, name));
        };
        Address address;
        address.id = optional_id<AddressId>(from, field);
        address.city = part("City");
        address.street = part("Street");
        address.house_number = part("HouseNumber");
        address.zip_code = part("ZipCode");
        address.line2 = part("AddressLine2");
        address.description = part("Description");
        address.country = part("Country");
        address.phone = part("Phone");
        address.fax = part("Fax");
        address.email = part("Email");
        address.website = part("Website");
        return address;
    }

    template <class T>
    static void add_once(std::vector<T>& values, T value) {
        if (std::ranges::find(values, value) == values.end()) values.push_back(value);
    }

    object record_;
    Where where_;
    std::int64_t id_ = 0;
    std::optional<Fault> fault_;
};

}  // namespace

Fault record_fault(const Where& where, std::int64_t id, std::string_view field,
                   std::string_view what) {
    const auto named = id > 0 ? fmt::format(" (Id {})", id) : std::string{};
    const auto place = where.index > 0 ? fmt::format(": record {}{}", where.index, named) : "";
    return {Reach::run, "import.record",
            fmt::format("{}{}: field {}: {}", where.file, place, field, what)};
}

Result<Subsystem> read_subsystem(object record, const Where& where) {
    Fields fields(record, where);
    Subsystem subsystem;
    subsystem.id = SubsystemId(fields.id());
    subsystem.name = fields.text("Name");
    subsystem.is_master = fields.truth("IsMaster");
    subsystem.updated_on = fields.text("UpdatedOn");
    return fields.done(std::move(subsystem));
}

Result<User> read_user(object record, const Where& where) {
    Fields fields(record, where);
    User user;
    user.id = UserId(fields.id());
    user.first_name = fields.text("FirstName");
    user.last_name = fields.text("LastName");
    user.user_name = fields.text("UserName");
    user.email_work = fields.text("EMailWork");
    user.leaving_date = fields.text("LeavingDate");
    user.updated_on = fields.text("UpdatedOn");
    return fields.done(std::move(user));
}

Result<Company> read_company(object record, const Where& where) {
    Fields fields(record, where);
    Company company;
    company.id = CompanyId(fields.id());
    company.name = fields.text("Name");
    company.types = fields.company_types();
    company.responsible_users = fields.references<UserId>("ResponsibleUsers");
    company.subsystems = fields.references<SubsystemId>("Subsystems");
    company.default_address = fields.address("DefaultAddress");
    company.updated_on = fields.text("UpdatedOn");
    return fields.done(std::move(company));
}

Result<ContactPerson> read_contact(object record, const Where& where) {
    Fields fields(record, where);
    ContactPerson contact;
    contact.id = ContactId(fields.id());
    contact.first_name = fields.text("FirstName");
    contact.last_name = fields.text("LastName");
    contact.salutation = fields.text("Salutation");
    contact.salutation_form = fields.text("SalutationForm");
    contact.title = fields.text("Title");
    contact.language = fields.text("Language");
    contact.position = fields.text("Position");
    contact.company = fields.reference<CompanyId>("CompanyId", "Company");
    contact.phone_landline = fields.text("PhoneLandline");
    contact.phone_mobile = fields.text("PhoneMobile");
    contact.birthdate = fields.text("Birthdate");
    contact.default_address = fields.address("DefaultAddress");
    contact.addresses = fields.addresses("Addresses");
    contact.updated_on = fields.text("UpdatedOn");
    return fields.done(std::move(contact));
}

Result<Project> read_project(object record, const Where& where) {
    Fields fields(record, where);
    Project project;
    project.id = ProjectId(fields.id());
    project.name = fields.text("Name");
    project.number = fields.text("Number");
    project.company = fields.reference<CompanyId>("CompanyId", "Company");
    project.members = fields.members();
    project.contact_persons = fields.references<ContactId>("ContactPersons");
    project.subsystems = fields.references<SubsystemId>("Subsystems");
    project.updated_on = fields.text("UpdatedOn");
    return fields.done(std::move(project));
}

Result<Lead> read_lead(object record, const Where& where) {
    Fields fields(record, where);
    Lead lead;
    lead.id = LeadId(fields.id());
    lead.name = fields.text("Name");
    lead.number = fields.text("Number");
    lead.company = fields.reference<CompanyId>("CompanyId", "Company");
    lead.responsible_user = fields.reference<UserId>("ResponsibleUserId", "ResponsibleUser");
    lead.contact_persons = fields.references<ContactId>("ContactPersons");
    lead.subsystems = fields.references<SubsystemId>("Subsystems");
    lead.updated_on = fields.text("UpdatedOn");
    return fields.done(std::move(lead));
}

}  // namespace hqsync::hq
