// Writes CLIXML as PowerShell 5.1 reads it: types and objects that came before are named by RefId.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "management/clixml.hpp"
#include "management/clixml_reader.hpp"

namespace hqsync::management::clixml {

/// UTF-8 to the octets of a SecureString, with the session's key.
using Encrypt = std::function<Result<std::string>(std::string_view text)>;

/// One object without a root, as PSRP wants it. Faults (item): "clixml.secret" (a Secret, and no
/// key to encrypt it with), "clixml.too_big" (objects within objects, more than 100 deep).
Result<std::string> write(const Value& value, const Encrypt& encrypt = {});

/// With the root <Objs>, as files and the REST interface have it.
Result<std::string> write_document(std::span<const Streamed> values, const Encrypt& encrypt = {});

}  // namespace hqsync::management::clixml
