// Writes filters with safe quotes, and reads back those of the shape that is written here.
#include "app/opath.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/letter_case.hpp"

namespace hqsync::app {
namespace {

Fault filter_fault(std::string detail) {
    return {.reach = Reach::configuration, .code = "setup.filter", .detail = std::move(detail)};
}

bool is_plain_address(std::string_view address) {
    const auto at = address.find('@');
    if (at == 0 || at == std::string_view::npos || at + 1 == address.size()) return false;
    if (address.find('@', at + 1) != std::string_view::npos) return false;
    return std::ranges::all_of(address, [](char letter) {
        const bool is_alphanumeric = (letter >= 'a' && letter <= 'z') ||
                                     (letter >= 'A' && letter <= 'Z') ||
                                     (letter >= '0' && letter <= '9');
        return is_alphanumeric || std::string_view("!#$%&'*+-/=?^_`{|}~.@").contains(letter);
    });
}

/// Words, and texts in quotes (kept with a quote in front), without parentheses.
std::optional<std::vector<std::string>> tokens_of(std::string_view filter) {
    std::vector<std::string> tokens;
    for (std::size_t at = 0; at < filter.size();) {
        const char letter = filter[at];
        if (letter == '\'') {
            std::string text = "'";
            for (++at;; ++at) {
                if (at >= filter.size()) return std::nullopt;
                if (filter[at] == '\'' && (at + 1 >= filter.size() || filter[at + 1] != '\''))
                    break;
                if (filter[at] == '\'') ++at;
                text += lower_letter(filter[at]);
            }
            ++at;
            tokens.push_back(std::move(text));
        } else if (letter == '(' || letter == ')' || letter == ' ' || letter == '\t') {
            ++at;
        } else {
            const auto end = std::min(filter.find_first_of("'() \t", at), filter.size());
            tokens.push_back(lower_case(filter.substr(at, end - at)));
            at = end;
        }
    }
    return tokens;
}

/// "property 'value" of a chain of -or; none: it is another shape.
std::optional<std::set<std::string>> terms_of(std::string_view filter) {
    const auto tokens = tokens_of(filter);
    if (!tokens || tokens->size() % 4 != 3) return std::nullopt;
    std::set<std::string> terms;
    for (std::size_t at = 0; at < tokens->size(); at += 4) {
        const bool is_chained = at == 0 || (*tokens)[at - 1] == "-or";
        if (!is_chained || (*tokens)[at + 1] != "-eq" || !(*tokens)[at + 2].starts_with('\''))
            return std::nullopt;
        terms.insert((*tokens)[at] + " " + (*tokens)[at + 2]);
    }
    return terms;
}

}  // namespace

Result<std::string> opath_text(std::string_view text) {
    for (const std::string_view quote : {"\u2018", "\u2019", "\u201A", "\u201B"})
        if (text.contains(quote))
            return fail(filter_fault(fmt::format(
                "{} has a typographic quote, which Exchange takes for a plain one", text)));
    std::string quoted = "'";
    for (const char letter : text) {
        if (static_cast<unsigned char>(letter) < ' ' || letter == '\x7F')
            return fail(filter_fault("a control character cannot stand in a filter"));
        quoted += letter;
        if (letter == '\'') quoted += '\'';
    }
    return quoted + "'";
}

bool is_distinguished_name(std::string_view text) {
    const auto small = lower_case(text);
    return (small.starts_with("cn=") || small.starts_with("ou=")) && small.contains(",dc=");
}

Result<std::string> group_filter(std::string_view distinguished_name) {
    if (!is_distinguished_name(distinguished_name))
        return fail(filter_fault(
            fmt::format("{} is no distinguished name (CN=…,DC=…) of a group", distinguished_name)));
    const auto text = opath_text(distinguished_name);
    if (!text) return fail(text.error());
    return "MemberOfGroup -eq " + *text;
}

Result<std::string> attribute_filter(std::string_view assignment) {
    constexpr std::string_view beginning = "customattribute";
    const auto equals = assignment.find('=');
    const auto name = assignment.substr(0, equals);
    const bool is_named = equals != std::string_view::npos && equals + 1 < assignment.size() &&
                          lower_case(name).starts_with(beginning);
    int number = 0;
    if (is_named) {
        const auto digits = name.substr(beginning.size());
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (read.ptr != digits.data() + digits.size()) number = 0;
    }
    if (number < 1 || number > 15)
        return fail(filter_fault(fmt::format(
            "{} is not CustomAttribute1=VALUE to CustomAttribute15=VALUE", assignment)));
    const auto text = opath_text(assignment.substr(equals + 1));
    if (!text) return fail(text.error());
    return fmt::format("CustomAttribute{} -eq {}", number, *text);
}

Result<std::string> address_filter(std::vector<std::string> addresses) {
    if (addresses.empty()) return fail(filter_fault("no user is synchronised, nobody to allow"));
    std::ranges::sort(addresses);
    const auto doubles = std::ranges::unique(addresses);
    addresses.erase(doubles.begin(), doubles.end());
    std::string filter;
    for (const auto& address : addresses) {
        if (!is_plain_address(address))
            return fail(filter_fault(fmt::format(
                "{} is no plain address: correct the user in HQ, or name a group", address)));
        const auto text = opath_text(address);
        if (!text) return fail(text.error());
        filter += (filter.empty() ? "" : " -or ") + ("PrimarySmtpAddress -eq " + *text);
    }
    if (filter.size() > filter_octets_max)
        return fail(filter_fault(
            fmt::format("a filter for {} mailboxes has {} characters, more than {}: name a group "
                        "(--group) or an attribute (--attribute)",
                        addresses.size(), filter.size(), filter_octets_max)));
    return filter;
}

bool is_same_filter(std::string_view one, std::string_view other) {
    const auto first = terms_of(one);
    const auto second = terms_of(other);
    if (first && second) return *first == *second;
    return one == other;
}

}  // namespace hqsync::app
