// A state machine over single octets: marks are ASCII, so UTF-8 needs no decoding here.
#include "wire/scanner.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hqsync::wire {

namespace {

constexpr std::string_view cdata_opening = "[CDATA[";

bool is_blank(char letter) {
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

}  // namespace

Result<std::size_t> Scanner::read(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && fault_ == nullptr && !has_ended_) {
        if (at_ == At::text && depth_ > 0) {
            // Between tags nothing matters but the next one.
            const auto next = std::min(text.find('<', at), text.size());
            octet_ += next - at;
            at = next;
            if (at == text.size()) break;
        }
        step(text[at]);
        ++at;
        ++octet_;
        if (octet_ > limits_.octets) refuse("xml.too_big", "the document is too long");
    }
    if (octet_ > limits_.octets) refuse("xml.too_big", "the document is too long");
    if (fault_ != nullptr) {
        return fail({Reach::mailbox, fault_code_, fmt::format("{}, at octet {}", fault_, octet_)});
    }
    return at;
}

void Scanner::step(char letter) {
    switch (at_) {
        case At::text:
            if (letter == '<') at_ = At::opened;
            break;
        case At::opened: after_opened(letter); break;
        case At::bang: after_bang(letter); break;
        case At::start_tag: in_start_tag(letter); break;
        case At::quoted:
            if (letter == quote_) at_ = At::start_tag;
            break;
        case At::end_tag:
            if (letter == '>') leave_element();
            if (letter == '<') refuse("xml.malformed", "a tag within a tag");
            break;
        case At::instruction: in_closed_by(letter, '?', 1); break;
        case At::comment: in_closed_by(letter, '-', 2); break;
        case At::cdata: in_closed_by(letter, ']', 2); break;
    }
}

void Scanner::after_opened(char letter) {
    count_mark();
    signs_ = 0;
    is_slash_last_ = false;
    switch (letter) {
        case '/':
            at_ = At::end_tag;
            if (depth_ == 0) refuse("xml.malformed", "an end without a beginning");
            break;
        case '!': at_ = At::bang; break;
        case '?': at_ = At::instruction; break;
        default:
            if (is_blank(letter) || letter == '<' || letter == '>') {
                refuse("xml.malformed", "a tag without a name");
            }
            at_ = At::start_tag;
            if (depth_ == 0) root_begin_ = octet_ - 1;
            if (++depth_ > limits_.depth) refuse("xml.too_big", "the elements nest too deep");
    }
}

void Scanner::after_bang(char letter) {
    const bool may_be_comment = signs_ == 0 || signs_ == cdata_opening.size() + 1;
    if (letter == '-' && may_be_comment) {
        if (signs_ == 0) {
            signs_ = cdata_opening.size() + 1;  // behind "<!-"
            return;
        }
        at_ = At::comment;
        signs_ = 0;
        return;
    }
    if (signs_ < cdata_opening.size() && letter == cdata_opening[signs_]) {
        if (++signs_ < cdata_opening.size()) return;
        at_ = At::cdata;
        signs_ = 0;
        if (depth_ == 0) refuse("xml.malformed", "text outside of the root");
        return;
    }
    refuse("xml.malformed", "a document type or another declaration, which is not read");
}

void Scanner::in_start_tag(char letter) {
    switch (letter) {
        case '"':
        case '\'':
            quote_ = letter;
            at_ = At::quoted;
            count_mark();
            break;
        case '>':
            at_ = At::text;
            if (is_slash_last_) leave_element();
            break;
        case '<': refuse("xml.malformed", "a tag within a tag"); break;
        default: break;
    }
    is_slash_last_ = letter == '/';
}

/// "]]>", "-->", "?>": at least `needed` signs, then ">".
void Scanner::in_closed_by(char letter, char sign, unsigned needed) {
    if (letter == '>' && signs_ >= needed) {
        at_ = At::text;
        return;
    }
    signs_ = letter == sign ? signs_ + 1 : 0;
}

void Scanner::leave_element() {
    at_ = At::text;
    --depth_;
    has_ended_ = depth_ == 0;
}

void Scanner::count_mark() {
    if (++marks_ > limits_.marks) {
        refuse("xml.too_big", "too many elements and attributes");
    }
}

void Scanner::refuse(const char* code, const char* what) {
    if (fault_ != nullptr) return;
    fault_code_ = code;
    fault_ = what;
}

}  // namespace hqsync::wire
