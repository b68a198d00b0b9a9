// One record of API v1 as JSON, to the value and back, with errors that name file, record and
// field.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "base/result.hpp"
#include "directory/snapshot.hpp"

namespace hqsync::hq {

/// Member name -> JSON text of its value, in the order of the names.
using Members = std::map<std::string, std::string>;

/// Where a record stands, for messages: "Companies.json: record 3", or only "company 42".
struct Where {
    std::string file;
    std::size_t index = 0;  ///< from 1; 0: `file` says it all
};

/// "Companies.json: record 3 (Id 42): field Name: expected a text"
Fault record_fault(const Where& where, std::int64_t id, std::string_view field,
                   std::string_view what);

// Unknown members are kept out silently; null counts as absent.
Result<Subsystem> read_subsystem(simdjson::dom::object record, const Where& where);
Result<User> read_user(simdjson::dom::object record, const Where& where);
Result<Company> read_company(simdjson::dom::object record, const Where& where);
Result<ContactPerson> read_contact(simdjson::dom::object record, const Where& where);
Result<Project> read_project(simdjson::dom::object record, const Where& where);
Result<Lead> read_lead(simdjson::dom::object record, const Where& where);

Members members_of(const Subsystem& record);
Members members_of(const User& record);
Members members_of(const Company& record);
Members members_of(const ContactPerson& record);
Members members_of(const Project& record);
Members members_of(const Lead& record);

std::string json_text(std::string_view text);
std::string json_object(const Members& members);

}  // namespace hqsync::hq
