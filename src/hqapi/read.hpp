// Lists and single records as JSON, page by page.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hqapi/message.hpp"
#include "hqapi/model.hpp"
#include "hqapi/query.hpp"

namespace hqsync::hqapi {

/// What a list is read from, and where its further pages are to be found.
struct ListPlace {
    std::string url;      ///< "http://127.0.0.1:8030/v1/ContactPersons", without options
    std::string context;  ///< "http://127.0.0.1:8030/v1/$metadata#ContactPersons"
    Options options;      ///< as they were asked
    std::size_t page_size = 500;
    /// Whether each id is there once and the rows are in their order: then the next page begins
    /// behind the last id, whatever came and went meanwhile. Otherwise it is counted off.
    enum class Order : std::uint8_t { by_id, as_given } order = Order::by_id;
};

Reply read_list(const Directory& directory, std::vector<Row> rows, const Query& query,
                const ListPlace& place);
/// How many records the filter leaves, as text.
Reply read_count(const Directory& directory, const std::vector<Row>& rows, const Query& query);
Reply read_single(const Directory& directory, const Row& row, const Query& query,
                  const std::string& context);
/// With status 201 or 200, after a write.
Reply written(int status, const Directory& directory, const Row& row, const Query& query);

/// "(Id,Name,Company())": what the context says of $select and $expand.
std::string chosen(const Query& query);

}  // namespace hqsync::hqapi
