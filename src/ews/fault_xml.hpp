// Where an answer of EWS keeps its errors: SOAP faults and response messages.
#pragma once

#include <optional>

#include "ews/errors.hpp"
#include "wire/reader.hpp"

namespace hqsync::ews {

/// ResponseCode, text and MessageXml in a response message, or in the detail of a SOAP fault.
ErrorText error_in(wire::Element holder);

/// The error of a SOAP fault in the envelope, if it holds one.
std::optional<ErrorText> fault_in(wire::Element envelope);

}  // namespace hqsync::ews
