// A recursive descent over the grammar of OData 4 (part 2, section 5.1.1), with its precedences.
#include "hqapi/expression.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "contact/date.hpp"

namespace hqsync::hqapi {

namespace {

struct Function {
    std::string_view name;
    Operation operation;
    std::size_t arguments;
    Type type;
};
constexpr std::array functions{
    Function{"contains", Operation::contains, 2, Type::boolean},
    Function{"startswith", Operation::starts_with, 2, Type::boolean},
    Function{"endswith", Operation::ends_with, 2, Type::boolean},
    Function{"tolower", Operation::to_lower, 1, Type::text},
    Function{"toupper", Operation::to_upper, 1, Type::text},
    Function{"trim", Operation::trim, 1, Type::text},
    Function{"length", Operation::length, 1, Type::number},
};

struct Comparison {
    std::string_view word;
    Operation operation;
};
constexpr std::array comparisons{
    Comparison{"eq", Operation::equal},   Comparison{"ne", Operation::unequal},
    Comparison{"gt", Operation::greater}, Comparison{"ge", Operation::greater_equal},
    Comparison{"lt", Operation::less},    Comparison{"le", Operation::less_equal},
    Comparison{"in", Operation::among},
};

Type type_of(Kind kind) {
    switch (kind) {
        case Kind::text: return Type::text;
        case Kind::integer:
        case Kind::number: return Type::number;
        case Kind::boolean: return Type::boolean;
        case Kind::instant:
        case Kind::date: return Type::time;
    }
    return Type::null;
}

std::string_view word(Type type) {
    constexpr std::array<std::string_view, 5> words{"null", "a text", "a number", "a truth",
                                                    "a time"};
    return words.at(static_cast<std::size_t>(type));
}

bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}
bool is_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_' ||
           letter == '$';
}

struct Variable {
    std::string_view name;
    const Entity* entity;
};

class Reader {
public:
    Reader(std::string_view text, const Grounds& grounds)
        : text_(text), grounds_(grounds), variables_{{"$it", &grounds.entity}} {}

    Checked<Expression> condition() {
        auto read = either();
        if (!read) return read;
        if (at_ < text_.size()) return wrong(at_, "the end was expected");
        if (auto checked = expect(*read, Type::boolean, 0); !checked)
            return std::unexpected(checked.error());
        return read;
    }

    Checked<std::vector<Sort>> sorts() {
        std::vector<Sort> all;
        do {
            auto key = primary();
            if (!key) return std::unexpected(key.error());
            Sort sort{*std::move(key)};
            if (take_word("desc")) {
                sort.direction = Sort::Direction::down;
            } else {
                take_word("asc");
            }
            all.push_back(std::move(sort));
        } while (take(','));
        if (at_ < text_.size()) return wrong(at_, "a comma or the end was expected");
        return all;
    }

private:
    std::unexpected<Refusal> wrong(std::size_t place, std::string_view what) const {
        return refuse(fmt::format("{} at {}: {}.", grounds_.option, place + 1, what));
    }

