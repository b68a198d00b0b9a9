// Content models as trees of particles. The schema is unambiguous, so the first part that fits is
// the right one and nothing is ever taken back.
#include "sim/ews_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/base64.hpp"
#include "sim/ews_call.hpp"
#include "sim/ews_schema_table.hpp"

namespace hqsync::sim {

namespace {

constexpr unsigned unbounded = std::numeric_limits<unsigned>::max();

struct Particle {
    enum class Kind : std::uint8_t { element, sequence, choice };
    Kind kind = Kind::sequence;
    std::string name;  ///< of an element
    std::string type;
    std::vector<Particle> parts;
    unsigned least = 1;
    unsigned most = 1;
};

struct Attribute {
    std::string type;
    bool is_required = true;
};

struct Type {
    Particle content;
    std::map<std::string, Attribute, std::less<>> attributes;
    std::string text;  ///< type of its text; empty: elements only
};

using Lines = std::map<std::string, std::string, std::less<>>;

Lines lines_of(std::string_view table) {
    Lines lines;
    std::string name;
    while (!table.empty()) {
        const auto end = std::min(table.find('\n'), table.size());
        const auto line = table.substr(0, end);
        table.remove_prefix(std::min(end + 1, table.size()));
        if (line.starts_with("  ")) {
            lines[name] += line.substr(1);
        } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
            name = line.substr(0, colon);
            lines[name] = line.substr(colon + 1);
        }
    }
    return lines;
}

/// Reads one line of the table of types.
class ModelReader {
public:
    ModelReader(const Lines& lines, std::string_view text) : lines_(lines), text_(text) {}

    Type read() {
        Type type;
        while (skip_blanks()) {
            if (text_.front() == '@') {
                text_.remove_prefix(1);
                const auto name = word("=");
                text_.remove_prefix(1);
                Attribute attribute{.type = word("? ")};
                attribute.is_required = !take('?');
                type.attributes[name] = attribute;
            } else if (take('#')) {
                type.text = word(" ");
            } else {
                type.content.parts.push_back(particle());
            }
        }
        return type;
    }

private:
    bool skip_blanks() {
        while (!text_.empty() && text_.front() == ' ')
            text_.remove_prefix(1);
        return !text_.empty();
    }

    bool take(char letter) {
        if (text_.empty() || text_.front() != letter) return false;
        text_.remove_prefix(1);
        return true;
    }

    std::string word(std::string_view ends) {
        const auto end = std::min(text_.find_first_of(ends), text_.size());
        std::string taken(text_.substr(0, end));
        text_.remove_prefix(end);
        return taken;
    }

    Particle particle() {
        skip_blanks();
        Particle made;
        if (take('(')) {
            made.kind = Particle::Kind::choice;
            while (!take(')')) {
                made.parts.push_back(particle());
                skip_blanks();
                take('|');
            }
        } else if (take('$')) {
            made = ModelReader(lines_, lines_.at('$' + word("?*+ |)"))).particle();
        } else {
            made.kind = Particle::Kind::element;
            made.name = word("=");
            if (made.name.find(':') == std::string::npos) made.name.insert(0, "t:");
            text_.remove_prefix(1);
            made.type = word("?*+ |)");
        }
        if (take('?')) {
            made.least = 0;
        } else if (take('*')) {
            made.least = 0;
            made.most = unbounded;
        } else if (take('+')) {
            made.most = unbounded;
        }
        return made;
    }

    const Lines& lines_;
    std::string_view text_;
};

struct Schema {
    std::map<std::string, Type, std::less<>> types;
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> values;

    Schema() {
        const auto lines = lines_of(ews_schema_types);
        for (const auto& [name, line] : lines) {
            if (!name.starts_with('$')) types[name] = ModelReader(lines, line).read();
        }
        for (const auto& [name, line] : lines_of(ews_schema_values)) {
            std::string_view rest = line;
            while (!rest.empty()) {
                const auto end = std::min(rest.find(' '), rest.size());
                if (end > 0) values[name].emplace(rest.substr(0, end));
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
        }
    }
};

const Schema& schema() {
    static const Schema made;
    return made;
}

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_guid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0)
            return false;
    }
    return true;
}

