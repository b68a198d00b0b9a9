// Parts a street only where joining the parts gives the same line again.
#include "card/street.hpp"

#include <algorithm>
#include <array>

#include "card/texts.hpp"
#include "contact/text.hpp"

namespace hqsync::card {

namespace {

bool is_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

/// Takes "12" or "12a" off the front.
bool take_number(std::string_view& text) {
    constexpr std::size_t digits_max = 4;
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > digits_max) return false;
    text.remove_prefix(digits);
    if (!text.empty() && is_letter(text.front())) text.remove_prefix(1);
    return true;
}

/// "12", "12a", "12-14", "12a/b" is none.
bool is_house_number(std::string_view word) {
    if (!take_number(word)) return false;
    if (word.empty()) return true;
    const bool is_range = word.front() == '-' || word.front() == '/';
    word.remove_prefix(1);
    return is_range && take_number(word) && word.empty();
}

/// Where the house number begins; the line's end when there is none.
std::size_t house_number_place(std::string_view street) {
    const auto last = street.rfind(' ');
    if (last == std::string_view::npos || last == 0) return street.size();
    const auto word = street.substr(last + 1);
    if (is_house_number(word)) return last + 1;
    const auto before = street.rfind(' ', last - 1);
    const bool has_letter = word.size() == 1 && is_letter(word.front());
    if (!has_letter || before == std::string_view::npos) return street.size();
    const bool is_number = is_house_number(street.substr(before + 1, last - before - 1));
    return is_number ? before + 1 : street.size();
}

std::string first_line(const std::string& street, const std::string& house_number) {
    return joined(line(street), " ", line(house_number));
}

/// Street and house number.
std::array<std::string, 2> parted(const std::string& text) {
    const auto place = house_number_place(text);
    std::array<std::string, 2> parts = {line(text.substr(0, place)), text.substr(place)};
    if (parts[0].empty() || first_line(parts[0], parts[1]) != text) return {text, ""};
    return parts;
}

}  // namespace

std::string street_text(const Address& address) {
    return joined(first_line(address.street, address.house_number), "\n", line(address.line2));
}

void put_street(Address& address, std::string_view text) {
    const auto plain = with_plain_line_ends(text);
    std::string first;
    std::string below;
    for (std::string_view rest = plain; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto one = line(rest.substr(0, end));
        if (first.empty()) {
            first = one;
        } else {
            below = joined(below, ", ", one);
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (joined(first, "\n", below) == street_text(address)) return;
    if (first_line(address.street, address.house_number) != first) {
        const auto parts = parted(first);
        address.street = parts[0];
        address.house_number = parts[1];
    }
    if (line(address.line2) != below) address.line2 = below;
}

}  // namespace hqsync::card
