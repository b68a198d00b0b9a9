// One record of HQ as JSON, in the shape of API v1.
#include <optional>

#include <fmt/format.h>

#include "app/hq_fields.hpp"
#include "app/json.hpp"

namespace hqsync::app {
namespace {

template <class IdType>
void write_references(Json& json, std::string_view field, const std::vector<IdType>& ids,
                      std::string_view key = "Id") {
    json.key(field);
    json.begin_array();
    for (const auto& id : ids) {
        json.begin_object();
        json.field(key, id.value());
        json.end_object();
    }
    json.end_array();
}

void write_text(Json& json, std::string_view field, const std::string& text) {
    json.key(field);
    if (text.empty()) {
        json.null();
    } else {
        json.value(text);
    }
}

template <class IdType>
void write_reference(Json& json, std::string_view field, const std::optional<IdType>& id) {
    json.key(field);
    if (id) {
        json.value(id->value());
    } else {
        json.null();
    }
}

void write_address(Json& json, const Address& address) {
    json.begin_object();
    if (address.id) json.field("Id", address.id->value());
    write_text(json, "City", address.city);
    write_text(json, "Street", address.street);
    write_text(json, "HouseNumber", address.house_number);
    write_text(json, "ZipCode", address.zip_code);
    write_text(json, "AddressLine2", address.line2);
    write_text(json, "Description", address.description);
    write_text(json, "Country", address.country);
    write_text(json, "Phone", address.phone);
    write_text(json, "Fax", address.fax);
    write_text(json, "Email", address.email);
    write_text(json, "Website", address.website);
    json.end_object();
}

void write_default_address(Json& json, const std::optional<Address>& address) {
    json.key("DefaultAddress");
    if (address) {
        write_address(json, *address);
    } else {
        json.null();
    }
}

void write(Json& json, const ContactPerson& contact) {
    json.field("Id", contact.id.value());
    write_text(json, "FirstName", contact.first_name);
    write_text(json, "LastName", contact.last_name);
    write_text(json, "Salutation", contact.salutation);
    write_text(json, "SalutationForm", contact.salutation_form);
    write_text(json, "Title", contact.title);
    write_text(json, "Language", contact.language);
    write_text(json, "Position", contact.position);
    write_reference(json, "CompanyId", contact.company);
    write_text(json, "PhoneLandline", contact.phone_landline);
    write_text(json, "PhoneMobile", contact.phone_mobile);
    write_text(json, "Birthdate", contact.birthdate);
    write_default_address(json, contact.default_address);
    json.key("Addresses");
    json.begin_array();
    for (const auto& address : contact.addresses)
        write_address(json, address);
    json.end_array();
    write_text(json, "UpdatedOn", contact.updated_on);
}

void write(Json& json, const Company& company) {
    json.field("Id", company.id.value());
    write_text(json, "Name", company.name);
    json.key("CompanyTypes");
    json.begin_array();
    for (const auto& type : company.types) {
        json.begin_object();
        if (type.id) json.field("Id", type.id->value());
        json.field("Name", type.name);
        json.end_object();
    }
    json.end_array();
    write_references(json, "ResponsibleUsers", company.responsible_users);
    write_references(json, "Subsystems", company.subsystems);
    write_default_address(json, company.default_address);
    write_text(json, "UpdatedOn", company.updated_on);
}

void write(Json& json, const Project& project) {
    json.field("Id", project.id.value());
    write_text(json, "Name", project.name);
    write_text(json, "Number", project.number);
    write_reference(json, "CompanyId", project.company);
    write_references(json, "Members", project.members, "UserId");
    write_references(json, "ContactPersons", project.contact_persons);
    write_references(json, "Subsystems", project.subsystems);
    write_text(json, "UpdatedOn", project.updated_on);
}

void write(Json& json, const Lead& lead) {
    json.field("Id", lead.id.value());
    write_text(json, "Name", lead.name);
    write_text(json, "Number", lead.number);
    write_reference(json, "CompanyId", lead.company);
    write_reference(json, "ResponsibleUserId", lead.responsible_user);
    write_references(json, "ContactPersons", lead.contact_persons);
    write_references(json, "Subsystems", lead.subsystems);
    write_text(json, "UpdatedOn", lead.updated_on);
}

void write(Json& json, const User& user) {
    json.field("Id", user.id.value());
    write_text(json, "FirstName", user.first_name);
    write_text(json, "LastName", user.last_name);
    write_text(json, "UserName", user.user_name);
    write_text(json, "EMailWork", user.email_work);
    write_text(json, "LeavingDate", user.leaving_date);
    write_text(json, "UpdatedOn", user.updated_on);
}

void write(Json& json, const Subsystem& subsystem) {
    json.field("Id", subsystem.id.value());
    write_text(json, "Name", subsystem.name);
    json.field("IsMaster", subsystem.is_master);
    write_text(json, "UpdatedOn", subsystem.updated_on);
}

template <class Record>
std::optional<std::string> written(const Record* record) {
    if (record == nullptr) return std::nullopt;
    Json json;
    json.begin_object();
    write(json, *record);
    json.end_object();
    return json.text();
}

std::optional<std::string> found(const Snapshot& snapshot, Entity entity, std::int64_t id) {
    switch (entity) {
        case Entity::contact: return written(find(snapshot, ContactId(id)));
        case Entity::company: return written(find(snapshot, CompanyId(id)));
        case Entity::project: return written(find(snapshot, ProjectId(id)));
        case Entity::lead: return written(find(snapshot, LeadId(id)));
        case Entity::user: return written(find(snapshot, UserId(id)));
        case Entity::subsystem: return written(find(snapshot, SubsystemId(id)));
    }
    return std::nullopt;
}

}  // namespace

Result<std::string> record_json(const Snapshot& snapshot, Entity entity, std::int64_t id) {
    auto json = found(snapshot, entity, id);
    if (!json)
        return fail({.reach = Reach::configuration,
                     .code = "hq.unknown_record",
                     .detail = fmt::format("HQ has no {} {}", name(entity), id)});
    return std::move(*json);
}

}  // namespace hqsync::app