/// xs:dateTime, of four-digit years: "1980-02-29T11:59:00Z", also without a zone or with an offset.
bool is_instant(std::string_view text) {
    constexpr std::string_view form = "0000-00-00T00:00:00";
    if (text.size() < form.size()) return false;
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool fits = form[i] == '0' ? is_digits(text.substr(i, 1)) : text[i] == form[i];
        if (!fits) return false;
    }
    text.remove_prefix(form.size());
    if (text.starts_with('.')) {
        const auto end = std::min(text.find_first_of("Z+-"), text.size());
        if (!is_digits(text.substr(1, end - 1))) return false;
        text.remove_prefix(end);
    }
    const bool is_offset = text.size() == 6 && (text[0] == '+' || text[0] == '-') &&
                           is_digits(text.substr(1, 2)) && text[3] == ':' &&
                           is_digits(text.substr(4, 2));
    return text.empty() || text == "Z" || is_offset;
}

bool is_int(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int32_t number = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    return wrong == std::errc{} && end == text.data() + text.size();
}

bool is_tag(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
        return !text.empty() && text.size() <= 4 && std::ranges::all_of(text, [](char c) {
            return std::isxdigit(static_cast<unsigned char>(c)) != 0;
        });
    }
    return is_digits(text) && text.size() <= 5;
}

std::string trimmed(std::string_view text) {
    const auto start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return "";
    return std::string(text.substr(start, text.find_last_not_of(" \t\r\n") - start + 1));
}

bool fits(const std::string& type, const std::string& raw) {
    if (type == "string" || type == "any") return true;
    if (type == "filled") return !raw.empty();
    const auto text = trimmed(raw);
    if (type == "int") return is_int(text);
    if (type == "SyncSize") return is_int(text) && std::stoi(text) >= 1 && std::stoi(text) <= 512;
    if (type == "boolean") return text == "true" || text == "false" || text == "1" || text == "0";
    if (type == "dateTime") return is_instant(text);
    if (type == "guid") return is_guid(text);
    if (type == "tag") return is_tag(text);
    if (type == "base64") {
        std::string packed;
        for (const char letter : text) {
            if (std::isspace(static_cast<unsigned char>(letter)) == 0) packed += letter;
        }
        return packed.size() % 4 == 0 && packed.find_first_of("-_") == std::string::npos &&
               from_base64(packed).has_value();
    }
    const auto& values = schema().values.at(type);
    if (values.contains(text)) return true;
    const bool is_mail_field = type == "Field" && !text.starts_with("folder:") &&
                               !text.starts_with("item:") && !text.starts_with("contacts:");
    return is_mail_field && text.find(':') != std::string::npos;
}

bool is_simple(const std::string& type) {
    return !schema().types.contains(type);
}

class Checker {
public:
    /// The first violation, as node and text.
    std::optional<std::pair<pugi::xml_node, std::string>> found;

    void check(pugi::xml_node node, const std::string& type_name) {
        if (found || type_name == "any") return;
        if (is_simple(type_name)) return check_text(node, type_name);
        const Type& type = schema().types.at(type_name);
        check_attributes(node, type);
        if (found) return;
        if (!type.text.empty()) return check_text(node, type.text);
        for (const auto child : node.children()) {
            const bool is_text =
                child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata;
            if (is_text && !trimmed(child.value()).empty())
                return blame(node, fmt::format("The element '{}' cannot contain text.", of(node)));
        }
        match(node, type.content, elements(node));
    }

private:
    static std::string of(pugi::xml_node node) {
        const std::string_view name = node.name();
        return std::string(name.substr(name.find(':') + 1));
    }

    void blame(pugi::xml_node node, std::string text) {
        if (!found) found.emplace(node, std::move(text));
    }

    void check_text(pugi::xml_node node, const std::string& type) {
        if (first_element(node)) {
            return blame(first_element(node),
                         fmt::format("The element '{}' has invalid child element '{}'.", of(node),
                                     of(first_element(node))));
        }
        const std::string text = node.text().get();
        if (!fits(type, text)) {
            blame(node, fmt::format("The '{}' element is invalid - The value '{}' is invalid "
                                    "according to its datatype.",
                                    of(node), text));
        }
    }

