// The records of HQ as values, in the field names' meaning of helloHQ's API v1 (swagger-v1.json).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"

namespace hqsync {

/// CompanyAddress. Belongs to a company or to a contact person. Absent texts are empty.
struct Address {
    std::optional<AddressId> id;
    std::string city;
    std::string street;
    std::string house_number;
    std::string zip_code;
    std::string line2;        ///< AddressLine2
    std::string description;  ///< Description: free text of the address; becomes the card's notes
    std::string country;      ///< ISO 3166-1 alpha-2
    std::string phone;
    std::string fax;
    std::string email;
    std::string website;

    bool operator==(const Address&) const = default;
};

struct CompanyType {
    std::optional<CompanyTypeId> id;
    std::string name;

    bool operator==(const CompanyType&) const = default;
};

struct Company {
    CompanyId id;
    std::string name;
    std::vector<CompanyType> types;         ///< CompanyTypes; may be empty, may be several
    std::vector<UserId> responsible_users;  ///< ResponsibleUsers
    std::vector<SubsystemId> subsystems;
    std::optional<Address> default_address;
    std::string updated_on;  ///< UpdatedOn as HQ gave it; empty when HQ gave none

    bool operator==(const Company&) const = default;
};

struct ContactPerson {
    ContactId id;
    std::string first_name;
    std::string last_name;
    std::string salutation;
    std::string
        salutation_form;  ///< "Formal", "Informal", "Neutral", "NotSet", empty, or a newer word
    std::string title;
    std::string language;  ///< two letters
    std::string position;
    std::optional<CompanyId> company;
    std::string phone_landline;
    std::string phone_mobile;
    std::string birthdate;  ///< as HQ gave it: "1959-09-04", "04.09.1959", with or without a time
    std::optional<Address> default_address;
    std::vector<Address> addresses;  ///< Addresses, in HQ's order; may repeat the default one
    std::string updated_on;

    bool operator==(const ContactPerson&) const = default;
};

struct Project {
    ProjectId id;
    std::string name;
    std::string number;
    std::optional<CompanyId> company;
    std::vector<UserId> members;  ///< Members[].UserId
    std::vector<ContactId> contact_persons;
    std::vector<SubsystemId> subsystems;
    std::string updated_on;

    bool operator==(const Project&) const = default;
};

struct Lead {
    LeadId id;
    std::string name;
    std::string number;
    std::optional<CompanyId> company;
    std::optional<UserId> responsible_user;
    std::vector<ContactId> contact_persons;
    std::vector<SubsystemId> subsystems;
    std::string updated_on;

    bool operator==(const Lead&) const = default;
};

struct User {
    UserId id;
    std::string first_name;
    std::string last_name;
    std::string user_name;
    std::string email_work;    ///< EMailWork: the address of the mailbox; empty: not synchronised
    std::string leaving_date;  ///< LeavingDate as HQ gave it; empty: stays
    std::string updated_on;

    bool operator==(const User&) const = default;
};

struct Subsystem {
    SubsystemId id;
    std::string name;
    bool is_master = false;
    std::string updated_on;

    bool operator==(const Subsystem&) const = default;
};

}  // namespace hqsync
