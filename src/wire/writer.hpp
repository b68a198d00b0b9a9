// Writes XML in the order in which it is told to: EWS wants its elements in that of the schema.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hqsync::wire {

/// The text with what XML 1.0 forbids left out (control characters but tab and line ends, U+FFFE,
/// U+FFFF) and U+FFFD for octets that are no UTF-8.
std::string legal_text(std::string_view text);

/// Names are written as they are given, prefix included ("t:Contact"), and are never data.
class Writer {
public:
    Writer& open(std::string_view name);
    /// Only between `open` and what the element contains.
    Writer& attribute(std::string_view name, std::string_view value);
    Writer& text(std::string_view text);
    /// XML that is written already, as it is.
    Writer& raw(std::string_view xml);
    Writer& close();
    /// `open`, `text` and `close`.
    Writer& element(std::string_view name, std::string_view text);

    /// Everything that is still open is closed.
    [[nodiscard]] std::string done() &&;

private:
    void end_tag_head();

    std::string xml_;
    std::vector<std::string> open_;
    bool is_head_open_ = false;
};

}  // namespace hqsync::wire
