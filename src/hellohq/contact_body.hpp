// What is sent to HQ for a contact person.
#pragma once

#include <string>

#include "directory/directory.hpp"

namespace hqsync::hellohq {

/// The record as HQ showed it, with the fields in which `after` differs from `before`. Related
/// records are left out but for the default address.
std::string changed_body(const std::string& shown, const ContactPerson& before,
                         const ContactPerson& after);
std::string new_body(const ContactPerson& wanted);

/// "DefaultAddress.Email"; empty: no field differs that is written.
std::string first_difference(const ContactPerson& before, const ContactPerson& after);

}  // namespace hqsync::hellohq
