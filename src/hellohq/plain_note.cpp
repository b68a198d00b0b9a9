// Notes that were written in an editor of HTML.
#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "hellohq/records.hpp"

namespace hqsync::hellohq {

namespace {

/// A "<" is only a tag's when one of these names follows: "a < b" and "<info@kunde.example>" are
/// texts.
constexpr std::array<std::string_view, 30> tags = {
    "p",    "br", "div", "span",  "b",     "i",  "u",  "strong", "em",   "ul",
    "ol",   "li", "a",   "font",  "h1",    "h2", "h3", "h4",     "html", "body",
    "head", "hr", "img", "table", "tbody", "tr", "td", "th",     "pre",  "blockquote"};
constexpr std::array<std::string_view, 8> line_tags = {"br", "p",  "div", "li",
                                                       "tr", "h1", "h2",  "h3"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> entities = {
    {{"&nbsp;", " "},
     {"&lt;", "<"},
     {"&gt;", ">"},
     {"&quot;", "\""},
     {"&#39;", "'"},
     {"&apos;", "'"},
     {"&auml;", "ä"},
     {"&ouml;", "ö"},
     {"&uuml;", "ü"},
     {"&Auml;", "Ä"},
     {"&Ouml;", "Ö"},
     {"&Uuml;", "Ü"},
     {"&szlig;", "ß"}}};

struct Tag {
    std::string name;
    bool is_end = false;
    std::size_t end = 0;  ///< behind its ">"
};

std::optional<Tag> tag_at(std::string_view text, std::size_t at) {
    Tag tag;
    auto i = at + 1;
    if (i < text.size() && text[i] == '/') {
        tag.is_end = true;
        ++i;
    }
    for (; i < text.size() && std::isalnum(static_cast<unsigned char>(text[i])) != 0; ++i)
        tag.name += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
    const bool ends_well = i < text.size() && (text[i] == '>' || text[i] == '/' ||
                                               std::isspace(static_cast<unsigned char>(text[i])));
    const auto close = text.find('>', i);
    if (!ends_well || close == text.npos || std::ranges::find(tags, tag.name) == tags.end())
        return std::nullopt;
    tag.end = close + 1;
    return tag;
}

bool has_tag(std::string_view text) {
    for (auto at = text.find('<'); at != text.npos; at = text.find('<', at + 1))
        if (tag_at(text, at)) return true;
    return false;
}

/// "&amp;" comes last: "&amp;lt;" is the text "&lt;".
std::string with_entities(std::string text) {
    const auto replace = [&text](std::string_view from, std::string_view to) {
        for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
    };
    for (const auto& [from, to] : entities)
        replace(from, to);
    replace("&amp;", "&");
    return text;
}

}  // namespace

std::string plain_note(std::string_view text) {
    if (!has_tag(text)) return std::string(text);
    std::string plain;
    for (std::size_t at = 0; at < text.size();) {
        const auto tag = text[at] == '<' ? tag_at(text, at) : std::nullopt;
        if (!tag) {
            plain += text[at++];
            continue;
        }
        const bool breaks = std::ranges::find(line_tags, tag->name) != line_tags.end() &&
                            (tag->is_end || tag->name == "br");
        if (breaks) plain += '\n';
        at = tag->end;
    }
    plain = with_entities(std::move(plain));
    while (!plain.empty() && std::isspace(static_cast<unsigned char>(plain.back())) != 0)
        plain.pop_back();
    const auto first = plain.find_first_not_of(" \t\r\n");
    return first == plain.npos ? std::string() : plain.substr(first);
}

}  // namespace hqsync::hellohq
