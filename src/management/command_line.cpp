// A cursor over the line; every refusal happens where the letter stands that asks for it.
#include "management/command_line.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/letter_case.hpp"
#include "management/command_check.hpp"

namespace hqsync::management {

namespace {

using clixml::Value;

constexpr std::size_t line_octets_max = 65'536;
constexpr std::size_t depth_max = 8;

bool is_blank(char letter) {
    return letter == ' ' || letter == '\t';
}
bool is_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
}
bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}

/// Why a letter outside of quotes makes script of a line; empty: it does not.
std::string_view script_of(char letter) {
    switch (letter) {
        case '|': return "a pipe";
        case ';': return "a second command";
        case '$': return "a variable";
        case '(':
        case ')': return "an expression in parentheses";
        case '{':
        case '}': return "a script block";
        case '&': return "a call";
        case '<':
        case '>': return "a redirection";
        case '`': return "an escape outside of quotes";
        case '#': return "a comment";
        case '\n':
        case '\r': return "a second line";
        default: return "";
    }
}

/// Typographic signs that other programs make of plain ones, in UTF-8.
bool is_typographic_quote(std::string_view rest) {
    for (const std::string_view quote :
         {"\u2018", "\u2019", "\u201A", "\u201C", "\u201D", "\u201E"}) {
        if (rest.starts_with(quote)) return true;
    }
    return false;
}
std::size_t dash_octets(std::string_view rest) {
    if (rest.starts_with('-')) return 1;
    for (const std::string_view dash : {"\u2013", "\u2014", "\u2015"}) {
        if (rest.starts_with(dash)) return dash.size();
    }
    return 0;
}

/// A number that prints as it was written.
std::optional<Value> number_in(std::string_view word) {
    const auto read = [&]<class Number>(Number number) -> std::optional<Value> {
        const auto* const end = word.data() + word.size();
        const auto result = std::from_chars(word.data(), end, number);
        if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
        if (fmt::format("{}", number) != word) return std::nullopt;
        return Value(number);
    };
    if (auto small = read(std::int32_t{})) return small;
    if (auto large = read(std::int64_t{})) return large;
    if (!word.contains('.')) return std::nullopt;
    return read(double{});
}

class Parser {
public:
    Parser(std::string_view line, const FindCommand& find) : line_(line), find_(find) {}

    Result<Command> command();

private:
    Result<std::string> command_name();
    Result<void> argument(Command& command, const CommandInfo* info);
    Result<void> named(Command& command, const CommandInfo* info);
    Result<Value> value();
    Result<Value> item();
    Result<Value> literal();
    Result<Value> bare_word();
    Result<std::string> quoted();
    Result<Value> array();
    Result<Value> table();
    Result<void> expect_end_of_value();

