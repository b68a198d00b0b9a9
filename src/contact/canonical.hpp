// When two texts of a field mean the same, although a server wrote one of them in its own way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contact/card.hpp"

namespace hqsync {

/// The canonical form of a field's text: phones by their digits (a leading "+" kept, "00" is "+",
/// the trunk zero "(0)" dropped behind a country code; letters, "*" and "#" kept), names and texts
/// in NFC with trimmed ends and single line ends, e-mails without case, web pages without case in
/// scheme and host and without slashes at the end of the path, categories as a sorted set.
/// Idempotent. Never written to a mailbox: only compared.
std::string canonical(Field field, std::string_view text);

/// True when both texts have the same canonical form.
bool same(Field field, std::string_view left, std::string_view right);

/// The fields in which the cards differ in canonical form, in field order.
std::vector<Field> differing_fields(const ContactCard& left, const ContactCard& right);

/// 64 bits over the canonical forms of all fields. Stable over versions: it is stored.
std::uint64_t fingerprint(const ContactCard& card);

}  // namespace hqsync
