// Records of API v1 (swagger-v1.json) to values, and to the form in which they are kept here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "base/result.hpp"
#include "directory/directory.hpp"

namespace hqsync::hellohq {

/// Where a text comes from: what HQ shows may be HTML, what was kept was made plain before.
enum class Origin : std::uint8_t { hq, kept };

/// How an entity set is asked for.
struct Shape {
    std::string_view set;     ///< "ContactPersons"
    std::string_view expand;  ///< related records of a whole record; empty: none
    /// Those of them whose change may leave UpdatedOn as it is, as ids. Empty: none.
    std::string_view relations;
};

const Shape& shape(const Subsystem&);
const Shape& shape(const User&);
const Shape& shape(const Company&);
const Shape& shape(const ContactPerson&);
const Shape& shape(const Project&);
const Shape& shape(const Lead&);

/// What is left out or null is empty; a number where a text belongs is its digits; an unknown word
/// stays as it is. Fault (run) "hq.unreadable": names set, id and field, never the content.
Result<void> read(simdjson::dom::object record, Origin origin, Subsystem& into);
Result<void> read(simdjson::dom::object record, Origin origin, User& into);
Result<void> read(simdjson::dom::object record, Origin origin, Company& into);
Result<void> read(simdjson::dom::object record, Origin origin, ContactPerson& into);
Result<void> read(simdjson::dom::object record, Origin origin, Project& into);
Result<void> read(simdjson::dom::object record, Origin origin, Lead& into);

/// What `read` reads, as JSON in the shape of the API.
std::string kept(const Subsystem& record);
std::string kept(const User& record);
std::string kept(const Company& record);
std::string kept(const ContactPerson& record);
std::string kept(const Project& record);
std::string kept(const Lead& record);

/// The fields that `Shape::relations` asks for, alone.
Company relations_of(const Company& record);
Project relations_of(const Project& record);
Lead relations_of(const Lead& record);

/// An id of a record (int32 in swagger-v1.json), or nullopt.
std::optional<std::int64_t> id_of(simdjson::dom::object record, std::string_view name);

/// Text of a note that may be HTML: tags go, line breaks and paragraphs become line ends, the usual
/// entities their signs. A text without tags stays as it is.
std::string plain_note(std::string_view text);

}  // namespace hqsync::hellohq
