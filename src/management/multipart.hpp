// The body of a message that the login's keys encrypt: multipart/encrypted as WinRM writes it.
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace hqsync::management {

/// Which mechanism sealed it, as the content type calls it.
enum class Seal : std::uint8_t { kerberos, spnego };

/// One sealed message: the mechanism's header and the encrypted octets, padding included.
struct Sealed {
    std::string header;
    std::string octets;
    std::size_t plain_size = 0;  ///< before encryption, with its padding

    bool operator==(const Sealed&) const = default;
};

/// Value of Content-Type for `encode`.
std::string sealed_type(Seal seal);
std::string encode(const Sealed& sealed, Seal seal);

bool is_sealed_type(std::string_view content_type);

/// Accepts what Windows and Exchange write: any boundary that the content type names, with blanks
/// behind the dashes ("-- Encrypted Boundary", Exchange), headers in any order and case. Fault
/// (mailbox, outcome_unknown) "multipart.malformed" says where.
Result<Sealed> decode(std::string_view content_type, std::string_view body);

}  // namespace hqsync::management
