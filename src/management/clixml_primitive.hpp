// The primitive elements of CLIXML: which there are, and their text in both directions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "management/clixml.hpp"

namespace hqsync::management::clixml {

struct Primitive {
    std::string_view tag;
    /// None: the text is no such value.
    std::optional<Value> (*read)(const std::string& text);
};

/// Null: no primitive has this tag. <Nil>, <PR>, <Ref> and containers are none.
const Primitive* find_primitive(std::string_view tag);

/// How a primitive is written; none: the value is no primitive with a text.
struct Written {
    std::string_view tag;
    std::string text;
};
std::optional<Written> written(const Value& value);

}  // namespace hqsync::management::clixml
