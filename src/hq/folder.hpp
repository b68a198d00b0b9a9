// The files of a directory in a folder on the disk.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "hq/embedded.hpp"

namespace hqsync::hq {

/// Those of the six that are there, at most 512 MiB each. Faults "import.…" name the file.
Result<Files> files_in(const std::filesystem::path& directory);

/// Written beside its place and renamed: an interrupted export leaves no half file.
Result<void> write_file(const std::filesystem::path& path, const std::string& text);

}  // namespace hqsync::hq
