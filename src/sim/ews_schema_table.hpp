// The part of the schema that the simulator checks, as text; ews_schema.cpp reads it.
#pragma once

namespace hqsync::sim {

/// A line is "Type: members". A member is "name=Type" with ?, * or + behind; "(a|b)" is a choice,
/// "(a b)" a sequence; "@name=Type" is an attribute, required unless ? follows; "#Type" is text;
/// "%any" is whatever. Names have the prefix t unless they say m. What starts with two spaces goes
/// on with the line before.
extern const char* const ews_schema_types;
/// "Type: values": enumerations.
extern const char* const ews_schema_values;

}  // namespace hqsync::sim
