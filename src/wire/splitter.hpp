// Cuts a streaming answer into its documents: they follow each other without a prologue, in chunks
// of any size (ews.md §0.7).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wire/scanner.hpp"

namespace hqsync::wire {

class Splitter {
public:
    /// `document` limits each document; what does not end within them is refused.
    explicit Splitter(Limits document = {std::size_t{4} << 20, 64, 100'000});

    /// The documents that the chunk completes, whole. Fault (mailbox) "xml.malformed" or
    /// "xml.too_big": the stream cannot be followed any more, and every later call says the same.
    Result<std::vector<std::string>> take(std::string_view chunk);

    /// No document has begun: the stream may end here.
    [[nodiscard]] bool is_between_documents() const { return scanner_.is_before_root(); }

private:
    Limits limits_;
    Scanner scanner_;
    std::string begun_;
    std::optional<Fault> fault_;
};

}  // namespace hqsync::wire
