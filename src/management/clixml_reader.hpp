// Reads CLIXML: one object as PSRP sends it, or a document of many below <Objs>.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "management/clixml.hpp"

namespace hqsync::management::clixml {

/// What one text may cost: a hostile server gets a fault, not the machine's memory.
struct ReadLimits {
    std::size_t octets = std::size_t{48} << 20;
    std::size_t elements = 400'000;  ///< elements and attributes together
    /// Of elements, and of objects that name each other by <Ref>.
    std::size_t depth = 100;
};

/// A value of a document, with the stream it was written to ("Error"; empty: output).
struct Streamed {
    std::string stream;
    Value value;
};

/// One object without a root. A byte order mark in front is skipped, a missing text is null. Faults
/// (run) name the place by elements and property names, never a value: "clixml.malformed" (XML, or
/// a primitive that is none), "clixml.too_big", "clixml.reference" (a <Ref> or <TNRef> to what was
/// not there before). A <Ref> to an object around it becomes `Enclosing`, any other shares the
/// object.
Result<Value> read(std::string_view text, ReadLimits limits = {});

/// All objects below <Objs>; a single object without it counts as a document of one.
Result<std::vector<Streamed>> read_document(std::string_view text, ReadLimits limits = {});

}  // namespace hqsync::management::clixml
