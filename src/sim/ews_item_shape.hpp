// What a request wants to see of an item, and how that is written.
#pragma once

#include <pugixml.hpp>

#include <expected>
#include <set>
#include <string>
#include <vector>

#include "sim/ews_call.hpp"
#include "sim/ews_extended.hpp"

namespace hqsync::sim {

/// FindItem and SyncFolderItems cannot return bodies and attachments: the one says so, the other
/// leaves them out, as clients that ask it for everything rely on.
enum class Reach : std::uint8_t { whole, found, synced };

struct ItemShape {
    std::set<std::string, std::less<>> wanted;  ///< keys of FieldPath
    std::vector<ExtendedPath> extended;
    bool as_html = false;
};

/// ErrorInvalidPropertyRequest or ErrorInvalidPropertyForOperation for what cannot be had so.
std::expected<ItemShape, EwsError> read_item_shape(pugi::xml_node shape, Reach reach);
/// t:Contact (or t:DistributionList) below `parent`.
void write_item(pugi::xml_node parent, const Item& item, const ItemShape& shape);
/// Only id and change key.
void write_item_id(pugi::xml_node parent, const Item& item);
void write_attachment(pugi::xml_node parent, const Item& item, const Attachment* file);
std::string attachment_id(const Item& item, const Attachment* file);

}  // namespace hqsync::sim
