// Where an answer of EWS keeps its errors: SOAP faults and response messages.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ews/errors.hpp"
#include "wire/reader.hpp"

namespace hqsync::ews {

/// What a server calls something, for logs and terminals: letters, digits and -_:/. of it, 128 at
/// most.
std::string plain_word(std::string_view text);

/// ResponseCode, text and MessageXml in a response message, or in the detail of a SOAP fault.
ErrorText error_in(wire::Element holder);

/// The error of a SOAP fault in the envelope, if it holds one.
std::optional<ErrorText> fault_in(wire::Element envelope);

}  // namespace hqsync::ews
