// A command as an admin would type it into the Exchange Management Shell.
#pragma once

#include <string>

#include "management/session.hpp"

namespace hqsync::app {

/// One line. Texts are quoted wherever PowerShell could take them for anything else; secrets are
/// "***".
std::string powershell_text(const management::Command& command);

}  // namespace hqsync::app
