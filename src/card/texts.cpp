// Octet by octet: control characters are ASCII, or the two octets of U+0080 to U+009F.
#include "card/texts.hpp"

#include <fmt/format.h>

#include "contact/text.hpp"

namespace hqsync::card {

namespace {

/// U+0080 to U+009F, which no screen shows.
bool starts_with_c1_control(std::string_view text) {
    return text.size() >= 2 && text[0] == '\xC2' && text[1] >= '\x80' && text[1] <= '\x9F';
}

/// Without control characters (line ends and tabs as they are in `kept_controls`, else as blanks),
/// composed, trimmed.
std::string clean(std::string_view text, std::string_view kept_controls) {
    const auto plain = with_plain_line_ends(text);
    std::string result;
    for (std::string_view rest = plain; !rest.empty(); rest.remove_prefix(1)) {
        if (starts_with_c1_control(rest)) {
            rest.remove_prefix(1);
            continue;
        }
        const char letter = rest.front();
        const bool is_control = (letter >= 0 && letter < ' ') || letter == '\x7F';
        if (!is_control || kept_controls.find(letter) != std::string_view::npos) {
            result += letter;
        } else if (letter == '\n' || letter == '\t') {
            result += ' ';
        }
    }
    return composed(trimmed(result));
}

}  // namespace

std::string line(std::string_view text) {
    return clean(text, "");
}

std::string paragraphs(std::string_view text) {
    return clean(text, "\n\t");
}

std::string joined(const std::string& left, std::string_view between, const std::string& right) {
    if (left.empty()) return right;
    if (right.empty()) return left;
    return fmt::format("{}{}{}", left, between, right);
}

std::string link_text(const std::string& link_template, ContactId contact) {
    constexpr std::string_view place_holder = "{id}";
    const auto number = std::to_string(contact.value());
    auto text = link_template;
    auto place = text.find(place_holder);
    while (place != std::string::npos) {
        text.replace(place, place_holder.size(), number);
        place = text.find(place_holder, place + number.size());
    }
    return text;
}

bool is_postal(const Address& address) {
    return !line(address.street).empty() || !line(address.city).empty() ||
           !line(address.zip_code).empty();
}

}  // namespace hqsync::card
