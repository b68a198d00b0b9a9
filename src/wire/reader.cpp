// Cleans the text in place, scans it against the limits, then lets pugixml parse it in place.
#include "wire/reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "wire/characters.hpp"

namespace hqsync::wire {

namespace {

std::string_view local(const char* name) {
    const std::string_view whole = name;
    return whole.substr(whole.find(':') + 1);  // npos + 1 is 0
}

/// The code point of a numeric reference "&#31;" or "&#x1F;" at the beginning, and its length.
struct Reference {
    std::uint32_t code_point = 0;
    std::size_t octets = 0;  ///< 0: there is none
};
Reference reference_at(std::string_view text) {
    if (!text.starts_with("&#")) return {};
    const bool is_hex = text.starts_with("&#x");
    auto digits = text.substr(is_hex ? 3 : 2);
    std::uint32_t value = 0;
    const auto read =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, is_hex ? 16 : 10);
    const auto count = static_cast<std::size_t>(read.ptr - digits.data());
    if (count == 0 || count == digits.size() || digits[count] != ';') return {};
    const bool is_too_big = read.ec != std::errc{};
    return {is_too_big ? 0U : value, (is_hex ? 3U : 2U) + count + 1};
}

/// Leaves out what XML forbids, in place. A broken octet cannot become U+FFFD here: that takes two
/// octets more than there are.
class Cleaner {
public:
    explicit Cleaner(std::string& text) : text_(text) {}

    void clean() {
        while (at_ < text_.size()) {
            const auto letter = static_cast<unsigned char>(text_[at_]);
            const bool is_plain = letter < 0x80 && letter >= 0x20 && letter != '&';
            if (is_plain) {
                note_cdata();
                keep(1);
            } else if (letter == '&' && !is_in_cdata_) {
                clean_reference();
            } else {
                clean_character();
            }
        }
        text_.resize(end_);
    }

private:
    [[nodiscard]] std::string_view rest() const { return std::string_view(text_).substr(at_); }

    /// References within CDATA are plain text.
    void note_cdata() {
        if (text_[at_] == '<' && rest().starts_with("<![CDATA[")) is_in_cdata_ = true;
        if (text_[at_] == ']' && rest().starts_with("]]>")) is_in_cdata_ = false;
    }

    void clean_reference() {
        const auto reference = reference_at(rest());
        if (reference.octets == 0 || is_allowed(reference.code_point)) return keep(1);
        replace(reference.octets, line_end_for(reference.code_point));
    }

    void clean_character() {
        const auto [kind, octets] = first_character(rest());
        using enum Character::Kind;
        if (kind == legal) return keep(octets);
        const auto octet = static_cast<unsigned char>(text_[at_]);
        replace(octets, kind == broken ? "?" : line_end_for(octet));
    }

    /// Exchange shows soft line ends as vertical tabs.
    static std::string_view line_end_for(std::uint32_t code_point) {
        return code_point == '\v' || code_point == '\f' ? "\n" : "";
    }

    void keep(std::size_t octets) {
        if (end_ != at_)
            std::copy_n(text_.begin() + offset(at_), octets, text_.begin() + offset(end_));
        at_ += octets;
        end_ += octets;
    }
    void replace(std::size_t octets, std::string_view by) {
        for (const char letter : by)
            text_[end_++] = letter;
        at_ += octets;
    }
    static std::ptrdiff_t offset(std::size_t at) { return static_cast<std::ptrdiff_t>(at); }

    std::string& text_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
    bool is_in_cdata_ = false;
};

Fault malformed(std::string_view what, std::size_t octet) {
    return {Reach::mailbox, "xml.malformed", fmt::format("{}, at octet {}", what, octet)};
}

/// Exactly one root, within the limits.
std::optional<Fault> check(std::string_view text, const Limits& limits) {
    Scanner scanner(limits);
    const auto octets = scanner.read(text);
    if (!octets) return octets.error();
    if (!scanner.has_ended()) return malformed("the document ends too early", text.size());
    // Comments and instructions may follow; a second root is another document.
    auto behind = *octets;
    while (behind < text.size()) {
        Scanner next(limits);
        const auto more = next.read(text.substr(behind));
        if (!more || next.has_ended()) return malformed("more than one document", behind);
        behind += *more;
    }
    return std::nullopt;
}

}  // namespace

std::string_view Element::name() const {
    return local(pugi::xml_node(node_).name());
}

Element Element::first() const {
    for (const auto child : pugi::xml_node(node_)) {
        if (child.type() == pugi::node_element) return Element(child.internal_object());
    }
    return {};
}

Element Element::next() const {
    for (auto one = pugi::xml_node(node_).next_sibling(); one; one = one.next_sibling()) {
        if (one.type() == pugi::node_element) return Element(one.internal_object());
    }
    return {};
}

Element Element::child(std::string_view local_name) const {
    auto one = first();
    while (one && one.name() != local_name)
        one = one.next();
    return one;
}

Element::Children Element::children() const {
    return Children(first());
}

std::string Element::text() const {
    std::string text;
    for (const auto child : pugi::xml_node(node_)) {
        if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
            text += child.value();
        }
    }
    return text;
}

std::optional<std::string_view> Element::attribute(std::string_view local_name) const {
    for (const auto one : pugi::xml_node(node_).attributes()) {
        const bool is_namespace = std::string_view(one.name()).starts_with("xmlns");
        if (!is_namespace && local(one.name()) == local_name) return one.value();
    }
    return std::nullopt;
}

/// On the heap, because the tree points into the text, which must not move.
struct Document::Tree {
    std::string text;
    pugi::xml_document document;
};

Document::Document(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::read(std::string text, Limits limits) {
    if (text.size() > limits.octets) {
        return fail({Reach::mailbox, "xml.too_big",
                     fmt::format("the document is too long, at octet {}", limits.octets)});
    }
    auto tree = std::make_unique<Tree>();
    tree->text = std::move(text);
    Cleaner(tree->text).clean();
    if (auto fault = check(tree->text, limits)) return fail(*std::move(fault));
    const auto options = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol |
                         pugi::parse_wconv_attribute | pugi::parse_ws_pcdata_single;
    const auto read = tree->document.load_buffer_inplace(tree->text.data(), tree->text.size(),
                                                         options, pugi::encoding_utf8);
    if (!read) return fail(malformed(read.description(), static_cast<std::size_t>(read.offset)));
    return Document(std::move(tree));
}

Element Document::root() const {
    return Element(tree_->document.document_element().internal_object());
}

}  // namespace hqsync::wire
