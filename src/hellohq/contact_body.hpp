// What is sent to HQ for a contact person.
#pragma once

#include <optional>
#include <string>

#include "directory/directory.hpp"

namespace hqsync::hellohq {

/// The record as HQ showed it, with the fields in which `after` differs from `before`. Related
/// records are left out but for the default address.
std::string changed_body(const std::string& shown, const ContactPerson& before,
                         const ContactPerson& after);
std::string new_body(const ContactPerson& wanted);

/// An address as a record of its own: PUT /v1/Companies(10)/Addresses(4).
struct AddressUpdate {
    std::string path;
    std::string body;
};
/// nullopt: HQ shows no address with an id in a company, or none is wanted.
std::optional<AddressUpdate> address_update(const std::string& shown, const ContactPerson& before,
                                            const ContactPerson& after);

/// "DefaultAddress.Email": the first field in which `after` differs from `before` and that `kept`
/// still shows as it was before; empty: none.
std::string first_unchanged(const ContactPerson& before, const ContactPerson& after,
                            const ContactPerson& kept);

}  // namespace hqsync::hellohq
