// RefIds of objects and of type names are counted apart, each from 0 in a message.
#include "sim/ps_clixml.hpp"

#include <fmt/format.h>
#include <pugixml.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <vector>

namespace hqsync::sim {

namespace {

constexpr std::size_t depth_max = 32;
constexpr std::size_t values_max = 20'000;

constexpr std::array<std::string_view, 27> primitives{"S",       "C",
                                                      "B",       "DT",
                                                      "TS",      "By",
                                                      "SB",      "I16",
                                                      "U16",     "I32",
                                                      "U32",     "I64",
                                                      "U64",     "Sg",
                                                      "Db",      "D",
                                                      "BA",      "G",
                                                      "URI",     "Nil",
                                                      "XD",      "SBK",
                                                      "SS",      "PR",
                                                      "Version", "SemanticVersion",
                                                      "ToString"};

/// Bytes of the code point at `at`, which moves behind it. Broken UTF-8 counts as its octets.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto octet = [&](std::size_t index) -> std::uint32_t {
        return index < text.size() ? static_cast<unsigned char>(text[index]) : 0U;
    };
    const auto first = octet(at);
    const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    std::uint32_t point = more == 0 ? first : first & (0x3FU >> more);
    for (std::size_t i = 1; i <= more; ++i)
        point = (point << 6U) | (octet(at + i) & 0x3FU);
    at += more + 1;
    return point;
}

void append_utf8(std::string& text, std::uint32_t point) {
    const auto put = [&text](std::uint32_t octet) { text += static_cast<char>(octet); };
    if (point < 0x80) return put(point);
    if (point < 0x800) {
        put(0xC0U | (point >> 6U));
    } else if (point < 0x10000) {
        put(0xE0U | (point >> 12U));
        put(0x80U | ((point >> 6U) & 0x3FU));
    } else {
        put(0xF0U | (point >> 18U));
        put(0x80U | ((point >> 12U) & 0x3FU));
        put(0x80U | ((point >> 6U) & 0x3FU));
    }
    put(0x80U | (point & 0x3FU));
}

std::string encode(std::string_view text) {
    std::string safe;
    for (std::size_t at = 0; at < text.size();) {
        const auto from = at;
        const auto point = next_code_point(text, at);
        const bool is_control = point < 0x20 || (point >= 0x7F && point <= 0x9F);
        if (point >= 0x10000) {
            const auto rest = point - 0x10000;
            safe +=
                fmt::format("_x{:04X}__x{:04X}_", 0xD800 + (rest >> 10U), 0xDC00 + (rest & 0x3FFU));
        } else if (is_control) {
            safe += fmt::format("_x{:04X}_", point);
        } else if (point == '_' && at < text.size() && (text[at] == 'x' || text[at] == 'X')) {
            safe += "_x005F_";
        } else if (point == '&') {
            safe += "&amp;";
        } else if (point == '<') {
            safe += "&lt;";
        } else if (point == '>') {
            safe += "&gt;";
        } else if (point == '"') {
            safe += "&quot;";
        } else {
            safe += text.substr(from, at - from);
        }
    }
    return safe;
}

/// The number of "_x005F_", which begins the text.
std::optional<std::uint32_t> escaped_unit(std::string_view text) {
    if (text.size() < 7 || text[0] != '_' || (text[1] != 'x' && text[1] != 'X') || text[6] != '_')
        return std::nullopt;
    std::uint32_t unit = 0;
    const auto read = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
    if (read.ec != std::errc{} || read.ptr != text.data() + 6) return std::nullopt;
    return unit;
}

std::string decode(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const auto unit = escaped_unit(text);
        if (!unit) {
            plain += text.front();
            text.remove_prefix(1);
            continue;
        }
        text.remove_prefix(7);
        const auto second = escaped_unit(text);
        const bool is_pair =
            *unit >= 0xD800 && *unit < 0xDC00 && second && *second >= 0xDC00 && *second < 0xE000;
        if (is_pair) text.remove_prefix(7);
        append_utf8(plain,
                    is_pair ? 0x10000 + ((*unit - 0xD800) << 10U) + (*second - 0xDC00) : *unit);
    }
    return plain;
}

bool is_encoded(std::string_view tag) {
    return tag == "S" || tag == "URI" || tag == "SBK" || tag == "XD" || tag == "Version";
}

class Writing {
public:
    void value(const PsValue& value, std::string_view name) {
        const bool is_plain =
            value.types.empty() && !value.shown && value.adapted.empty() && value.extended.empty();
        if (is_plain && !value.is_list() && value.tag != "DCT" && value.tag != "Obj")
            return primitive(value, name);
        out_ += fmt::format(R"(<Obj{} RefId="{}">)", named(name), objects_++);
        types(value.types);
        if (value.shown) out_ += fmt::format("<ToString>{}</ToString>", encode(*value.shown));
        content(value);
        members("Props", value.adapted);
        members("MS", value.extended);
        out_ += "</Obj>";
    }

    std::string take() { return std::move(out_); }

private:
    static std::string named(std::string_view name) {
        return name.empty() ? std::string() : fmt::format(R"( N="{}")", encode(name));
    }

    void primitive(const PsValue& value, std::string_view name) {
        if (value.is_nil()) {
            out_ += fmt::format("<Nil{} />", named(name));
            return;
        }
        out_ += fmt::format("<{0}{1}>{2}</{0}>", value.tag, named(name),
                            is_encoded(value.tag) ? encode(value.text) : value.text);
    }

    void types(const std::vector<std::string>& names) {
        if (names.empty()) return;
        const auto [at, is_new] = known_.try_emplace(names, known_.size());
        if (!is_new) {
            out_ += fmt::format(R"(<TNRef RefId="{}" />)", at->second);
            return;
        }
        out_ += fmt::format(R"(<TN RefId="{}">)", at->second);
        for (const auto& name : names)
            out_ += fmt::format("<T>{}</T>", encode(name));
        out_ += "</TN>";
    }

