// A parser by descent: -or binds less than -and, -not most.
#include "sim/ps_opath.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "sim/letter_case.hpp"

namespace hqsync::sim {

namespace {

constexpr std::size_t depth_max = 32;
constexpr std::array<std::string_view, 8> comparisons{"eq", "ne", "like", "notlike",
                                                      "gt", "ge", "lt",   "le"};

bool is_word_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '.' || letter == '@' ||
           letter == '*';
}

std::optional<double> number_of(std::string_view text) {
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size())
        return std::nullopt;
    return number;
}

int order_of(std::string_view left, std::string_view right) {
    const auto first = number_of(left);
    const auto second = number_of(right);
    if (first && second) return *first < *second ? -1 : *first > *second ? 1 : 0;
    return without_case(left).compare(without_case(right));
}

bool is_pattern_met(std::string_view text, std::string_view pattern) {
    std::size_t at = 0;
    std::size_t in = 0;
    std::optional<std::size_t> star;
    std::size_t resume = 0;
    while (at < text.size()) {
        if (in < pattern.size() && pattern[in] == '*') {
            star = in++;
            resume = at;
        } else if (in < pattern.size() && pattern[in] == text[at]) {
            ++in;
            ++at;
        } else if (star) {
            in = *star + 1;
            at = ++resume;
        } else {
            return false;
        }
    }
    while (in < pattern.size() && pattern[in] == '*')
        ++in;
    return in == pattern.size();
}

}  // namespace

bool is_like(std::string_view text, std::string_view pattern) {
    return is_pattern_met(without_case(text), without_case(pattern));
}

class Opath::Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::expected<Node, std::string> whole() {
        auto node = either(0);
        skip_blanks();
        if (node && at_ != text_.size()) return wrong("the end of the filter");
        return node;
    }

    std::vector<std::string> names;

private:
    [[nodiscard]] std::unexpected<std::string> wrong(std::string_view expected) const {
        return std::unexpected(
            fmt::format("Invalid filter syntax at position {}: {} expected.", at_ + 1, expected));
    }

    void skip_blanks() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_]))
            ++at_;
    }

    bool takes(std::string_view word) {
        skip_blanks();
        if (without_case(text_.substr(at_, word.size())) != word) return false;
        const auto behind = at_ + word.size();
        const bool is_operator = word.starts_with('-');
        if (is_operator && behind < text_.size() && is_word_letter(text_[behind])) return false;
        at_ = behind;
        return true;
    }

    std::expected<Node, std::string> chain(std::string_view word, Kind kind, std::size_t depth) {
        Node all{.kind = kind};
        do {
            auto part = kind == Kind::any ? chain("-and", Kind::all, depth) : single(depth);
            if (!part) return part;
            all.parts.push_back(*std::move(part));
        } while (takes(word));
        if (all.parts.size() > 1) return all;
        return Node(std::move(all.parts.front()));
    }

    std::expected<Node, std::string> either(std::size_t depth) {
        if (depth > depth_max) return wrong("fewer parentheses");
        return chain("-or", Kind::any, depth);
    }

    std::expected<Node, std::string> single(std::size_t depth) {
        if (depth > depth_max) return wrong("fewer parentheses");
        if (takes("-not") || takes("!")) {
            auto inner = single(depth + 1);
            if (!inner) return inner;
            Node node{.kind = Kind::negation};
            node.parts.push_back(*std::move(inner));
            return node;
        }
        if (takes("(")) {
            auto inner = either(depth + 1);
            if (inner && !takes(")")) return wrong("\")\"");
            return inner;
        }
        return comparison();
    }

    std::expected<Node, std::string> comparison() {
        Node node;
        node.property = word();
        if (node.property.empty()) return wrong("the name of a property");
        skip_blanks();
        if (at_ == text_.size() || text_[at_] != '-') return wrong("a comparison");
        ++at_;
        node.comparison = without_case(word());
        if (std::ranges::find(comparisons, node.comparison) == comparisons.end())
            return wrong("a comparison");
        if (!value(node)) return wrong("a value");
        names.push_back(node.property);
        return node;
    }

    std::string word() {
        skip_blanks();
        const auto from = at_;
        while (at_ < text_.size() && is_word_letter(text_[at_]))
            ++at_;
        return std::string(text_.substr(from, at_ - from));
    }

    bool value(Node& node) {
        skip_blanks();
        if (at_ == text_.size()) return false;
        const char quote = text_[at_];
        if (quote == '\'' || quote == '"') return quoted(node, quote);
        const bool is_variable = quote == '$';
        if (is_variable) ++at_;
        node.value = word();
        node.is_null = is_variable && without_case(node.value) == "null";
        return !node.value.empty();
    }

    /// A doubled quote stands for itself.
    bool quoted(Node& node, char quote) {
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == quote) {
                ++at_;
                if (at_ == text_.size() || text_[at_] != quote) return true;
            }
            node.value += text_[at_];
        }
        return false;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::expected<Opath, std::string> Opath::parse(std::string_view text) {
    Parser parser(text);
    auto root = parser.whole();
    if (!root) return std::unexpected(root.error());
    Opath filter;
    filter.root_ = *std::move(root);
    filter.names_ = std::move(parser.names);
    return filter;
}

bool Opath::matches(const Properties& properties) const {
    return fits(root_, properties);
}

bool Opath::fits(const Node& node, const Properties& properties) {
    const auto part_fits = [&](const Node& part) { return fits(part, properties); };
    switch (node.kind) {
        case Kind::all: return std::ranges::all_of(node.parts, part_fits);
        case Kind::any: return std::ranges::any_of(node.parts, part_fits);
        case Kind::negation: return !fits(node.parts.front(), properties);
        case Kind::comparison: return compares(node, properties(node.property));
    }
    std::unreachable();
}

bool Opath::compares(const Node& node, const PsValue* value) {
    const bool is_negative = node.comparison == "ne" || node.comparison == "notlike";
    const bool is_absent = value == nullptr || value->is_nil() ||
                           (value->is_list() && value->items.empty()) ||
                           (!value->is_list() && value->display().empty());
    if (node.is_null) return is_absent != is_negative;
    if (is_absent) return is_negative;
    const auto meets = [&node](const PsValue& one) {
        const auto text = one.display();
        if (node.comparison == "like" || node.comparison == "notlike")
            return is_like(text, node.value);
        const int order = order_of(text, node.value);
        if (node.comparison == "gt") return order > 0;
        if (node.comparison == "ge") return order >= 0;
        if (node.comparison == "lt") return order < 0;
        if (node.comparison == "le") return order <= 0;
        return order == 0;
    };
    const bool is_met = value->is_list() ? std::ranges::any_of(value->items, meets) : meets(*value);
    return is_met != is_negative;
}

}  // namespace hqsync::sim
