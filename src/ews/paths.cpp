// Writes property paths and finds the properties that they name.
#include "ews/paths.hpp"

#include <algorithm>

#include "base/letter_case.hpp"

namespace hqsync::ews {

namespace {

constexpr std::string_view address_set = "00062004-0000-0000-c000-000000000046";

std::string_view without_braces(std::string_view guid) {
    if (guid.starts_with('{') && guid.ends_with('}')) guid = guid.substr(1, guid.size() - 2);
    return guid;
}

/// "0x3a45" and "0x03A45" are one tag.
std::string tag_digits(std::string_view tag) {
    auto digits = lower_case(tag);
    if (digits.starts_with("0x")) digits.erase(0, 2);
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
}

bool is_same(wire::Element uri, std::string_view name, std::string_view value) {
    if (name.empty() || name == "PropertyType") return true;
    const auto shown = uri.attribute(name);
    if (name == "PropertyTag") return shown && tag_digits(*shown) == tag_digits(value);
    if (name == "DistinguishedPropertySetId" && !shown) {
        const auto set = uri.attribute("PropertySetId");
        return set && lower_case(without_braces(*set)) == address_set;
    }
    return shown && lower_case(without_braces(*shown)) == lower_case(value);
}

}  // namespace

void write_path(wire::Writer& xml, const Path& path) {
    xml.open(path.element);
    for (const auto& [name, value] : path.attributes) {
        if (!name.empty()) xml.attribute(name, value);
    }
    xml.close();
}

void write_property(wire::Writer& xml, const Path& path, std::string_view value) {
    xml.open("t:ExtendedProperty");
    write_path(xml, path);
    xml.element("t:Value", value).close();
}

std::optional<std::string> read_property(wire::Element shown, const Path& path) {
    for (const auto property : shown.children()) {
        if (property.name() != "ExtendedProperty") continue;
        const auto uri = property.child("ExtendedFieldURI");
        const bool is_wanted = uri && std::ranges::all_of(path.attributes, [&](const auto& one) {
                                   return is_same(uri, one.first, one.second);
                               });
        if (is_wanted) return property.child("Value").text();
    }
    return std::nullopt;
}

}  // namespace hqsync::ews
