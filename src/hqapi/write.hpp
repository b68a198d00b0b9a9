// Bodies of PUT and POST, checked field by field before anything is written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "directory/directory.hpp"
#include "hqapi/message.hpp"

namespace hqsync::hqapi {

/// What becomes of a property that a PUT leaves out, and whether it reaches into the default
/// address. The guide is silent; the first of each unless a fault asks for the other.
enum class LeftOut : std::uint8_t { kept, emptied };
enum class DefaultAddress : std::uint8_t { taken, ignored };
struct PutManner {
    LeftOut left_out = LeftOut::kept;
    DefaultAddress default_address = DefaultAddress::taken;
};

/// `before` with the body's properties laid over it. 400 names the field: "DefaultAddress.Email:
/// …". CompanyId is not looked up here.
Checked<ContactPerson> changed_contact(const ContactPerson& before, std::string_view body,
                                       PutManner manner);
/// `before` with the body's properties laid over it.
Checked<Address> changed_address(const Address& before, std::string_view body, LeftOut left_out);
/// For POST: a contact without an id.
Checked<ContactPerson> new_contact(std::string_view body);

/// The UserId of do.AddMember's parameters.
Checked<UserId> member_wanted(std::string_view body);

}  // namespace hqsync::hqapi
