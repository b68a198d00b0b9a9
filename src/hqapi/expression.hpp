// What $filter and $orderby say: read against an entity, so that a name it does not have is told at
// once, and worked out for one record.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "hqapi/message.hpp"
#include "hqapi/model.hpp"

namespace hqsync::hqapi {

enum class Operation : std::uint8_t {
    literal,
    property,
    count,  ///< of a list: `Members/$count`
    any,
    all,
    either,
    both,
    negation,
    equal,
    unequal,
    greater,
    greater_equal,
    less,
    less_equal,
    among,
    contains,
    starts_with,
    ends_with,
    to_lower,
    to_upper,
    trim,
    length,
};

/// What an expression yields. `null` goes with every other.
enum class Type : std::uint8_t { null, text, number, boolean, time };

struct Expression {
    Operation operation = Operation::literal;
    Type type = Type::null;
    std::vector<Expression> arguments;
    Value literal;
    std::size_t variable = 0;  ///< whose path it is: 0 the record, then the variables of any/all
    std::vector<const Navigation*> path;
    const Property* property = nullptr;
};

constexpr std::size_t filter_depth_max = 32;
constexpr std::size_t filter_terms_max = 500;

/// What a text is read against. A path into another entity wants that entity expanded, as the
/// guide says.
struct Grounds {
    const Entity& entity;
    const std::vector<std::string_view>& expanded;
    std::string_view option;  ///< for messages: "$filter"
};

/// A condition. Refused with the place: "$filter at 12: ContactPerson has no property Nam".
Checked<Expression> read_condition(std::string_view text, const Grounds& grounds);

struct Sort {
    Expression key;
    enum class Direction : std::uint8_t { up, down } direction = Direction::up;
};
Checked<std::vector<Sort>> read_sorts(std::string_view text, const Grounds& grounds);

/// How much of the work that one request may cause is left, in terms and records looked at: lists
/// within lists within lists multiply. When it is spent, everything is null, and the answer is
/// worthless.
class Effort {
public:
    void spend(std::uint64_t work) { left_ -= std::min(left_, work); }
    [[nodiscard]] bool is_spent() const { return left_ == 0; }

private:
    std::uint64_t left_ = 12'000'000;  // seconds; 500 terms over 20,000 records are 10 million
};

/// A row of a directory, and the effort that looking at it may take.
struct Subject {
    const Directory& directory;
    Effort& effort;
};

Value evaluate(const Expression& expression, const Subject& subject, const Row& row);
/// Null, which is neither true nor false, is no match.
bool matches(const Expression& condition, const Subject& subject, const Row& row);
/// Negative, zero, positive; null comes first.
int compare(const Value& one, const Value& other);

}  // namespace hqsync::hqapi
