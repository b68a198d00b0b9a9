// Reads answers to writes.
#include "graph/written.hpp"

#include <simdjson.h>

#include "graph/codec.hpp"

namespace hqsync::graph {

Fault conflict() {
    return {Reach::item, "conflict",
            "somebody changed the item meanwhile; the next pass reads it again"};
}

Fault unreadable() {
    return {Reach::item, "graph.unreadable", "Graph gave an answer that is no contact", {}, true};
}

Result<Written> written(const Result<Answer>& answer) {
    if (!answer) return fail(answer.error());
    simdjson::dom::parser parser;
    simdjson::dom::object item;
    if (parser.parse(answer->body).get(item) != simdjson::SUCCESS) return fail(unreadable());
    Written result{ItemId(read_text(item, "id")), ChangeKey(read_text(item, "changeKey")), {}};
    if (result.item.value().empty()) return fail(unreadable());
    return result;
}

}  // namespace hqsync::graph
