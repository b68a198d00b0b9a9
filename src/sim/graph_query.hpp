// What $select, $filter, $expand and Prefer ask for.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "sim/graph_contact.hpp"
#include "sim/graph_message.hpp"

namespace hqsync::sim {

struct Filter {
    std::optional<std::string> display_name;
    std::optional<std::pair<std::string, std::string>> mark;  ///< canonical id, value
};

std::expected<View, Reply> read_view(const Request& request);
std::expected<Filter, Reply> read_filter(const Request& request);
bool matches(const Filter& filter, std::string_view name, const Marks& marks);
/// 10 unless $top says otherwise.
std::expected<std::size_t, Reply> read_number(const Request& request, std::string_view option,
                                              std::size_t otherwise);
std::size_t page_size(const Request& request, std::size_t otherwise);

}  // namespace hqsync::sim
