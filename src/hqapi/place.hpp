// What a path below /v1 names: a list, a record, a list of a record, an action, a count.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hqapi/message.hpp"

namespace hqsync::hqapi {

struct Segment {
    std::string name;
    std::optional<std::int64_t> key;
};

struct Place {
    std::vector<Segment> segments;  ///< "/v1/Projects(5)/Members(7)": two

    [[nodiscard]] std::string text() const;
};

/// `path` is what follows "/v1". Refused: a key that is no number.
Checked<Place> read_place(std::string_view path);

}  // namespace hqsync::hqapi
