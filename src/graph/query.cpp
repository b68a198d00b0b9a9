// Queries of OData, as far as Graph is asked any.
#include "graph/query.hpp"

#include <fmt/format.h>

#include "graph/names.hpp"

namespace hqsync::graph {

std::string filter_of(const ContactMark& mark) {
    std::string quoted;
    for (const char letter : to_text(mark)) {
        if (letter == '\'') quoted += letter;  // OData: doubled within a text
        quoted += letter;
    }
    return "$filter=" +
           url_encoded(fmt::format(
               "singleValueExtendedProperties/Any(ep: ep/id eq '{}' and ep/value eq '{}')",
               contact_property, quoted));
}

std::string expand_of(const std::vector<std::string_view>& properties) {
    std::string filter;
    for (const auto id : properties) {
        if (!filter.empty()) filter += " or ";
        filter += fmt::format("id eq '{}'", id);
    }
    return "$expand=" +
           url_encoded(fmt::format("singleValueExtendedProperties($filter={})", filter));
}

}  // namespace hqsync::graph
