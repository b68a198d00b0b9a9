// What a management command answered, for people and as JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "app/json.hpp"
#include "management/clixml.hpp"
#include "management/session.hpp"

namespace hqsync::app {

/// Objects as a table of the columns that say most and fit, one object as a list of all its
/// properties, plain values one a line. `columns_max`: of the terminal; 0: no limit, a pipe.
std::string objects_as_text(const std::vector<management::clixml::Value>& objects,
                            std::size_t columns_max);

/// Numbers, truths and lists as JSON has them; objects with their properties; what has a text of
/// its own (ToString) below an object as that text; octets as base64. SerializationData, the
/// server's signature, is left out. Depth 16, below that texts.
void write_json(Json& json, const management::clixml::Value& value);
/// {"command", "objects", "errors", "warnings", "truncated"}
std::string output_as_json(std::string_view command, const management::Output& output);

/// What it said beside its output, warnings, and errors that did not end it: a line each, to
/// stderr.
void tell_complaints(std::string_view command, const management::Output& output);

/// Columns of the terminal at stdout; 0: it is none.
std::size_t terminal_columns();

}  // namespace hqsync::app
