// Reads XML of a server that may break its own schema: by local names, whatever the prefixes, and
// with characters in it that XML forbids (ews.md §0.6, §1).
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/scanner.hpp"

namespace pugi {
struct xml_node_struct;
}  // namespace pugi

namespace hqsync::wire {

/// An element of a document, which outlives it. One that is not there is false, has no children, no
/// attributes and an empty text.
class Element {
public:
    class Children;

    Element() = default;
    explicit Element(pugi::xml_node_struct* node) : node_(node) {}

    explicit operator bool() const { return node_ != nullptr; }
    bool operator==(const Element&) const = default;

    /// Local name: "Contact" of <t:Contact>.
    [[nodiscard]] std::string_view name() const;
    /// The first child element of this local name.
    [[nodiscard]] Element child(std::string_view local_name) const;
    /// The next element beside it, whatever its name.
    [[nodiscard]] Element next() const;
    [[nodiscard]] Element first() const;
    [[nodiscard]] Children children() const;
    /// All text directly in it, CDATA included; line ends are "\n".
    [[nodiscard]] std::string text() const;
    /// By local name.
    [[nodiscard]] std::optional<std::string_view> attribute(std::string_view local_name) const;

private:
    pugi::xml_node_struct* node_ = nullptr;
};

/// For loops over the child elements.
class Element::Children {
public:
    class Iterator {
    public:
        using value_type = Element;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        explicit Iterator(Element element) : element_(element) {}
        Element operator*() const { return element_; }
        Iterator& operator++() {
            element_ = element_.next();
            return *this;
        }
        Iterator operator++(int) {
            auto before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator&) const = default;

    private:
        Element element_;
    };

    explicit Children(Element first) : first_(first) {}
    [[nodiscard]] Iterator begin() const { return Iterator(first_); }
    [[nodiscard]] Iterator end() const { return {}; }

private:
    Element first_;
};

/// Owns the text and the tree in it.
class Document {
public:
    /// The text is read where it lies: it is changed, not copied. Vertical tab and form feed (also
    /// as numeric references) become line ends, other characters that XML forbids are dropped, an
    /// octet that is no UTF-8 becomes "?". Entities other than XML's five stay as they are written.
    /// Fault (mailbox) "xml.malformed" or "xml.too_big" names the octet.
    static Result<Document> read(std::string text, Limits limits = {});

    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;
    ~Document();

    [[nodiscard]] Element root() const;

private:
    struct Tree;
    explicit Document(std::unique_ptr<Tree> tree);

    std::unique_ptr<Tree> tree_;
};

}  // namespace hqsync::wire
