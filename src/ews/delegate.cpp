// Adds t:Mailbox to distinguished folders (types.xsd: DistinguishedFolderIdType).
#include "ews/delegate.hpp"

#include <utility>

#include "wire/writer.hpp"

namespace hqsync::ews {

std::string for_mailbox(std::string_view operation, const MailboxAddress& mailbox) {
    constexpr std::string_view element = "<t:DistinguishedFolderId ";
    constexpr std::string_view end = "</t:DistinguishedFolderId>";
    wire::Writer writer;
    writer.open("t:Mailbox").element("t:EmailAddress", mailbox.value());
    const auto named = std::move(writer).done();
    std::string result;
    while (true) {
        // Text cannot look like this: its "<" is written as an entity.
        const auto found = operation.find(element);
        const auto closed = found == std::string_view::npos ? found : operation.find('>', found);
        if (closed == std::string_view::npos) break;
        const bool is_empty = operation[closed - 1] == '/';
        result += operation.substr(0, is_empty ? closed - 1 : closed);
        result += '>';
        result += named;
        if (is_empty) result += end;
        operation.remove_prefix(closed + 1);
    }
    result += operation;
    return result;
}

}  // namespace hqsync::ews
