// Canonical forms, field by field: what a server may rewrite does not count as a difference.
#include "contact/canonical.hpp"

#include <algorithm>
#include <map>

#include "contact/text.hpp"

namespace hqsync {

namespace {

bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}
bool is_letter(char letter) {
    return letter >= 'a' && letter <= 'z';
}

/// Digits, with "+" for an international number. A text with letters keeps them: an extension or a
/// word is not dropped silently, or two different texts would be the same.
std::string canonical_phone(std::string_view text) {
    auto lower = folded(trimmed(text));
    std::string_view rest = lower;
    std::string result;
    if (rest.starts_with("+")) {
        result = "+";
        rest.remove_prefix(1);
    } else if (rest.starts_with("00")) {
        result = "+";
        rest.remove_prefix(2);
    }
    const bool is_international = !result.empty();
    while (!rest.empty()) {
        // "+49 (0)171": the trunk zero is not dialled after a country code.
        if (is_international && rest.starts_with("(0)")) {
            rest.remove_prefix(3);
            continue;
        }
        const char letter = rest.front();
        const bool is_kept =
            is_digit(letter) || is_letter(letter) || static_cast<unsigned char>(letter) >= 0x80;
        if (is_kept) result += letter;
        rest.remove_prefix(1);
    }
    return result;
}

/// Trimmed, composed, with "\n" for every kind of line end, and no blanks before one.
std::string canonical_text(std::string_view text) {
    std::string result;
    for (const char letter : composed(trimmed(text))) {
        if (letter == '\r') continue;
        if (letter == '\n') {
            while (!result.empty() && (result.back() == ' ' || result.back() == '\t')) {
                result.pop_back();
            }
        }
        result += letter;
    }
    return result;
}

std::string canonical_web_page(std::string_view text) {
    auto page = composed(trimmed(text));
    const auto scheme = page.find("://");
    const auto host = scheme == std::string::npos ? 0 : scheme + 3;
    const auto path = std::min(page.find('/', host), page.size());
    auto result = folded(std::string_view(page).substr(0, path)) + page.substr(path);
    while (result.size() > host && result.ends_with('/'))
        result.pop_back();
    return result;
}

/// One of each name (compared without case), sorted.
std::string canonical_categories(std::string_view text) {
    std::map<std::string, std::string> names;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto one = trimmed(text.substr(0, end));
        if (!one.empty()) names.emplace(folded(one), folded(one));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    std::string result;
    for (const auto& [key, shown] : names) {
        if (!result.empty()) result += '\n';
        result += shown;
    }
    return result;
}

}  // namespace

std::string canonical(Field field, std::string_view text) {
    switch (field) {
        case Field::business_phone:
        case Field::mobile_phone:
        case Field::business_fax: return canonical_phone(text);
        case Field::email1:
        case Field::email2:
        case Field::email3: return folded(trimmed(text));
        case Field::web_page: return canonical_web_page(text);
        case Field::categories: return canonical_categories(text);
        case Field::given_name:
        case Field::surname:
        case Field::display_name:
        case Field::file_as:
        case Field::title:
        case Field::position:
        case Field::company:
        case Field::street:
        case Field::city:
        case Field::postal_code:
        case Field::country:
        case Field::birthday:
        case Field::notes: return canonical_text(text);
    }
    return std::string(text);
}

bool same(Field field, std::string_view left, std::string_view right) {
    return left == right || canonical(field, left) == canonical(field, right);
}

std::vector<Field> differing_fields(const ContactCard& left, const ContactCard& right) {
    std::vector<Field> fields;
    std::ranges::copy_if(all_fields(), std::back_inserter(fields),
                         [&](Field field) { return !same(field, left[field], right[field]); });
    return fields;
}

std::uint64_t fingerprint(const ContactCard& card) {
    // FNV-1a over each canonical text, closed by an octet that UTF-8 never holds.
    constexpr std::uint64_t prime = 0x100000001b3U;
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto take = [&](unsigned char octet) { hash = (hash ^ octet) * prime; };
    for (const auto field : all_fields()) {
        for (const char letter : canonical(field, card[field])) {
            take(static_cast<unsigned char>(letter));
        }
        take(0xFF);
    }
    return hash;
}

}  // namespace hqsync
