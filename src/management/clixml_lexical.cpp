// A cursor over the text; each form is a row of demands.
#include "management/clixml_lexical.hpp"

#include <algorithm>
#include <cstddef>

namespace hqsync::management::clixml {

namespace {

bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}

class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    bool sign(char wanted) {
        if (!rest_.starts_with(wanted)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// Reads as many digits as there are; answers how many.
    std::size_t digits() {
        const auto* const end = std::ranges::find_if_not(rest_, is_digit);
        const auto count = static_cast<std::size_t>(end - rest_.begin());
        rest_.remove_prefix(count);
        return count;
    }
    /// Exactly `count` digits of a number within the bounds.
    bool number(std::size_t count, int low, int high) {
        if (rest_.size() < count || !std::ranges::all_of(rest_.substr(0, count), is_digit))
            return false;
        int value = 0;
        for (const char digit : rest_.substr(0, count))
            value = value * 10 + (digit - '0');
        rest_.remove_prefix(count);
        return value >= low && value <= high;
    }
    /// "." and one to nine digits, or nothing.
    bool fraction() {
        if (!sign('.')) return true;
        const auto count = digits();
        return count >= 1 && count <= 9;
    }
    [[nodiscard]] bool is_at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

bool is_zone(Cursor& at) {
    if (at.is_at_end() || at.sign('Z')) return true;
    if (!at.sign('+') && !at.sign('-')) return false;
    return at.number(2, 0, 14) && at.sign(':') && at.number(2, 0, 59);
}

bool is_date_time(std::string_view text) {
    Cursor at(text);
    const bool has_date = at.number(4, 1, 9999) && at.sign('-') && at.number(2, 1, 12) &&
                          at.sign('-') && at.number(2, 1, 31) && at.sign('T');
    if (!has_date) return false;
    const bool has_time = at.number(2, 0, 24) && at.sign(':') && at.number(2, 0, 59) &&
                          at.sign(':') && at.number(2, 0, 59) && at.fraction();
    return has_time && is_zone(at) && at.is_at_end();
}

/// The parts of one side of the "T", in order, each at most once; answers how many there were, or a
/// negative number when one has a digit without its letter.
int parts(Cursor& at, std::string_view letters) {
    int count = 0;
    std::size_t next = 0;
    while (const auto digits = at.digits()) {
        if (digits > 20) return -1;
        const bool has_fraction = at.sign('.');
        if (has_fraction && at.digits() == 0) return -1;
        while (next < letters.size() && !at.sign(letters[next]))
            ++next;
        if (next == letters.size()) return -1;
        if (has_fraction && letters[next] != 'S') return -1;
        ++next;
        ++count;
    }
    return count;
}

bool is_duration(std::string_view text) {
    Cursor at(text);
    at.sign('-');
    if (!at.sign('P')) return false;
    const int date = parts(at, "YMD");
    if (date < 0) return false;
    if (!at.sign('T')) return date > 0 && at.is_at_end();
    return parts(at, "HMS") > 0 && at.is_at_end();
}

bool is_decimal(std::string_view text) {
    Cursor at(text);
    if (!at.sign('-')) at.sign('+');
    const auto whole = at.digits();
    const auto broken = at.sign('.') ? at.digits() : 0;
    return whole + broken >= 1 && whole + broken <= 60 && at.is_at_end();
}

bool is_guid(std::string_view text) {
    if (text.size() == 38 && text.front() == '{' && text.back() == '}') text = text.substr(1, 36);
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool wants_dash = i == 8 || i == 13 || i == 18 || i == 23;
        const char letter = text[i];
        const bool is_hex = is_digit(letter) || (letter >= 'a' && letter <= 'f') ||
                            (letter >= 'A' && letter <= 'F');
        if (wants_dash ? letter != '-' : !is_hex) return false;
    }
    return true;
}

/// Two to four numbers.
bool is_version(std::string_view text) {
    Cursor at(text);
    int numbers = 0;
    do {
        const auto digits = at.digits();
        if (digits == 0 || digits > 10) return false;
        ++numbers;
    } while (at.sign('.'));
    return numbers >= 2 && numbers <= 4 && at.is_at_end();
}

/// Up to three numbers, then a label; its letters are not checked.
bool is_semantic_version(std::string_view text) {
    const auto numbers = text.substr(0, text.find_first_of("-+"));
    return text.size() <= 256 &&
           (is_version(numbers) || Cursor(numbers).digits() == numbers.size());
}

}  // namespace

bool is_lexical(Lexical kind, std::string_view text) {
    switch (kind) {
        case Lexical::date_time: return is_date_time(text);
        case Lexical::duration: return is_duration(text);
        case Lexical::decimal: return is_decimal(text);
        case Lexical::guid: return is_guid(text);
        case Lexical::version: return is_version(text);
        case Lexical::semantic_version: return is_semantic_version(text);
        case Lexical::uri:
        case Lexical::xml:
        case Lexical::script: return true;
    }
    return true;
}

}  // namespace hqsync::management::clixml
