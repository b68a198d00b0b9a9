// One entity set, whole or filtered, page by page and proved complete.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "hellohq/service.hpp"

namespace simdjson::dom {
class object;  // NOLINT(readability-identifier-naming)
}

namespace hqsync::hellohq {

struct Query {
    std::string set;     ///< "ContactPersons"
    std::string select;  ///< empty: all fields
    std::string expand;
    std::string filter;
};

/// Takes a record; its fault ends the reading.
using Take = std::function<Result<void>(simdjson::dom::object)>;

/// What this server turned out to allow; learned from its refusals, kept as long as the process.
struct Learned {
    std::size_t page_size = 1000;
    bool knows_select_in_expand = true;
};

class Pages {
public:
    explicit Pages(Service& service) : service_(service) {}

    /// Each record once, by ascending id; answers their number. Faults (run, transient):
    /// "hq.short_read": fewer records than HQ counts; "hq.duplicate_id": an id came twice or out of
    /// order. "hq.query": HQ refuses the question in every form.
    Task<Result<std::size_t>> read(Query query, Take take);
    Task<Result<std::size_t>> count(std::string set);

private:
    struct Progress;
    Task<Result<Answer>> first_page(const Query& query);
    [[nodiscard]] std::string path_of(const Query& query, std::int64_t behind) const;

    Service& service_;
    Learned learned_;
};

}  // namespace hqsync::hellohq