    void content(const PsValue& value) {
        if (value.is_list()) {
            if (value.items.empty()) {
                out_ += "<LST />";
                return;
            }
            out_ += "<LST>";
            for (const auto& item : value.items)
                this->value(item, {});
            out_ += "</LST>";
        } else if (value.tag == "DCT") {
            if (value.entries.empty()) {
                out_ += "<DCT />";
                return;
            }
            out_ += "<DCT>";
            for (const auto& entry : value.entries) {
                out_ += fmt::format(R"(<En><S N="Key">{}</S>)", encode(entry.name));
                this->value(entry.value, "Value");
                out_ += "</En>";
            }
            out_ += "</DCT>";
        } else if (value.tag != "Obj") {
            primitive(value, {});
        }
    }

    void members(std::string_view tag, const std::vector<PsMember>& all) {
        if (all.empty()) return;
        out_ += fmt::format("<{}>", tag);
        for (const auto& member : all)
            value(member.value, member.name);
        out_ += fmt::format("</{}>", tag);
    }

    std::string out_;
    std::size_t objects_ = 0;
    std::map<std::vector<std::string>, std::size_t> known_;
};

class Reading {
public:
    std::expected<PsValue, std::string> value(pugi::xml_node node, std::size_t depth) {
        if (depth > depth_max) return std::unexpected("CLIXML over 32 levels deep");
        if (++count_ > values_max) return std::unexpected("CLIXML of over 20,000 values");
        const std::string_view tag = node.name();
        if (tag == "Ref") {
            const auto at = objects_.find(node.attribute("RefId").value());
            if (at == objects_.end()) return std::unexpected("a Ref to no object");
            return value(at->second, depth + 1);
        }
        if (tag == "Obj") return object(node, depth);
        if (std::ranges::find(primitives, tag) == primitives.end())
            return std::unexpected(fmt::format("<{}> is not CLIXML", tag.substr(0, 40)));
        return primitive(node);
    }

private:
    static PsValue primitive(pugi::xml_node node) {
        PsValue value;
        value.tag = node.name();
        value.text = is_encoded(value.tag) ? decode(node.text().get()) : node.text().get();
        return value;
    }

    std::expected<PsValue, std::string> object(pugi::xml_node node, std::size_t depth) {
        PsValue read;
        read.tag = "Obj";
        objects_[node.attribute("RefId").value()] = node;
        for (const auto part : node.children()) {
            if (auto wrong = read_part(read, part, depth)) return std::unexpected(*wrong);
        }
        return read;
    }

    std::optional<std::string> read_part(PsValue& read, pugi::xml_node part, std::size_t depth) {
        const std::string_view tag = part.name();
        if (part.type() != pugi::node_element) return std::nullopt;
        if (tag == "TN") return read_types(read, part);
        if (tag == "TNRef") {
            read.types = types_[part.attribute("RefId").value()];
        } else if (tag == "ToString") {
            read.shown = decode(part.text().get());
        } else if (tag == "Props") {
            return read_members(read.adapted, part, depth);
        } else if (tag == "MS") {
            return read_members(read.extended, part, depth);
        } else if (tag == "LST" || tag == "IE" || tag == "QUE" || tag == "STK") {
            read.tag = "LST";
            for (const auto child : part.children()) {
                auto item = value(child, depth + 1);
                if (!item) return item.error();
                read.items.push_back(*std::move(item));
            }
        } else if (tag == "DCT") {
            return read_dictionary(read, part, depth);
        } else {
            auto inner = value(part, depth + 1);
            if (!inner) return inner.error();
            read.tag = inner->tag;
            read.text = inner->text;
        }
        return std::nullopt;
    }

    std::optional<std::string> read_types(PsValue& read, pugi::xml_node part) {
        for (const auto type : part.children("T"))
            read.types.push_back(decode(type.text().get()));
        types_[part.attribute("RefId").value()] = read.types;
        return std::nullopt;
    }

    std::optional<std::string> read_members(std::vector<PsMember>& members, pugi::xml_node part,
                                            std::size_t depth) {
        for (const auto child : part.children()) {
            auto member = value(child, depth + 1);
            if (!member) return member.error();
            members.push_back({decode(child.attribute("N").value()), *std::move(member)});
        }
        return std::nullopt;
    }

    std::optional<std::string> read_dictionary(PsValue& read, pugi::xml_node part,
                                               std::size_t depth) {
        read.tag = "DCT";
        for (const auto entry : part.children("En")) {
            std::string key;
            PsValue kept;
            for (const auto child : entry.children()) {
                auto half = value(child, depth + 1);
                if (!half) return half.error();
                if (std::string_view(child.attribute("N").value()) == "Key") {
                    key = half->display();
                } else {
                    kept = *std::move(half);
                }
            }
            read.entries.push_back({std::move(key), std::move(kept)});
        }
        return std::nullopt;
    }

    std::size_t count_ = 0;
    std::map<std::string, pugi::xml_node> objects_;
    std::map<std::string, std::vector<std::string>> types_;
};

}  // namespace

std::string write_clixml(const PsValue& value) {
    Writing writing;
    writing.value(value, {});
    return writing.take();
}

std::expected<PsValue, std::string> read_clixml(std::string_view text) {
    pugi::xml_document document;
    const auto parsed = document.load_buffer(text.data(), text.size(),
                                             pugi::parse_default | pugi::parse_ws_pcdata_single);
    const auto root = document.document_element();
    if (!parsed || !root) return std::unexpected("no XML");
    Reading reading;
    return reading.value(root, 0);
}

}  // namespace hqsync::sim
