// Narrower than RFC 3986 on purpose: what .NET thinks of ports, brackets and other letters is not
// worth a batch.
#include "ews/web_page.hpp"

#include <algorithm>

namespace hqsync::ews {

namespace {

bool is_alphanumeric(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9');
}
bool is_hex(char letter) {
    return (letter >= 'a' && letter <= 'f') || (letter >= 'A' && letter <= 'F') ||
           (letter >= '0' && letter <= '9');
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() < 64 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char it) { return is_alphanumeric(it) || it == '-'; });
}

bool is_host(std::string_view host) {
    if (host.size() > 253) return false;
    bool has_dot = false;
    for (auto dot = host.find('.'); dot != std::string_view::npos; dot = host.find('.')) {
        if (!is_label(host.substr(0, dot))) return false;
        host.remove_prefix(dot + 1);
        has_dot = true;
    }
    return has_dot && is_label(host);
}

bool is_rest(std::string_view rest) {
    constexpr std::string_view others = "-._~/?@!$&'()*+,;=:";
    if (std::ranges::count(rest, '#') > 1) return false;
    for (std::size_t at = 0; at < rest.size(); ++at) {
        const auto letter = rest[at];
        const bool is_escape =
            letter == '%' && at + 2 < rest.size() && is_hex(rest[at + 1]) && is_hex(rest[at + 2]);
        const bool is_allowed = is_alphanumeric(letter) || letter == '#' ||
                                others.find(letter) != std::string_view::npos;
        if (!is_escape && !is_allowed) return false;
    }
    return true;
}

}  // namespace

bool is_plain_uri(std::string_view text) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (text.starts_with(scheme)) {
            text.remove_prefix(scheme.size());
            break;
        }
    }
    const auto end = std::min(text.find_first_of("/?#"), text.size());
    return is_host(text.substr(0, end)) && is_rest(text.substr(end));
}

}  // namespace hqsync::ews
