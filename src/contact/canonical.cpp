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
bool is_kept_in_phone(char letter) {
    const bool is_sign = letter == '+' || letter == '*' || letter == '#';
    return is_digit(letter) || is_letter(letter) || is_sign ||
           static_cast<unsigned char>(letter) >= 0x80;
}

/// Where "(0)" stands right behind a country code: "+49 (0)171". Only there it is the trunk zero,
/// which is not dialled from abroad; anywhere else it is part of the number.
std::size_t trunk_zero(std::string_view text) {
    const auto place = text.find("(0)");
    if (place == std::string_view::npos) return place;
    std::string before;
    for (const char letter : text.substr(0, place)) {
        if (is_kept_in_phone(letter)) before += letter;
    }
    std::string_view code = before;
    if (code.starts_with("+")) {
        code.remove_prefix(1);
    } else if (code.starts_with("00")) {
        code.remove_prefix(2);
    } else {
        return std::string_view::npos;
    }
    const bool is_country_code =
        !code.empty() && code.size() <= 3 && std::ranges::all_of(code, is_digit);
    return is_country_code ? place : std::string_view::npos;
}

/// Digits, with "+" for an international number. Letters, "*" and "#" stay: an extension, a service
/// code or a word is not dropped silently, or two different texts would be the same. Punctuation
/// goes before the prefix is read, or "(00)49…" would need two rounds.
std::string canonical_phone(std::string_view text) {
    auto lower = folded(trimmed(text));
    if (const auto zero = trunk_zero(lower); zero != std::string::npos) lower.erase(zero, 3);
    std::string kept;
    std::ranges::copy_if(lower, std::back_inserter(kept), is_kept_in_phone);
    // What stands at the ends, or side by side, only now: hard blanks, and letters that compose.
    kept = folded(trimmed(kept));
    std::string_view rest = kept;
    std::string result;
    if (rest.starts_with("+") || rest.starts_with("00")) {
        rest.remove_prefix(rest.starts_with("+") ? 1 : 2);
        rest.remove_prefix(std::min(rest.find_first_not_of('+'), rest.size()));
        result = "+";
    }
    result += rest;
    return result;
}

/// Trimmed, composed, with "\n" for every kind of line end, and no blanks before one.
std::string canonical_text(std::string_view text) {
    const auto plain = with_plain_line_ends(text);
    std::string result;
    for (const char letter : composed(trimmed(plain))) {
        if (letter == '\n') {
            while (!result.empty() && (result.back() == ' ' || result.back() == '\t')) {
                result.pop_back();
            }
        }
        result += letter;
    }
    return result;
}

/// Where the host ends: before the path, the query or the fragment, whichever comes first.
std::size_t end_of_host(std::string_view page) {
    constexpr std::string_view enders = "/?#";
    auto end = page.find_first_of(enders);
    const bool is_scheme = end != std::string_view::npos && end > 0 && page[end - 1] == ':' &&
                           page.substr(end).starts_with("//");
    if (is_scheme) end = page.find_first_of(enders, end + 2);
    return std::min(end, page.size());
}

std::string canonical_web_page(std::string_view text) {
    const auto page = composed(trimmed(text));
    const auto host = std::string_view(page).substr(0, end_of_host(page));
    const auto rest = std::string_view(page).substr(host.size());
    const auto shown_host = folded(host);
    const auto whole = shown_host + std::string(rest);
    std::string_view result = whole;
    // A slash at the end of a query belongs to its value.
    const bool is_path = rest.find_first_of("?#") == std::string_view::npos;
    while (is_path && result.size() > shown_host.size() && result.ends_with('/')) {
        result.remove_suffix(1);
        result = trimmed(result);
    }
    return std::string(result);
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
