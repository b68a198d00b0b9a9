// Contacts as bits: HQ's ids (int32 in API v1) are the positions in 32-bit bitmaps.
#pragma once

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include <roaring/roaring.hh>

#include "base/id.hpp"

namespace hqsync::placement {

inline bool has_bit(ContactId contact) {
    return contact.value() >= 0 && contact.value() <= std::numeric_limits<std::uint32_t>::max();
}

/// Throws where the id is beyond 32 bits: two contacts must never share a bit.
inline std::uint32_t bit(ContactId contact) {
    if (!has_bit(contact)) throw std::out_of_range("contact id beyond 32 bits");
    return static_cast<std::uint32_t>(contact.value());
}

inline std::vector<ContactId> contacts_in(const Roaring& bitmap) {
    std::vector<ContactId> contacts;
    contacts.reserve(bitmap.cardinality());
    for (const auto bit : bitmap)
        contacts.emplace_back(bit);
    return contacts;
}

}  // namespace hqsync::placement
