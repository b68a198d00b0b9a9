// Writes records in the shape of API v1; what a record does not have is left out.
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "hq/record_json.hpp"

namespace hqsync::hq {

namespace {

void put(Members& members, std::string_view name, const std::string& text) {
    if (!text.empty()) members[std::string(name)] = json_text(text);
}

template <class RecordId>
void put(Members& members, std::string_view name, const std::optional<RecordId>& id) {
    if (id) members[std::string(name)] = std::to_string(id->value());
}

template <class T, class Write>
std::string list_of(const std::vector<T>& values, Write write) {
    std::string list = "[";
    for (const auto& value : values) {
        if (list.size() > 1) list += ',';
        list += write(value);
    }
    return list + "]";
}

template <class RecordId>
std::string references(const std::vector<RecordId>& ids, const std::string& name) {
    return list_of(ids,
                   [&](RecordId id) { return json_object({{name, std::to_string(id.value())}}); });
}

std::string address_json(const Address& address) {
    Members members;
    put(members, "Id", address.id);
    put(members, "City", address.city);
    put(members, "Street", address.street);
    put(members, "HouseNumber", address.house_number);
    put(members, "ZipCode", address.zip_code);
    put(members, "AddressLine2", address.line2);
    put(members, "Description", address.description);
    put(members, "Country", address.country);
    put(members, "Phone", address.phone);
    put(members, "Fax", address.fax);
    put(members, "Email", address.email);
    put(members, "Website", address.website);
    return json_object(members);
}

std::string type_json(const CompanyType& type) {
    Members members;
    put(members, "Id", type.id);
    put(members, "Name", type.name);
    return json_object(members);
}

template <class Record>
Members with_id(const Record& record) {
    Members members = {{"Id", std::to_string(record.id.value())}};
    put(members, "UpdatedOn", record.updated_on);
    return members;
}

}  // namespace

std::string json_text(std::string_view text) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return {buffer.GetString(), buffer.GetSize()};
}

std::string json_object(const Members& members) {
    std::string object = "{";
    for (const auto& [name, value] : members) {
        if (object.size() > 1) object += ',';
        object += json_text(name);
        object += ':';
        object += value;
    }
    return object + "}";
}

Members members_of(const Subsystem& record) {
    auto members = with_id(record);
    put(members, "Name", record.name);
    members["IsMaster"] = record.is_master ? "true" : "false";
    return members;
}

Members members_of(const User& record) {
    auto members = with_id(record);
    put(members, "FirstName", record.first_name);
    put(members, "LastName", record.last_name);
    put(members, "UserName", record.user_name);
    put(members, "EMailWork", record.email_work);
    put(members, "LeavingDate", record.leaving_date);
    return members;
}

Members members_of(const Company& record) {
    auto members = with_id(record);
    put(members, "Name", record.name);
    members["CompanyTypes"] = list_of(record.types, type_json);
    members["ResponsibleUsers"] = references(record.responsible_users, "Id");
    members["Subsystems"] = references(record.subsystems, "Id");
    if (record.default_address) members["DefaultAddress"] = address_json(*record.default_address);
    return members;
}

Members members_of(const ContactPerson& record) {
    auto members = with_id(record);
    put(members, "FirstName", record.first_name);
    put(members, "LastName", record.last_name);
    put(members, "Salutation", record.salutation);
    put(members, "SalutationForm", record.salutation_form);
    put(members, "Title", record.title);
    put(members, "Language", record.language);
    put(members, "Position", record.position);
    put(members, "CompanyId", record.company);
    put(members, "PhoneLandline", record.phone_landline);
    put(members, "PhoneMobile", record.phone_mobile);
    put(members, "Birthdate", record.birthdate);
    if (record.default_address) members["DefaultAddress"] = address_json(*record.default_address);
    if (!record.addresses.empty()) members["Addresses"] = list_of(record.addresses, address_json);
    return members;
}

Members members_of(const Project& record) {
    auto members = with_id(record);
    put(members, "Name", record.name);
    put(members, "Number", record.number);
    put(members, "CompanyId", record.company);
    members["Members"] = references(record.members, "UserId");
    members["ContactPersons"] = references(record.contact_persons, "Id");
    members["Subsystems"] = references(record.subsystems, "Id");
    return members;
}

Members members_of(const Lead& record) {
    auto members = with_id(record);
    put(members, "Name", record.name);
    put(members, "Number", record.number);
    put(members, "CompanyId", record.company);
    put(members, "ResponsibleUserId", record.responsible_user);
    members["ContactPersons"] = references(record.contact_persons, "Id");
    members["Subsystems"] = references(record.subsystems, "Id");
    return members;
}

}  // namespace hqsync::hq
