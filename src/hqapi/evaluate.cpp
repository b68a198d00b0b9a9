// Expressions for one record, with the three-valued logic of OData: null is neither true nor false.
#include "hqapi/expression.hpp"

#include <algorithm>
#include <optional>

#include "contact/text.hpp"
#include "hqapi/message.hpp"

namespace hqsync::hqapi {

namespace {

using Rows = std::vector<Row>;

Value evaluate_in(const Expression& expression, const Subject& subject, Rows& variables);

std::optional<double> number_in(const Value& value) {
    if (const auto* const whole = std::get_if<std::int64_t>(&value))
        return static_cast<double>(*whole);
    if (const auto* const number = std::get_if<double>(&value)) return *number;
    return std::nullopt;
}

std::optional<bool> truth_in(const Value& value) {
    const auto* const truth = std::get_if<bool>(&value);
    return truth == nullptr ? std::nullopt : std::optional(*truth);
}

bool is_null(const Value& value) {
    return std::holds_alternative<std::monostate>(value);
}

/// The record at the end of the path, or the list that its last step leads to.
Rows walk(const Expression& expression, const Subject& subject, const Rows& variables) {
    Rows here = {variables.at(expression.variable)};
    for (const auto* const step : expression.path) {
        if (here.empty() || subject.effort.is_spent()) return {};
        here = step->rows(subject.directory, here.front());
        subject.effort.spend(here.size());
    }
    return here;
}

Value over_list(const Expression& expression, const Subject& subject, Rows& variables) {
    const auto rows = walk(expression, subject, variables);
    if (expression.operation == Operation::count) return static_cast<std::int64_t>(rows.size());
    const bool is_any = expression.operation == Operation::any;
    if (expression.arguments.empty()) return !rows.empty();
    for (const auto& row : rows) {
        if (subject.effort.is_spent()) return {};
        variables.push_back(row);
        const auto truth = truth_in(evaluate_in(expression.arguments.front(), subject, variables));
        variables.pop_back();
        if (truth.value_or(false) == is_any) return is_any;
    }
    return !is_any;
}

Value joined(const Expression& expression, const Subject& subject, Rows& variables) {
    // `or` is decided by a true, `and` by a false.
    const bool decisive = expression.operation == Operation::either;
    const auto left = truth_in(evaluate_in(expression.arguments[0], subject, variables));
    if (left == decisive) return decisive;
    const auto right = truth_in(evaluate_in(expression.arguments[1], subject, variables));
    if (right == decisive) return decisive;
    if (!left || !right) return {};
    return !decisive;
}

Value compared(Operation operation, const Value& left, const Value& right) {
    if (operation == Operation::equal) return compare(left, right) == 0;
    if (operation == Operation::unequal) return compare(left, right) != 0;
    if (is_null(left) || is_null(right)) return false;
    const auto order = compare(left, right);
    if (operation == Operation::greater) return order > 0;
    if (operation == Operation::greater_equal) return order >= 0;
    if (operation == Operation::less) return order < 0;
    return order <= 0;
}

std::string upper(std::string_view text) {
    std::string large(text);
    for (char& letter : large) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 32);
    }
    return large;
}

std::int64_t letters_in(std::string_view text) {
    return std::ranges::count_if(
        text, [](char letter) { return (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U; });
}

Value called(Operation operation, const std::vector<Value>& values) {
    std::vector<std::string_view> texts;
    for (const auto& value : values) {
        const auto* const text = std::get_if<std::string>(&value);
        if (text == nullptr) return {};
        texts.emplace_back(*text);
    }
    switch (operation) {
        case Operation::contains: return texts[0].find(texts[1]) != std::string_view::npos;
        case Operation::starts_with: return texts[0].starts_with(texts[1]);
        case Operation::ends_with: return texts[0].ends_with(texts[1]);
        case Operation::to_lower: return folded(texts[0]);
        case Operation::to_upper: return upper(texts[0]);
        case Operation::trim: return std::string(trimmed(texts[0]));
        case Operation::length: return letters_in(texts[0]);
        default: return {};
    }
}

Value evaluate_in(const Expression& expression, const Subject& subject, Rows& variables) {
    const auto& arguments = expression.arguments;
    subject.effort.spend(1);
    if (subject.effort.is_spent()) return {};
    switch (expression.operation) {
        case Operation::literal: return expression.literal;
        case Operation::property: {
            const auto rows = walk(expression, subject, variables);
            return rows.empty() ? Value{} : expression.property->value(rows.front());
        }
        case Operation::count:
        case Operation::any:
        case Operation::all: return over_list(expression, subject, variables);
        case Operation::either:
        case Operation::both: return joined(expression, subject, variables);
        case Operation::negation: {
            const auto truth = truth_in(evaluate_in(arguments[0], subject, variables));
            return truth ? Value{!*truth} : Value{};
        }
        default: break;
    }
    std::vector<Value> values;
    for (const auto& argument : arguments)
        values.push_back(evaluate_in(argument, subject, variables));
    if (expression.operation == Operation::among) {
        return std::any_of(values.begin() + 1, values.end(),
                           [&](const Value& each) { return compare(values[0], each) == 0; });
    }
    if (expression.operation >= Operation::equal && expression.operation <= Operation::less_equal)
        return compared(expression.operation, values[0], values[1]);
    return called(expression.operation, values);
}

}  // namespace

Value evaluate(const Expression& expression, const Subject& subject, const Row& row) {
    Rows variables = {row};
    return evaluate_in(expression, subject, variables);
}

bool matches(const Expression& condition, const Subject& subject, const Row& row) {
    return truth_in(evaluate(condition, subject, row)).value_or(false);
}

int compare(const Value& one, const Value& other) {
    const auto left = number_in(one);
    const auto right = number_in(other);
    if (left && right) {
        if (*left == *right) return 0;
        return *left < *right ? -1 : 1;
    }
    if (one == other) return 0;
    if (one.index() != other.index()) return one.index() < other.index() ? -1 : 1;
    return one < other ? -1 : 1;
}

}  // namespace hqsync::hqapi
