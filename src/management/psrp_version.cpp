// "2.3", and "2.3.0.0" as some write it.
#include "management/psrp_version.hpp"

#include <charconv>

namespace hqsync::management::psrp {

std::optional<Version> version_in(std::string_view text) {
    Version version;
    const auto* const end = text.data() + text.size();
    const auto major = std::from_chars(text.data(), end, version.major);
    if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.') return std::nullopt;
    const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
    if (minor.ec != std::errc{}) return std::nullopt;
    return version;
}

}  // namespace hqsync::management::psrp
