// Contacts and folders as Graph writes them: properties checked on the way in, selected on the way
// out.
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/graph_message.hpp"
#include "sim/mailbox.hpp"

namespace simdjson::dom {
class element;  // NOLINT(readability-identifier-naming)
}

namespace hqsync::sim {

using Json = simdjson::dom::element;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

/// What a request wants to see of an item.
struct View {
    std::set<std::string, std::less<>> select;  ///< empty: everything
    std::vector<std::string> marks;             ///< canonical ids of the expanded properties
    IdForm ids = IdForm::classic;
};

/// "String {guid} Name x": the GUID in lower case, the name as it is.
std::string canonical_mark(std::string_view id);
/// Sets what the body says; an error reply and no change when it says something wrong.
std::optional<Reply> apply_contact(Contact& contact, Json body);
std::optional<Reply> apply_marks(Marks& marks, Json list);
void write_contact(Writer& writer, const Mailbox& mailbox, const Contact& contact,
                   const View& view);
void write_folder(Writer& writer, Mailbox& mailbox, const Folder& folder, const View& view);
std::string change_key(const Contact& contact);
void write_text(Writer& writer, std::string_view text);

}  // namespace hqsync::sim
