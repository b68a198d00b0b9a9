// One table of tags; numbers by charconv, everything with a lexical form of its own by its checker.
#include "management/clixml_primitive.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/base64.hpp"
#include "management/clixml_escape.hpp"
#include "management/clixml_lexical.hpp"

namespace hqsync::management::clixml {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    auto digits = trimmed(text);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    Number number{};
    const auto* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end || digits.empty()) return std::nullopt;
    return number;
}

template <class Number>
std::optional<Value> read_number(const std::string& text) {
    const auto number = number_in<Number>(text);
    if (!number) return std::nullopt;
    return Value(*number);
}

template <class Number>
std::optional<Value> read_real(const std::string& text) {
    constexpr auto infinity = std::numeric_limits<Number>::infinity();
    const auto word = trimmed(text);
    if (word == "INF") return Value(infinity);
    if (word == "-INF") return Value(-infinity);
    if (word == "NaN") return Value(std::numeric_limits<Number>::quiet_NaN());
    return read_number<Number>(text);
}

std::optional<Value> read_character(const std::string& text) {
    const auto unit = number_in<std::uint16_t>(text);
    if (!unit) return std::nullopt;
    return Value(Character{*unit});
}

std::optional<Value> read_boolean(const std::string& text) {
    const auto word = trimmed(text);
    if (word == "true" || word == "1") return Value(true);
    if (word == "false" || word == "0") return Value(false);
    return std::nullopt;
}

std::optional<Value> read_bytes(const std::string& text) {
    auto octets = from_base64(text);
    if (!octets) return std::nullopt;
    return Value(Bytes{*std::move(octets)});
}

std::optional<Value> read_secure(const std::string& text) {
    auto octets = from_base64(text);
    if (!octets) return std::nullopt;
    return Value(SecureString{*std::move(octets)});
}

std::optional<Value> read_string(const std::string& text) {
    return Value(unescape(text));
}

template <Lexical kind>
std::optional<Value> read_text(const std::string& text) {
    return Value(Text{kind, unescape(text)});
}

template <Lexical kind>
std::optional<Value> read_checked(const std::string& text) {
    const auto word = trimmed(text);
    if (!is_lexical(kind, word)) return std::nullopt;
    return Value(Text{kind, std::string(word)});
}

constexpr auto primitives = std::to_array<Primitive>({
    {"S", read_string},
    {"C", read_character},
    {"B", read_boolean},
    {"DT", read_checked<Lexical::date_time>},
    {"TS", read_checked<Lexical::duration>},
    {"By", read_number<std::uint8_t>},
    {"SB", read_number<std::int8_t>},
    {"U16", read_number<std::uint16_t>},
    {"I16", read_number<std::int16_t>},
    {"U32", read_number<std::uint32_t>},
    {"I32", read_number<std::int32_t>},
    {"U64", read_number<std::uint64_t>},
    {"I64", read_number<std::int64_t>},
    {"Sg", read_real<float>},
    {"Db", read_real<double>},
    {"D", read_checked<Lexical::decimal>},
    {"BA", read_bytes},
    {"G", read_checked<Lexical::guid>},
    {"URI", read_text<Lexical::uri>},
    {"Version", read_checked<Lexical::version>},
    {"SemanticVersion", read_checked<Lexical::semantic_version>},
    {"XD", read_text<Lexical::xml>},
    {"SBK", read_text<Lexical::script>},
    {"SS", read_secure},
});

std::string_view tag_of(Lexical kind) {
    switch (kind) {
        case Lexical::date_time: return "DT";
        case Lexical::duration: return "TS";
        case Lexical::decimal: return "D";
        case Lexical::guid: return "G";
        case Lexical::uri: return "URI";
        case Lexical::version: return "Version";
        case Lexical::semantic_version: return "SemanticVersion";
        case Lexical::xml: return "XD";
        case Lexical::script: return "SBK";
    }
    return "S";
}

template <class Real>
std::string real_text(Real real) {
    if (std::isnan(real)) return "NaN";
    if (std::isinf(real)) return real > 0 ? "INF" : "-INF";
    std::array<char, 64> buffer{};
    const auto wrote = std::to_chars(buffer.data(), buffer.data() + buffer.size(), real);
    std::string text(buffer.data(), wrote.ptr);
    std::ranges::replace(text, 'e', 'E');
    return text;
}

/// Answers each alternative that is a primitive with a text; the others answer nothing.
struct Writing {
    std::optional<Written> operator()(const std::string& text) const {
        return Written{"S", escape(text)};
    }
    std::optional<Written> operator()(Character one) const {
        return Written{"C", std::to_string(one.unit)};
    }
    std::optional<Written> operator()(bool yes) const {
        return Written{"B", yes ? "true" : "false"};
    }
    std::optional<Written> operator()(std::uint8_t n) const { return number("By", n); }
    std::optional<Written> operator()(std::int8_t n) const { return number("SB", n); }
    std::optional<Written> operator()(std::uint16_t n) const { return number("U16", n); }
    std::optional<Written> operator()(std::int16_t n) const { return number("I16", n); }
    std::optional<Written> operator()(std::uint32_t n) const { return number("U32", n); }
    std::optional<Written> operator()(std::int32_t n) const { return number("I32", n); }
    std::optional<Written> operator()(std::uint64_t n) const { return number("U64", n); }
    std::optional<Written> operator()(std::int64_t n) const { return number("I64", n); }
    std::optional<Written> operator()(float n) const { return Written{"Sg", real_text(n)}; }
    std::optional<Written> operator()(double n) const { return Written{"Db", real_text(n)}; }
    std::optional<Written> operator()(const Text& text) const {
        return Written{tag_of(text.kind), escape(text.text)};
    }
    std::optional<Written> operator()(const Bytes& bytes) const {
        return Written{"BA", to_base64(bytes.octets)};
    }
    std::optional<Written> operator()(const SecureString& secure) const {
        return Written{"SS", to_base64(secure.cipher)};
    }
    template <class Other>
    std::optional<Written> operator()(const Other&) const {
        return std::nullopt;
    }

private:
    template <class Number>
    static Written number(std::string_view tag, Number value) {
        return {tag, std::to_string(value)};
    }
};

}  // namespace

const Primitive* find_primitive(std::string_view tag) {
    const auto* const found = std::ranges::find(primitives, tag, &Primitive::tag);
    return found == primitives.end() ? nullptr : found;
}

std::optional<Written> written(const Value& value) {
    return std::visit(Writing{}, value.data);
}

}  // namespace hqsync::management::clixml
