// Two parts: what the message was, and the octets with the length of the header in front. The
// octets may hold anything, so that the end is looked for from behind.
#include "management/multipart.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/letter_case.hpp"

namespace hqsync::management {

namespace {

constexpr std::string_view our_boundary = "Encrypted Boundary";

std::string_view protocol(Seal seal) {
    return seal == Seal::kerberos ? "application/HTTP-Kerberos-session-encrypted"
                                  : "application/HTTP-SPNEGO-session-encrypted";
}

Fault malformed(std::string_view what) {
    return {Reach::mailbox,
            "multipart.malformed",
            fmt::format("the server's encrypted message is broken: {}", what),
            {},
            true};
}

std::string little_endian(std::uint32_t number) {
    std::string octets;
    for (unsigned shift = 0; shift < 32; shift += 8)
        octets += static_cast<char>(number >> shift & 0xFFU);
    return octets;
}

std::uint32_t read_little_endian(std::string_view octets) {
    std::uint32_t number = 0;
    for (std::size_t i = 4; i-- > 0;)
        number = number << 8U | static_cast<unsigned char>(octets[i]);
    return number;
}

std::string boundary_of(std::string_view content_type) {
    constexpr std::string_view key = "boundary=";
    const auto at = lower_case(content_type).find(key);
    if (at == std::string::npos) return {};
    auto value = content_type.substr(at + key.size());
    if (value.starts_with('"')) {
        value.remove_prefix(1);
        return std::string(value.substr(0, value.find('"')));
    }
    return std::string(value.substr(0, value.find_first_of("; ")));
}

/// Reads the body from its beginning, piece by piece.
class Cursor {
public:
    Cursor(std::string_view text, std::string_view boundary) : text_(text), boundary_(boundary) {}

    /// "--", blanks, the boundary and the end of the line.
    bool take_delimiter() {
        auto rest = text_;
        if (!rest.starts_with("--")) return false;
        rest.remove_prefix(2);
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        if (!rest.starts_with(boundary_)) return false;
        rest.remove_prefix(boundary_.size());
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        if (!take_line_end(rest)) return false;
        text_ = rest;
        return true;
    }

    /// A line "\tName: value". None: there is no such line here.
    std::optional<std::pair<std::string, std::string_view>> take_header() {
        const auto end = text_.find('\n');
        if (end > line_max) return std::nullopt;
        auto line = text_.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        const auto begin = line.find_first_not_of(" \t");
        const auto colon = line.find(':');
        if (begin == std::string_view::npos || colon == std::string_view::npos) return std::nullopt;
        text_.remove_prefix(end + 1);
        auto value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
        return std::pair(lower_case(line.substr(begin, colon - begin)), value);
    }

    void take_empty_line() { take_line_end(text_); }

    [[nodiscard]] std::string_view rest() const { return text_; }

private:
    static constexpr std::size_t line_max = 1000;

    static bool take_line_end(std::string_view& text) {
        if (text.starts_with("\r\n")) {
            text.remove_prefix(2);
        } else if (text.starts_with('\n')) {
            text.remove_prefix(1);
        } else {
            return false;
        }
        return true;
    }

    std::string_view text_;
    std::string_view boundary_;
};

std::optional<std::size_t> length_in(std::string_view original_content) {
    constexpr std::string_view key = "length=";
    const auto at = lower_case(original_content).find(key);
    if (at == std::string::npos) return std::nullopt;
    std::size_t length = 0;
    const auto digits = original_content.substr(at + key.size());
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    return read.ec == std::errc{} ? std::optional(length) : std::nullopt;
}

/// Without the closing delimiter: "--", blanks, boundary, "--", and white space behind it.
std::optional<std::string_view> without_end(std::string_view text, std::string_view boundary) {
    const auto last = text.find_last_not_of(" \t\r\n");
    if (last == std::string_view::npos) return std::nullopt;
    text = text.substr(0, last + 1);
    if (!text.ends_with("--")) return std::nullopt;
    text.remove_suffix(2);
    if (!text.ends_with(boundary)) return std::nullopt;
    text.remove_suffix(boundary.size());
    const auto blanks = text.find_last_not_of(" \t");
    if (blanks == std::string_view::npos) return std::nullopt;
    text = text.substr(0, blanks + 1);
    if (!text.ends_with("--")) return std::nullopt;
    text.remove_suffix(2);
    return text;
}

}  // namespace

std::string sealed_type(Seal seal) {
    return fmt::format("multipart/encrypted;protocol=\"{}\";boundary=\"{}\"", protocol(seal),
                       our_boundary);
}

std::string encode(const Sealed& sealed, Seal seal) {
    auto body = fmt::format(
        "--{0}\r\n\tContent-Type: {1}\r\n"
        "\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={2}\r\n"
        "--{0}\r\n\tContent-Type: application/octet-stream\r\n",
        our_boundary, protocol(seal), sealed.plain_size);
    body += little_endian(static_cast<std::uint32_t>(sealed.header.size()));
    body += sealed.header;
    body += sealed.octets;
    body += fmt::format("--{}--\r\n", our_boundary);
    return body;
}

bool is_sealed_type(std::string_view content_type) {
    return lower_case(content_type).starts_with("multipart/encrypted");
}

Result<Sealed> decode(std::string_view content_type, std::string_view body) {
    const auto boundary = boundary_of(content_type);
    if (!is_sealed_type(content_type) || boundary.empty()) {
        return fail(malformed("its content type names no boundary"));
    }
    Cursor at(body, boundary);
    if (!at.take_delimiter()) return fail(malformed("it does not begin with its boundary"));
    std::optional<std::size_t> length;
    while (const auto header = at.take_header())
        if (header->first == "originalcontent") length = length_in(header->second);
    if (!length) return fail(malformed("it does not tell its length"));
    at.take_empty_line();
    if (!at.take_delimiter()) return fail(malformed("its second part is missing"));
    const auto type = at.take_header();
    if (!type || type->first != "content-type") {
        return fail(malformed("its second part has no content type"));
    }
    const auto octets = without_end(at.rest(), boundary);
    if (!octets) return fail(malformed("its end is missing"));
    if (octets->size() < 4) return fail(malformed("it holds no octets"));
    const auto header_size = read_little_endian(*octets);
    if (header_size > octets->size() - 4) {
        return fail(malformed("the header is longer than the message"));
    }
    return Sealed{std::string(octets->substr(4, header_size)),
                  std::string(octets->substr(4 + header_size)), *length};
}

}  // namespace hqsync::management
