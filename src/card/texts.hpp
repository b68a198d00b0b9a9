// Texts of HQ in the form in which a card shows them.
#pragma once

#include <string>
#include <string_view>

#include "base/id.hpp"
#include "directory/directory.hpp"

namespace hqsync::card {

/// One line: without control characters (line ends and tabs as blanks), composed, trimmed.
std::string line(std::string_view text);
/// The same with line ends and tabs kept.
std::string paragraphs(std::string_view text);

/// `between` stands only where both have a text.
std::string joined(const std::string& left, std::string_view between, const std::string& right);

/// The link back to HQ: every "{id}" of the template replaced.
std::string link_text(const std::string& link_template, ContactId contact);

/// Whether the address says where somebody is to be found; if not, the company's is shown.
bool is_postal(const Address& address);

}  // namespace hqsync::card