    [[nodiscard]] std::string_view rest() const { return line_.substr(at_); }
    [[nodiscard]] bool is_at_end() const { return at_ == line_.size(); }
    [[nodiscard]] bool is_at(char letter) const { return rest().starts_with(letter); }
    [[nodiscard]] bool is_at_parameter() const;
    bool skip(char letter) {
        if (!is_at(letter)) return false;
        ++at_;
        return true;
    }
    void skip_blanks() {
        while (!is_at_end() && is_blank(line_[at_]))
            ++at_;
    }
    /// In tables and arrays the line may go on below.
    void skip_space() {
        while (!is_at_end() && (is_blank(line_[at_]) || is_at('\n') || is_at('\r')))
            ++at_;
    }
    [[nodiscard]] Fault fault(const char* code, std::string_view what) const {
        // Trailing octets of UTF-8 are no characters of their own.
        const auto column = std::ranges::count_if(line_.substr(0, at_), [](char letter) {
            return (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U;
        });
        return {Reach::item, code, fmt::format("{}, in column {}", what, column + 1)};
    }
    [[nodiscard]] Fault syntax(std::string_view what) const {
        return fault("command.syntax", what);
    }
    [[nodiscard]] Fault script(std::string_view what) const {
        return fault("command.script", fmt::format("{} is script, which is not run", what));
    }
    /// What stands here is no value; says why.
    [[nodiscard]] Fault no_value() const;

    std::string_view line_;
    const FindCommand& find_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
};

Fault Parser::no_value() const {
    if (is_at_end()) return syntax("a value is missing");
    const auto why = script_of(line_[at_]);
    if (!why.empty()) return script(why);
    if (is_typographic_quote(rest())) return syntax("a typographic quote; use ' or \"");
    return syntax(fmt::format("'{}' is in the wrong place", line_[at_]));
}

bool Parser::is_at_parameter() const {
    const auto octets = dash_octets(rest());
    return octets > 0 && rest().size() > octets && is_letter(rest()[octets]);
}

Result<Command> Parser::command() {
    if (line_.size() > line_octets_max) return fail(syntax("the line is too long"));
    skip_blanks();
    auto name = command_name();
    if (!name) return fail(name.error());
    Command command{*std::move(name), {}, {}};
    const auto* const info = find_ ? find_(command.name) : nullptr;
    for (skip_blanks(); !is_at_end(); skip_blanks()) {
        const auto read = argument(command, info);
        if (!read) return fail(read.error());
    }
    return command;
}

/// Verb-Noun, or an alias: letters, digits, dots and dashes.
Result<std::string> Parser::command_name() {
    const auto begin = at_;
    while (!is_at_end() &&
           (is_letter(line_[at_]) || is_digit(line_[at_]) || is_at('-') || is_at('.')))
        ++at_;
    const auto name = line_.substr(begin, at_ - begin);
    if (!is_at_end() && !is_blank(line_[at_])) return fail(no_value());
    if (name.empty()) return fail(syntax("the name of a command is missing"));
    if (!is_letter(name.front())) {
        at_ = begin;
        return fail(syntax("no name of a command"));
    }
    return std::string(name);
}

Result<void> Parser::argument(Command& command, const CommandInfo* info) {
    if (is_at_parameter()) return named(command, info);
    auto read = value();
    if (!read) return fail(read.error());
    command.parameters.push_back({"", *std::move(read)});
    return expect_end_of_value();
}

Result<void> Parser::named(Command& command, const CommandInfo* info) {
    const auto before = at_;
    at_ += dash_octets(rest());
    const auto begin = at_;
    while (!is_at_end() && (is_letter(line_[at_]) || is_digit(line_[at_])))
        ++at_;
    std::string name(line_.substr(begin, at_ - begin));
    const bool is_twice = std::ranges::any_of(command.parameters, [&](const Parameter& each) {
        return equal_without_case(each.name, name);
    });
    if (is_twice) {
        at_ = before;
        return fail(syntax(fmt::format("-{} stands there twice", name)));
    }
    const bool has_colon = skip(':');
    if (!has_colon && !is_at_end() && !is_blank(line_[at_])) return fail(no_value());
    skip_blanks();
    const auto* const known = info == nullptr ? nullptr : find_parameter(*info, name);
    const bool is_switch = known != nullptr && known->is_switch;
    if (!has_colon && (is_switch || is_at_end() || is_at_parameter())) {
        if (known != nullptr && !is_switch)
            return fail(syntax(fmt::format("-{} wants a value", name)));
        command.parameters.push_back({std::move(name), Value(true)});
        return {};
    }
    auto read = value();
    if (!read) return fail(read.error());
    const auto* const text = read->as<std::string>();
    if (known != nullptr && known->type == "System.Security.SecureString" && text != nullptr)
        read = Value(clixml::Secret{*text});
    command.parameters.push_back({std::move(name), *std::move(read)});
    return expect_end_of_value();
}

Result<void> Parser::expect_end_of_value() {
    if (is_at_end() || is_blank(line_[at_])) return {};
    if (is_at('"') || is_at('\'')) return fail(syntax("put quotes around the whole value"));
    return fail(no_value());
}

/// One item, or several with commas between them.
Result<Value> Parser::value() {
    auto first = item();
    if (!first) return first;
    std::vector<Value> items;
    for (;;) {
        const auto behind = at_;
        skip_blanks();
        if (!skip(',')) {
            at_ = behind;
            break;
        }
        skip_space();
        auto next = item();
        if (!next) return next;
        items.push_back(*std::move(next));
    }
    if (items.empty()) return first;
    items.insert(items.begin(), *std::move(first));
    return clixml::list_of(std::move(items));
}

Result<Value> Parser::item() {
    if (depth_ == depth_max) return fail(syntax("the values nest too deep"));
    ++depth_;
    auto read = literal();
    --depth_;
    return read;
}

Result<Value> Parser::literal() {
    if (is_at('"') || is_at('\'')) {
        auto text = quoted();
        if (!text) return fail(text.error());
        return Value(*std::move(text));
    }
    if (rest().starts_with("@{")) return table();
    if (rest().starts_with("@(")) return array();
    if (is_at('@')) return fail(script("a splatted variable"));
    return bare_word();
}

/// Up to a blank, a comma or a quote; $true, $false and $null are the only variables.
Result<Value> Parser::bare_word() {
    for (const std::string_view word : {"$true", "$false", "$null"}) {
        const auto next = rest().substr(0, word.size());
        const auto behind = rest().substr(next.size());
        const bool ends = behind.empty() || !(is_letter(behind[0]) || is_digit(behind[0]) ||
                                              behind[0] == '.' || behind[0] == ':');
        if (!equal_without_case(next, word) || !ends) continue;
        at_ += word.size();
        return word == "$null" ? Value() : Value(word == "$true");
    }
    const auto begin = at_;
    while (!is_at_end() && !is_blank(line_[at_])) {
        const char letter = line_[at_];
        const bool ends = letter == ',' || letter == '"' || letter == '\'' ||
                          (depth_ > 1 && (letter == ')' || letter == '}' || letter == ';' ||
                                          letter == '=' || letter == '\n' || letter == '\r'));
        if (ends) break;
        // Within a word a "#" is one like any other.
        const bool is_plain = letter == '#' && at_ != begin;
        if (!is_plain && (!script_of(letter).empty() || is_typographic_quote(rest())))
            return fail(no_value());
        ++at_;
    }
    const auto word = line_.substr(begin, at_ - begin);
    if (word.empty()) return fail(no_value());
    if (auto number = number_in(word)) return *std::move(number);
    return Value(word);
}

/// Single quotes take everything as it is; double ones know the escapes of the grave accent.
Result<std::string> Parser::quoted() {
    const auto begin = at_;
    const char quote = line_[at_++];
    std::string text;
    while (!is_at_end()) {
        const char letter = line_[at_];
        if (letter == quote && rest().substr(1).starts_with(quote)) {
            text += quote;
            at_ += 2;
        } else if (letter == quote) {
            ++at_;
            return text;
        } else if (quote == '"' && letter == '`' && at_ + 1 < line_.size()) {
            constexpr std::string_view names = "ntr0abfv";
            constexpr std::string_view meant("\n\t\r\0\a\b\f\v", 8);
            const auto known = names.find(line_[at_ + 1]);
            text += known == std::string_view::npos ? line_[at_ + 1] : meant[known];
            at_ += 2;
        } else if (quote == '"' && letter == '$' && at_ + 1 < line_.size() &&
                   (is_letter(line_[at_ + 1]) || line_[at_ + 1] == '(' || line_[at_ + 1] == '{')) {
            return fail(script("a variable in double quotes (use single ones)"));
        } else {
            text += letter;
            ++at_;
        }
    }
    at_ = begin;
    return fail(syntax("a quote that never ends"));
}

Result<Value> Parser::array() {
    at_ += 2;
    std::vector<Value> items;
    for (skip_space(); !skip(')'); skip_space()) {
        if (is_at_end()) return fail(syntax("a \")\" is missing"));
        if (!items.empty() && !skip(',')) return fail(no_value());
        skip_space();
        auto next = item();
        if (!next) return next;
        items.push_back(*std::move(next));
    }
    return clixml::list_of(std::move(items));
}

Result<Value> Parser::table() {
    at_ += 2;
    std::vector<clixml::Entry> entries;
    for (skip_space(); !skip('}'); skip_space()) {
        auto key = item();
        if (!key) return key;
        skip_blanks();
        if (!skip('=')) return fail(syntax("a \"=\" is missing"));
        skip_space();
        auto held = value();
        if (!held) return held;
        entries.push_back({*std::move(key), *std::move(held)});
        skip_space();
        if (is_at_end()) return fail(syntax("a \"}\" is missing"));
        if (!is_at('}') && !is_at(';')) {
            const bool is_next_line = at_ > 0 && (line_[at_ - 1] == '\n' || line_[at_ - 1] == '\r');
            if (!is_next_line) return fail(no_value());
        }
        skip(';');
    }
    return clixml::hashtable(std::move(entries));
}

}  // namespace

Result<Command> parse_command_line(std::string_view line, const FindCommand& find) {
    return Parser(line, find).command();
}

}  // namespace hqsync::management
