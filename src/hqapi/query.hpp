// The query options of a read: $filter, $expand, $select, $orderby, $top, $skip, $count.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hqapi/expression.hpp"
#include "hqapi/message.hpp"
#include "hqapi/model.hpp"

namespace hqsync::hqapi {

struct Expansion;

struct Query {
    const Entity* entity = nullptr;
    std::optional<std::vector<const Property*>> select;  ///< none: all
    std::vector<Expansion> expand;
    std::optional<Expression> filter;
    std::vector<Sort> sorts;
    std::optional<std::size_t> top;
    std::size_t skip = 0;
    enum class Count : std::uint8_t { left_out, wanted } count = Count::left_out;
    std::string token;  ///< $skiptoken
};

struct Expansion {
    const Navigation* navigation = nullptr;
    Query query;
};

constexpr std::size_t expand_depth_max = 4;
constexpr std::size_t sorts_max = 8;

/// Of a list or of a single record.
enum class Reads : std::uint8_t { list, single };

/// Refused: what the entity does not have, options that are none or twice there, and nested
/// expansions that mix single records and lists (guide: "fail for paths of mixed cardinality").
Checked<Query> read_query(const Options& options, const Entity& entity, Reads reads);

}  // namespace hqsync::hqapi
