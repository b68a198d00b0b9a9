// What is sent to HQ for a contact person.
#pragma once

#include <string>
#include <vector>

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
/// What is to be put apart: addresses that `after` has otherwise than `before`, and that HQ, as
/// `shown` and `kept` tell, still has as they were. Without those that HQ shows without an id.
std::vector<AddressUpdate> address_updates(const std::string& shown, const ContactPerson& before,
                                           const ContactPerson& after, const ContactPerson& kept);

/// Whether a PUT of the contact person himself has anything to change.
bool changes_person(const ContactPerson& before, const ContactPerson& after);

/// The addresses beside the default one in which `after` differs from `before`, as they were.
std::vector<Address> changed_others(const ContactPerson& before, const ContactPerson& after);

/// "DefaultAddress.Email", "Addresses.Email": the first field in which `after` differs from
/// `before` and that `kept` still shows as it was before; empty: none.
std::string first_unchanged(const ContactPerson& before, const ContactPerson& after,
                            const ContactPerson& kept);

}  // namespace hqsync::hellohq
