// Texts are compared without case, as the store does; numbers of the same sign too, by length.
#include "sim/ews_search.hpp"

#include <algorithm>
#include <charconv>

#include "sim/ews_call.hpp"
#include "sim/letter_case.hpp"

namespace hqsync::sim {

namespace {

bool is_path(std::string_view name) {
    return name == "t:FieldURI" || name == "t:IndexedFieldURI" || name == "t:ExtendedFieldURI";
}

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (wrong != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Both forms of xs:boolean are in use: exchangelib asks for "1" where the server shows "true".
std::string_view as_number(std::string_view text, std::string_view other) {
    const bool is_wanted = other == "0" || other == "1";
    if (is_wanted && text == "true") return "1";
    if (is_wanted && text == "false") return "0";
    return text;
}

/// Less than, equal to or greater than zero.
int compare(std::string_view one, std::string_view other) {
    const auto left = number_in(as_number(one, other));
    const auto right = number_in(as_number(other, one));
    if (left && right) return *left < *right ? -1 : *left > *right ? 1 : 0;
    return without_case(one).compare(without_case(other));
}

bool holds(std::string_view relation, int order) {
    if (relation == "t:IsEqualTo") return order == 0;
    if (relation == "t:IsNotEqualTo") return order != 0;
    if (relation == "t:IsGreaterThan") return order > 0;
    if (relation == "t:IsGreaterThanOrEqualTo") return order >= 0;
    if (relation == "t:IsLessThan") return order < 0;
    return order <= 0;
}

bool contains(pugi::xml_node expression, const Values& values) {
    const std::string_view mode = expression.attribute("ContainmentMode").value();
    const std::string_view comparison = expression.attribute("ContainmentComparison").value();
    const bool is_exact = comparison == "Exact" || comparison.empty();
    const std::string constant = expression.child("t:Constant").attribute("Value").value();
    const auto sought = is_exact ? constant : without_case(constant);
    for (const auto& value : values(first_element(expression))) {
        const auto text = is_exact ? value : without_case(value);
        if (mode == "FullString" || mode.empty() || mode == "ExactPhrase") {
            if (text == sought) return true;
        } else if (mode == "Prefixed") {
            if (text.starts_with(sought)) return true;
        } else if (mode == "PrefixOnWords") {
            if (text.starts_with(sought) || text.find(' ' + sought) != std::string::npos)
                return true;
        } else if (text.find(sought) != std::string::npos) {
            return true;
        }
    }
    return false;
}

bool relates(pugi::xml_node expression, const Values& values) {
    const auto operand = first_element(expression.child("t:FieldURIOrConstant"));
    std::vector<std::string> right;
    if (std::string_view(operand.name()) == "t:Constant") {
        right.emplace_back(operand.attribute("Value").value());
    } else {
        right = values(operand);
    }
    const auto left = values(first_element(expression));
    const std::string_view relation = expression.name();
    // What is not there is equal to nothing.
    if (left.empty() || right.empty()) return relation == "t:IsNotEqualTo";
    return std::ranges::any_of(left, [&](const std::string& value) {
        return holds(relation, compare(value, right.front()));
    });
}

}  // namespace

std::optional<EwsError> check_paths(pugi::xml_node expressions, const PathCheck& check) {
    for (const auto node : elements(expressions)) {
        if (is_path(node.name())) {
            if (auto wrong = check(node)) return wrong;
        } else if (auto wrong = check_paths(node, check)) {
            return wrong;
        }
    }
    return std::nullopt;
}

bool matches(pugi::xml_node expression, const Values& values) {
    const std::string_view name = expression.name();
    const auto parts = elements(expression);
    const auto fulfilled = [&values](pugi::xml_node part) { return matches(part, values); };
    if (name == "t:And") return std::ranges::all_of(parts, fulfilled);
    if (name == "t:Or") return std::ranges::any_of(parts, fulfilled);
    if (name == "t:Not") return !matches(parts.front(), values);
    if (name == "t:Exists") return !values(parts.front()).empty();
    if (name == "t:Contains") return contains(expression, values);
    if (name == "t:Excludes") return values(parts.front()).empty();
    return relates(expression, values);
}

bool comes_before(pugi::xml_node sort_order, const Values& one, const Values& other) {
    for (const auto field : elements(sort_order)) {
        const auto left = one(first_element(field));
        const auto right = other(first_element(field));
        const int order =
            compare(left.empty() ? "" : left.front(), right.empty() ? "" : right.front());
        if (order == 0) continue;
        const bool is_down = std::string_view(field.attribute("Order").value()) == "Descending";
        return is_down ? order > 0 : order < 0;
    }
    return false;
}

std::expected<Page, EwsError> read_page(pugi::xml_node view, std::size_t total, std::size_t most) {
    Page page{.total = total};
    const auto wanted = view.attribute("MaxEntriesReturned");
    if (wanted && wanted.as_int() <= 0)
        return std::unexpected(EwsError{"ErrorInvalidPagingMaxRows",
                                        "The value of MaxEntriesReturned must be positive."});
    if (wanted) most = std::min(most, static_cast<std::size_t>(wanted.as_int()));
    const auto offset = view.attribute("Offset").as_int();
    if (offset < 0)
        return std::unexpected(
            EwsError{"ErrorInvalidIndexedPagingParameters", "The offset must not be negative."});
    auto start = static_cast<std::size_t>(offset);
    if (std::string_view(view.name()).starts_with("m:Fractional")) {
        const auto below = view.attribute("Denominator").as_int();
        const auto above = view.attribute("Numerator").as_int();
        if (below <= 0 || above < 0 || above > below)
            return std::unexpected(EwsError{"ErrorInvalidFractionalPagingParameters",
                                            "The fraction must lie between 0 and 1."});
        page.is_fraction = true;
        start = total * static_cast<std::size_t>(above) / static_cast<std::size_t>(below);
    }
    if (std::string_view(view.attribute("BasePoint").value()) == "End") {
        const auto end = total - std::min(total, start);
        page.count = std::min(most, end);
        page.first = end - page.count;
        page.is_last = page.first == 0;
        page.next = total - page.first;
        return page;
    }
    page.first = std::min(start, total);
    page.count = std::min(most, total - page.first);
    page.next = page.first + page.count;
    page.is_last = page.next == total;
    return page;
}

void write_page(pugi::xml_node root, const Page& page) {
    if (page.is_fraction) {
        set(root, "NumeratorOffset", std::to_string(page.next));
        set(root, "AbsoluteDenominator", std::to_string(std::max<std::size_t>(page.total, 1)));
    } else {
        set(root, "IndexedPagingOffset", std::to_string(page.next));
    }
    set(root, "TotalItemsInView", std::to_string(page.total));
    set(root, "IncludesLastItemInRange", page.is_last ? "true" : "false");
}

}  // namespace hqsync::sim
