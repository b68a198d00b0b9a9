// Holds XML against the official schema of EWS.
#pragma once

#include <string>

namespace hqsync::ews::test {

/// The schemas and samples are there.
bool has_reference();
/// Text of a sample (reference folder, ews-samples).
std::string sample(const std::string& name);

/// Empty, or the schema's first complaint about the envelope.
std::string complaint(const std::string& envelope);
/// The same of an operation, in the envelope that it is sent in.
std::string complaint_about(const std::string& operation);

}  // namespace hqsync::ews::test

/// Tests that need them are skipped without.
#define HQSYNC_NEEDS_REFERENCE() \
    if (!hqsync::ews::test::has_reference()) GTEST_SKIP() << "skipped: no reference data"
