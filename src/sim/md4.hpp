// MD4 (RFC 1320): the digest below NTLM's keys, and good for nothing else.
#pragma once

#include <string>
#include <string_view>

namespace hqsync::sim {

/// 16 bytes. Of our own, because OpenSSL 3 keeps MD4 in a module that may not be installed.
std::string md4(std::string_view bytes);

}  // namespace hqsync::sim