    void check_attributes(pugi::xml_node node, const Type& type) {
        for (const auto& [name, attribute] : type.attributes) {
            const auto given = node.attribute(name.c_str());
            if (!given) {
                if (attribute.is_required)
                    blame(node, fmt::format("The required attribute '{}' is missing.", name));
            } else if (!fits(attribute.type, given.value())) {
                blame(node, fmt::format("The '{}' attribute is invalid - The value '{}' is invalid "
                                        "according to its datatype.",
                                        name, given.value()));
            }
        }
        for (const auto given : node.attributes()) {
            const std::string_view name = given.name();
            const bool is_foreign = name.find(':') != std::string_view::npos;
            if (!is_foreign && !type.attributes.contains(name))
                blame(node, fmt::format("The '{}' attribute is not declared.", name));
        }
    }

    static bool starts(const Particle& particle, std::string_view name) {
        if (particle.kind == Particle::Kind::element) return particle.name == name;
        for (const auto& part : particle.parts) {
            if (starts(part, name)) return true;
            if (particle.kind == Particle::Kind::sequence && part.least > 0) return false;
        }
        return false;
    }

    void match(pugi::xml_node parent, const Particle& content,
               const std::vector<pugi::xml_node>& children) {
        std::size_t at = 0;
        take(parent, content, children, at);
        if (!found && at < children.size()) unwanted(parent, children[at]);
    }

    void unwanted(pugi::xml_node parent, pugi::xml_node child) {
        blame(child, fmt::format("The element '{}' has invalid child element '{}'.", of(parent),
                                 of(child)));
    }

    void take(pugi::xml_node parent, const Particle& particle,
              const std::vector<pugi::xml_node>& children, std::size_t& at) {
        unsigned count = 0;
        while (!found && count < particle.most && at < children.size() &&
               starts(particle, children[at].name())) {
            take_once(parent, particle, children, at);
            ++count;
        }
        if (found || count >= particle.least || is_emptiable(particle)) return;
        if (at < children.size()) return unwanted(parent, children[at]);
        blame(parent, fmt::format("The element '{}' has incomplete content.", of(parent)));
    }

    static bool is_emptiable(const Particle& particle) {
        if (particle.least == 0) return true;
        if (particle.kind == Particle::Kind::element) return false;
        const auto empty = [](const Particle& part) { return is_emptiable(part); };
        return particle.kind == Particle::Kind::sequence
                   ? std::ranges::all_of(particle.parts, empty)
                   : std::ranges::any_of(particle.parts, empty);
    }

    void take_once(pugi::xml_node parent, const Particle& particle,
                   const std::vector<pugi::xml_node>& children, std::size_t& at) {
        if (particle.kind == Particle::Kind::element) return check(children[at++], particle.type);
        if (particle.kind == Particle::Kind::sequence) {
            for (const auto& part : particle.parts)
                take(parent, part, children, at);
            return;
        }
        for (const auto& part : particle.parts) {
            if (starts(part, children[at].name())) return take(parent, part, children, at);
        }
    }
};

}  // namespace

std::optional<EwsError> violation_of(pugi::xml_node element, std::string_view type,
                                     const Positions& positions, std::string_view text) {
    Checker checker;
    checker.check(element, std::string(type));
    if (!checker.found) return std::nullopt;
    const auto& [node, violation] = *checker.found;
    const auto place = positions.find(node.hash_value());
    const auto offset = place == positions.end()
                            ? 0U
                            : static_cast<std::size_t>(std::max<std::ptrdiff_t>(place->second, 0));
    const auto before = text.substr(0, offset);
    const auto line = 1 + std::ranges::count(before, '\n');
    const auto column = before.size() - (before.rfind('\n') + 1) + 1;
    EwsError error = ews_error("ErrorSchemaValidation");
    error.text = "The request failed schema validation: " + violation;
    error.values = {{"LineNumber", std::to_string(line)},
                    {"LinePosition", std::to_string(column)},
                    {"Violation", violation}};
    return error;
}

}  // namespace hqsync::sim
