// Taking URLs apart.
#include "ews/url.hpp"

#include "base/letter_case.hpp"
#include "http/client.hpp"

namespace hqsync::ews {

namespace {

std::string_view authority_of(std::string_view url) {
    const auto begin = url.find("://");
    if (begin == std::string_view::npos) return {};
    url.remove_prefix(begin + 3);
    // A backslash too: some take it for a slash.
    return url.substr(0, url.find_first_of("/?#\\"));
}

}  // namespace

bool is_safe_url(std::string_view url) {
    return (lower_case(url.substr(0, 8)) == "https://" && !host_of(url).empty()) ||
           http::is_loopback_http(url);
}

std::string origin_of(std::string_view url) {
    const auto begin = url.find("://");
    if (begin == std::string_view::npos) return std::string(url);
    return std::string(url.substr(0, begin + 3)) + std::string(authority_of(url));
}

std::string host_of(std::string_view url) {
    const auto authority = authority_of(url);
    if (authority.find('@') != std::string_view::npos) return {};
    return lower_case(authority.substr(0, authority.rfind(':')));
}

bool is_within(std::string_view host, std::string_view domain) {
    if (domain.empty()) return false;
    if (host == domain) return true;
    return host.size() > domain.size() && host.ends_with(domain) &&
           host[host.size() - domain.size() - 1] == '.';
}

}  // namespace hqsync::ews
