// The recorded transcripts and vectors of the reference folder; tests that need them are skipped
// without.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hqsync::management::test {

bool has_transcripts();
/// A file below psrp-transcripts/.
std::string transcript_file(const std::string& name);
/// The paths below psrp-transcripts/ of the files in a folder of it, sorted.
std::vector<std::string> transcript_files(const std::string& folder, const std::string& extension);

}  // namespace hqsync::management::test

#define HQSYNC_NEEDS_TRANSCRIPTS() \
    if (!hqsync::management::test::has_transcripts()) GTEST_SKIP() << "no reference data"
