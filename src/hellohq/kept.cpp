// Records as they are kept between two reads: what hqsync uses, nothing else of HQ.
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "hellohq/records.hpp"

namespace hqsync::hellohq {

namespace {

class Kept {
public:
    Kept() { writer_.StartObject(); }

    void field(std::string_view name, const std::string& text) {
        if (text.empty()) return;
        key(name);
        writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    }
    void field(std::string_view name, std::int64_t number) {
        key(name);
        writer_.Int64(number);
    }
    template <class RecordId>
    void field(std::string_view name, const std::optional<RecordId>& id) {
        if (id) field(name, id->value());
    }
    template <class RecordId>
    void list(std::string_view name, const std::vector<RecordId>& ids,
              std::string_view entry = "Id") {
        key(name);
        writer_.StartArray();
        for (const auto id : ids) {
            writer_.StartObject();
            field(entry, id.value());
            writer_.EndObject();
        }
        writer_.EndArray();
    }
    void types(const std::vector<CompanyType>& types) {
        key("CompanyTypes");
        writer_.StartArray();
        for (const auto& type : types) {
            writer_.StartObject();
            field("Id", type.id);
            field("Name", type.name);
            writer_.EndObject();
        }
        writer_.EndArray();
    }
    void address(std::string_view name, const std::optional<Address>& address) {
        if (!address) return;
        key(name);
        one(*address);
    }
    void addresses(std::string_view name, const std::vector<Address>& addresses) {
        key(name);
        writer_.StartArray();
        for (const auto& address : addresses)
            one(address);
        writer_.EndArray();
    }
    void truth(std::string_view name, bool value) {
        key(name);
        writer_.Bool(value);
    }
    std::string text() {
        writer_.EndObject();
        return {buffer_.GetString(), buffer_.GetSize()};
    }

private:
    void key(std::string_view name) {
        writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    }
    void one(const Address& address) {
        writer_.StartObject();
        field("Id", address.id);
        field("City", address.city);
        field("Street", address.street);
        field("HouseNumber", address.house_number);
        field("ZipCode", address.zip_code);
        field("AddressLine2", address.line2);
        field("Description", address.description);
        field("Country", address.country);
        field("Phone", address.phone);
        field("Fax", address.fax);
        field("Email", address.email);
        field("Website", address.website);
        writer_.EndObject();
    }

    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace

std::string kept(const Subsystem& record) {
    Kept json;
    json.field("Id", record.id.value());
    json.field("Name", record.name);
    json.truth("IsMaster", record.is_master);
    json.field("UpdatedOn", record.updated_on);
    return json.text();
}

std::string kept(const User& record) {
    Kept json;
    json.field("Id", record.id.value());
    json.field("FirstName", record.first_name);
    json.field("LastName", record.last_name);
    json.field("UserName", record.user_name);
    json.field("EMailWork", record.email_work);
    json.field("LeavingDate", record.leaving_date);
    json.field("UpdatedOn", record.updated_on);
    return json.text();
}

std::string kept(const Company& record) {
    Kept json;
    json.field("Id", record.id.value());
    json.field("Name", record.name);
    json.types(record.types);
    json.list("ResponsibleUsers", record.responsible_users);
    json.list("Subsystems", record.subsystems);
    json.address("DefaultAddress", record.default_address);
    json.field("UpdatedOn", record.updated_on);
    return json.text();
}

std::string kept(const ContactPerson& record) {
    Kept json;
    json.field("Id", record.id.value());
    json.field("FirstName", record.first_name);
    json.field("LastName", record.last_name);
    json.field("Salutation", record.salutation);
    json.field("SalutationForm", record.salutation_form);
    json.field("Title", record.title);
    json.field("Language", record.language);
    json.field("Position", record.position);
    json.field("CompanyId", record.company);
    json.field("PhoneLandline", record.phone_landline);
    json.field("PhoneMobile", record.phone_mobile);
    json.field("Birthdate", record.birthdate);
    json.address("DefaultAddress", record.default_address);
    json.addresses("Addresses", record.addresses);
    json.field("UpdatedOn", record.updated_on);
    return json.text();
}

std::string kept(const Project& record) {
    Kept json;
    json.field("Id", record.id.value());
    json.field("Name", record.name);
    json.field("Number", record.number);
    json.field("CompanyId", record.company);
    json.list("Members", record.members, "UserId");
    json.list("ContactPersons", record.contact_persons);
    json.list("Subsystems", record.subsystems);
    json.field("UpdatedOn", record.updated_on);
    return json.text();
}

std::string kept(const Lead& record) {
    Kept json;
    json.field("Id", record.id.value());
    json.field("Name", record.name);
    json.field("Number", record.number);
    json.field("CompanyId", record.company);
    json.field("ResponsibleUserId", record.responsible_user);
    json.list("ContactPersons", record.contact_persons);
    json.list("Subsystems", record.subsystems);
    json.field("UpdatedOn", record.updated_on);
    return json.text();
}

}  // namespace hqsync::hellohq
