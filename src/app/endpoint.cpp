// HOST:PORT, with brackets around an IPv6 address.
#include "app/endpoint.hpp"

#include <charconv>

namespace hqsync::app {

std::optional<Endpoint> endpoint_in(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    Endpoint endpoint{.host = std::string(text.substr(0, colon))};
    const auto digits = text.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    if (endpoint.host.starts_with('[') != endpoint.host.ends_with(']')) return std::nullopt;
    const bool has_brackets = endpoint.host.starts_with('[');
    if (!has_brackets && endpoint.host.find(':') != std::string::npos) return std::nullopt;
    if (has_brackets) endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
    return endpoint;
}

}  // namespace hqsync::app
