// Single values within a contact, wherever the mailbox keeps them: EWS and its extended properties
// reach them one by one, while Graph has lists and records.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/mailbox.hpp"

namespace hqsync::sim {

/// "text:givenName", "list:homePhones/0", "record:businessAddress/city", "mark:String 0x3A24".
std::optional<std::string> read_slot(const Contact& contact, std::string_view slot);
/// Nothing: takes it away, and the list or record with its last value.
void write_slot(Contact& contact, std::string_view slot, const std::optional<std::string>& value);

std::vector<std::string> read_texts(const Contact& contact, std::string_view property);
void write_texts(Contact& contact, std::string_view property,
                 const std::vector<std::string>& texts);

}  // namespace hqsync::sim
