// Escapes and closes what it opened.
#include "wire/writer.hpp"

#include <cassert>

#include "wire/characters.hpp"

namespace hqsync::wire {

namespace {

enum class Place : std::uint8_t { text, attribute };

/// What stands for a letter; empty: the letter itself. A reader makes a line feed of a carriage
/// return, and blanks of white space in attributes, unless they are written as references.
std::string_view escape(char letter, Place place) {
    switch (letter) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '\r': return "&#13;";
        case '"': return place == Place::attribute ? "&quot;" : "";
        case '\t': return place == Place::attribute ? "&#9;" : "";
        case '\n': return place == Place::attribute ? "&#10;" : "";
        default: return "";
    }
}

void append_escaped(std::string& xml, std::string_view text, Place place) {
    for (const char letter : legal_text(text)) {
        const auto escaped = escape(letter, place);
        if (escaped.empty()) {
            xml += letter;
        } else {
            xml += escaped;
        }
    }
}

}  // namespace

std::string legal_text(std::string_view text) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const auto [kind, octets] = first_character(text);
        if (kind == Character::Kind::legal) result += text.substr(0, octets);
        if (kind == Character::Kind::broken) result += replacement;
        text.remove_prefix(octets);
    }
    return result;
}

Writer& Writer::open(std::string_view name) {
    end_tag_head();
    xml_ += '<';
    xml_ += name;
    open_.emplace_back(name);
    is_head_open_ = true;
    return *this;
}

Writer& Writer::attribute(std::string_view name, std::string_view value) {
    assert(is_head_open_);
    xml_ += ' ';
    xml_ += name;
    xml_ += "=\"";
    append_escaped(xml_, value, Place::attribute);
    xml_ += '"';
    return *this;
}

Writer& Writer::text(std::string_view text) {
    if (text.empty()) return *this;
    end_tag_head();
    append_escaped(xml_, text, Place::text);
    return *this;
}

Writer& Writer::raw(std::string_view xml) {
    end_tag_head();
    xml_ += xml;
    return *this;
}

Writer& Writer::close() {
    assert(!open_.empty());
    if (is_head_open_) {
        xml_ += "/>";
        is_head_open_ = false;
    } else {
        xml_ += "</";
        xml_ += open_.back();
        xml_ += '>';
    }
    open_.pop_back();
    return *this;
}

Writer& Writer::element(std::string_view name, std::string_view text) {
    return open(name).text(text).close();
}

std::string Writer::done() && {
    while (!open_.empty())
        close();
    return std::move(xml_);
}

void Writer::end_tag_head() {
    if (is_head_open_) xml_ += '>';
    is_head_open_ = false;
}

}  // namespace hqsync::wire
