// Follows the marks chunk by chunk and keeps only the document that has begun.
#include "wire/splitter.hpp"

#include <algorithm>
#include <utility>

namespace hqsync::wire {

Splitter::Splitter(Limits document) : limits_(document), scanner_(document) {}

Result<std::vector<std::string>> Splitter::take(std::string_view chunk) {
    std::vector<std::string> documents;
    while (!chunk.empty() && !fault_) {
        if (scanner_.is_before_root()) {
            // Blanks between documents keep a connection alive for hours: they are not collected.
            chunk.remove_prefix(std::min(chunk.find('<'), chunk.size()));
            begun_.clear();
            scanner_ = Scanner(limits_);
        }
        const auto octets = scanner_.read(chunk);
        if (!octets) {
            fault_ = octets.error();
            begun_ = {};
            break;
        }
        begun_ += chunk.substr(0, *octets);
        chunk.remove_prefix(*octets);
        if (!scanner_.has_ended()) continue;
        // A prologue is dropped, so that documents do not depend on the chunks.
        begun_.erase(0, scanner_.root_begin());
        documents.push_back(std::exchange(begun_, {}));
        scanner_ = Scanner(limits_);
    }
    // What was whole before the fault is worth having; the fault comes with the next chunk.
    if (fault_ && documents.empty()) return fail(*fault_);
    return documents;
}

}  // namespace hqsync::wire