    void skip_blanks() {
        while (at_ < text_.size() && text_[at_] == ' ')
            ++at_;
    }
    bool take(char letter) {
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != letter) return false;
        ++at_;
        skip_blanks();
        return true;
    }
    /// The word, if it stands next and ends there.
    bool take_word(std::string_view wanted) {
        skip_blanks();
        if (!text_.substr(at_).starts_with(wanted)) return false;
        const auto end = at_ + wanted.size();
        if (end < text_.size() && text_[end] != ' ' && text_[end] != '(' && text_[end] != ')' &&
            text_[end] != ',')
            return false;
        at_ = end;
        skip_blanks();
        return true;
    }
    std::string_view name() {
        const auto start = at_;
        while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_])))
            ++at_;
        return text_.substr(start, at_ - start);
    }

    Checked<bool> expect(const Expression& read, Type type, std::size_t place) const {
        if (read.type == type || read.type == Type::null) return true;
        return wrong(place, fmt::format("{} was expected, not {}", word(type), word(read.type)));
    }

    Checked<Expression> chain(std::string_view conjunction, Operation operation,
                              Checked<Expression> (Reader::*part)()) {
        skip_blanks();
        auto place = at_;
        auto first = (this->*part)();
        if (!first) return first;
        while (take_word(conjunction)) {
            if (auto checked = expect(*first, Type::boolean, place); !checked)
                return std::unexpected(checked.error());
            place = at_;
            auto next = (this->*part)();
            if (!next) return next;
            if (auto checked = expect(*next, Type::boolean, place); !checked)
                return std::unexpected(checked.error());
            Expression joined{.operation = operation, .type = Type::boolean};
            joined.arguments.push_back(*std::move(first));
            joined.arguments.push_back(*std::move(next));
            first = std::move(joined);
        }
        return first;
    }

    Checked<Expression> either() { return chain("or", Operation::either, &Reader::both); }
    Checked<Expression> both() { return chain("and", Operation::both, &Reader::comparison); }

    Checked<Expression> comparison() {
        skip_blanks();
        const auto place = at_;
        auto left = unary();
        if (!left) return left;
        for (const auto& [word, operation] : comparisons) {
            if (!take_word(word)) continue;
            if (operation == Operation::among) return among(*std::move(left), place);
            auto right = unary();
            if (!right) return right;
            return compared(operation, *std::move(left), *std::move(right), place);
        }
        return left;
    }

    Checked<Expression> compared(Operation operation, Expression left, Expression right,
                                 std::size_t place) {
        const bool fits =
            left.type == right.type || left.type == Type::null || right.type == Type::null;
        if (!fits) {
            return wrong(place, fmt::format("{} cannot be compared with {}", word(left.type),
                                            word(right.type)));
        }
        const bool is_ordering = operation != Operation::equal && operation != Operation::unequal &&
                                 operation != Operation::among;
        if (is_ordering && (left.type == Type::boolean || right.type == Type::boolean))
            return wrong(place, "truths have no order");
        Expression made{.operation = operation, .type = Type::boolean};
        made.arguments.push_back(std::move(left));
        made.arguments.push_back(std::move(right));
        return made;
    }

    Checked<Expression> among(Expression left, std::size_t place) {
        Expression made{.operation = Operation::among, .type = Type::boolean};
        const auto type = left.type;
        made.arguments.push_back(std::move(left));
        if (!take('(')) return wrong(at_, "a list in parentheses was expected");
        do {
            const auto start = at_;
            auto each = literal();
            if (!each) return each;
            if (type != Type::null && each->type != type && each->type != Type::null) {
                return wrong(start, fmt::format("{} cannot be compared with {}", word(type),
                                                word(each->type)));
            }
            made.arguments.push_back(*std::move(each));
        } while (take(','));
        if (!take(')')) return wrong(at_, "a closing parenthesis was expected");
        if (made.arguments.size() > filter_terms_max) return wrong(place, "the list is too long");
        return made;
    }

    Checked<Expression> unary() {
        skip_blanks();
        if (!take_word("not")) return primary();
        const auto place = at_;
        if (++depth_ > filter_depth_max) return wrong(place, "it is nested too deep");
        auto inner = unary();
        --depth_;
        if (!inner) return inner;
        if (auto checked = expect(*inner, Type::boolean, place); !checked)
            return std::unexpected(checked.error());
        Expression made{.operation = Operation::negation, .type = Type::boolean};
        made.arguments.push_back(*std::move(inner));
        return made;
    }

    Checked<Expression> primary() {
        skip_blanks();
        const auto place = at_;
        if (++terms_ > filter_terms_max) return wrong(place, "it has too many terms");
        if (!take('(')) return simple();
        if (++depth_ > filter_depth_max) return wrong(place, "it is nested too deep");
        auto inner = either();
        --depth_;
        if (!inner) return inner;
        if (!take(')')) return wrong(at_, "a closing parenthesis was expected");
        return inner;
    }

    Checked<Expression> simple() {
        if (at_ >= text_.size()) return wrong(at_, "something is missing");
        if (!is_letter(text_[at_])) return literal();
        const auto place = at_;
        const auto first = name();
        if (first == "null" || first == "true" || first == "false") {
            at_ = place;
            return literal();
        }
        if (at_ < text_.size() && text_[at_] == '(') return call(first, place);
        return path(first, place);
    }

    Checked<Expression> call(std::string_view called, std::size_t place) {
        const auto* const known = std::ranges::find(functions, called, &Function::name);
        if (known == functions.end())
            return wrong(place, fmt::format("there is no function {}", called));
        Expression made{.operation = known->operation, .type = known->type};
        take('(');
        do {
            if (++depth_ > filter_depth_max) return wrong(place, "it is nested too deep");
            const auto start = at_;
            auto argument = primary();
            --depth_;
            if (!argument) return argument;
            if (auto checked = expect(*argument, Type::text, start); !checked)
                return std::unexpected(checked.error());
            made.arguments.push_back(*std::move(argument));
        } while (take(','));
        if (!take(')')) return wrong(at_, "a closing parenthesis was expected");
        if (made.arguments.size() != known->arguments) {
            return wrong(place, fmt::format("{} takes {} arguments", called, known->arguments));
        }
        return made;
    }

    Checked<Expression> path(std::string_view segment, std::size_t place) {
        Expression made{.operation = Operation::property};
        const auto variable = std::ranges::find(variables_, segment, &Variable::name);
        const Entity* entity = variables_.front().entity;
        if (variable != variables_.end()) {
            made.variable = static_cast<std::size_t>(variable - variables_.begin());
            entity = variable->entity;
            if (!take('/')) return wrong(at_, fmt::format("{}/… was expected", segment));
            place = at_;
            segment = name();
        }
        while (true) {
            if (const auto* const property = entity->property(segment)) {
                made.property = property;
                made.type = type_of(property->kind);
                return made;
            }
            const auto* const navigation = entity->navigation(segment);
            if (navigation == nullptr) {
                return wrong(place,
                             fmt::format("{} has no property \"{}\"", entity->name, segment));
            }
            if (auto open = is_open(made, *navigation, place); !open)
                return std::unexpected(open.error());
            made.path.push_back(navigation);
            if (at_ >= text_.size() || text_[at_] != '/')
                return wrong(at_, fmt::format("{}/… was expected", segment));
            ++at_;
            place = at_;
            segment = name();
            entity = &navigation->entity();
            if (navigation->cardinality == Cardinality::many)
                return over_list(std::move(made), segment, place);
        }
    }

    /// Whether the path may go there: the first step from the record wants an expansion.
    Checked<bool> is_open(const Expression& made, const Navigation& navigation,
                          std::size_t place) const {
        const bool is_first = made.variable == 0 && made.path.empty();
        const auto& expanded = grounds_.expanded;
        if (!is_first || std::ranges::find(expanded, navigation.name) != expanded.end())
            return true;
        return wrong(place, fmt::format("{} must be expanded to be asked for", navigation.name));
    }

    Checked<Expression> over_list(Expression made, std::string_view segment, std::size_t place) {
        if (segment == "$count") {
            made.operation = Operation::count;
            made.type = Type::number;
            return made;
        }
        if (segment != "any" && segment != "all")
            return wrong(place, "any(…), all(…) or $count was expected after a list");
        made.operation = segment == "any" ? Operation::any : Operation::all;
        made.type = Type::boolean;
        if (!take('(')) return wrong(at_, "a parenthesis was expected");
        if (made.operation == Operation::any && take(')')) return made;
        const auto variable = name();
        if (variable.empty() || !take(':')) return wrong(at_, "a variable and \":\" were expected");
        if (++depth_ > filter_depth_max) return wrong(place, "it is nested too deep");
        variables_.push_back({variable, &made.path.back()->entity()});
        const auto start = at_;
        auto inner = either();
        variables_.pop_back();
        --depth_;
        if (!inner) return inner;
        if (auto checked = expect(*inner, Type::boolean, start); !checked)
            return std::unexpected(checked.error());
        if (!take(')')) return wrong(at_, "a closing parenthesis was expected");
        made.arguments.push_back(*std::move(inner));
        return made;
    }

    Checked<Expression> literal() {
        skip_blanks();
        const auto place = at_;
        if (at_ < text_.size() && text_[at_] == '\'') return quoted();
        if (take_word("null")) return Expression{};
        for (const bool truth : {true, false}) {
            if (take_word(truth ? "true" : "false"))
                return Expression{.type = Type::boolean, .literal = truth};
        }
        auto end = at_;
        while (end < text_.size() && text_[end] != ' ' && text_[end] != ')' && text_[end] != ',')
            ++end;
        // "+01:00" that was not encoded has become " 01:00".
        const auto rest = text_.substr(std::min(end + 1, text_.size()));
        const bool has_zone = end - at_ >= 19 && text_[at_ + 10] == 'T' && rest.size() >= 5 &&
                              is_digit(rest[0]) && is_digit(rest[1]) && rest[2] == ':';
        std::string written(text_.substr(at_, end - at_));
        if (has_zone) {
            written += "+" + std::string(rest.substr(0, 5));
            end += 6;
        }
        at_ = end;
        return unquoted(written, place);
    }

    Checked<Expression> quoted() {
        const auto place = at_++;
        std::string value;
        while (at_ < text_.size()) {
            const char letter = text_[at_++];
            if (letter != '\'') {
                value += letter;
            } else if (at_ < text_.size() && text_[at_] == '\'') {
                value += text_[at_++];
            } else {
                return Expression{.type = Type::text, .literal = std::move(value)};
            }
        }
        return wrong(place, "the text has no end");
    }

    Checked<Expression> unquoted(const std::string& written, std::size_t place) const {
        const char* const end = written.data() + written.size();
        std::int64_t whole = 0;
        if (const auto read = std::from_chars(written.data(), end, whole);
            read.ptr == end && read.ec == std::errc{})
            return Expression{.type = Type::number, .literal = whole};
        double number = 0;
        if (const auto read = std::from_chars(written.data(), end, number);
            read.ptr == end && read.ec == std::errc{})
            return Expression{.type = Type::number, .literal = number};
        auto time = written;
        if (time.size() == 10) time += "T00:00:00Z";
        const bool has_seconds = time.size() > 16 && time[16] == ':';
        if (!has_seconds && time.size() >= 16) time.insert(16, ":00");
        if (const auto at = time_of(time))
            return Expression{.type = Type::time, .literal = Time{*at, written}};
        return wrong(place, fmt::format("\"{}\" is no value; texts stand in single quotes",
                                        written.substr(0, 40)));
    }

    std::string_view text_;
    const Grounds& grounds_;
    std::vector<Variable> variables_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::size_t terms_ = 0;
};

}  // namespace

Checked<Expression> read_condition(std::string_view text, const Grounds& grounds) {
    return Reader(text, grounds).condition();
}

Checked<std::vector<Sort>> read_sorts(std::string_view text, const Grounds& grounds) {
    return Reader(text, grounds).sorts();
}

}  // namespace hqsync::hqapi
