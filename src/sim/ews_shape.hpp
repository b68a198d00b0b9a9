// What a request wants to see of a folder, and how that is written.
#pragma once

#include <pugixml.hpp>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "sim/ews_call.hpp"

namespace hqsync::sim {

struct FolderShape {
    std::set<std::string, std::less<>> fields;  ///< "folder:DisplayName"
    std::vector<pugi::xml_node> extended;       ///< t:ExtendedFieldURI
};

FolderShape read_folder_shape(pugi::xml_node shape);
/// A folder, or one of the two roots, which hold nothing themselves.
Folder folder_at(const Place& place);
std::vector<Key> children_at(const Mailbox& mailbox, Key parent);
void write_folder(pugi::xml_node parent, const Place& place, const FolderShape& shape);

}  // namespace hqsync::sim
