// Extended properties: EWS names them by elements, Graph by one text, the mailbox as Graph does.
#pragma once

#include <pugixml.hpp>

#include <expected>
#include <string>
#include <string_view>

#include "sim/ews_message.hpp"

namespace hqsync::sim {

struct ExtendedPath {
    /// "String {guid} Name x", "String {guid} Id 0x8083" or "String 0x3A45": Graph's id of it.
    std::string canonical;
    std::string type;     ///< "String", "StringArray", ...
    pugi::xml_node path;  ///< as the request wrote it: answers repeat it so
    [[nodiscard]] bool is_list() const { return type.ends_with("Array"); }
};

/// ErrorInvalidExtendedProperty, ErrorNoPropertyTagForCustomProperties for a path that names none.
std::expected<ExtendedPath, EwsError> read_extended_path(pugi::xml_node path);
/// t:Value or t:Values of a t:ExtendedProperty as the mailbox keeps it; an error when it does not
/// fit the type.
std::expected<std::string, EwsError> read_extended_value(const ExtendedPath& path,
                                                         pugi::xml_node property);
void write_extended(pugi::xml_node parent, const ExtendedPath& path, std::string_view value);
/// The entries of a list that the mailbox keeps as one text.
std::vector<std::string> entries_of(std::string_view value);

}  // namespace hqsync::sim
