// The parts of an https URL that decide who may get the login.
#pragma once

#include <string>
#include <string_view>

namespace hqsync::ews {

/// https, or plain http to this machine itself, with a host.
bool is_safe_url(std::string_view url);
/// "https://mail.agentur.example" of a longer URL.
std::string origin_of(std::string_view url);
/// "mail.agentur.example", in lower case, without port. Empty when there is a user in it ("a@b"):
/// such a URL is not what it looks like.
std::string host_of(std::string_view url);
/// The host is the domain or below it. Both in lower case.
bool is_within(std::string_view host, std::string_view domain);

}  // namespace hqsync::ews
