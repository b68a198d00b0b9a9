// Restrictions and sort orders, over whatever has values by path.
#pragma once

#include <pugixml.hpp>

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/ews_message.hpp"

namespace hqsync::sim {

/// The values that a thing has at a property path: none, one, or those of a list.
using Values = std::function<std::vector<std::string>(pugi::xml_node path)>;

/// What is wrong with the paths of a restriction or sort order: the first error that `check` has
/// for one of them.
using PathCheck = std::function<std::optional<EwsError>(pugi::xml_node path)>;
std::optional<EwsError> check_paths(pugi::xml_node expressions, const PathCheck& check);

/// Whether a thing fulfils one search expression (t:And, t:IsEqualTo, ...).
bool matches(pugi::xml_node expression, const Values& values);
/// Whether `one` comes before `other` by m:SortOrder.
bool comes_before(pugi::xml_node sort_order, const Values& one, const Values& other);

/// m:IndexedPageItemView and its kin on a list of `total` entries.
struct Page {
    std::size_t first = 0;
    std::size_t count = 0;
    bool is_last = true;
    std::size_t next = 0;  ///< IndexedPagingOffset
    bool is_fraction = false;
    std::size_t total = 0;
};
/// At most `most` entries, as the server has it. ErrorInvalidPagingMaxRows and the like.
std::expected<Page, EwsError> read_page(pugi::xml_node view, std::size_t total, std::size_t most);
void write_page(pugi::xml_node root, const Page& page);

}  // namespace hqsync::sim
