// Property sets by name and by GUID; lists are kept as one text with a separator between entries.
#include "sim/ews_extended.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "sim/base64.hpp"

namespace hqsync::sim {

namespace {

constexpr char separator = '\x1F';

struct Set {
    std::string_view name;
    std::string_view guid;
};
constexpr std::array sets{
    Set{"Address", "00062004-0000-0000-c000-000000000046"},
    Set{"Appointment", "00062002-0000-0000-c000-000000000046"},
    Set{"CalendarAssistant", "11000e07-b51b-40d6-af21-caa85edab1d0"},
    Set{"Common", "00062008-0000-0000-c000-000000000046"},
    Set{"InternetHeaders", "00020386-0000-0000-c000-000000000046"},
    Set{"Meeting", "6ed8da90-450b-101b-98da-00aa003f1305"},
    Set{"PublicStrings", "00020329-0000-0000-c000-000000000046"},
    Set{"Sharing", "00062040-0000-0000-c000-000000000046"},
    Set{"Task", "00062003-0000-0000-c000-000000000046"},
    Set{"UnifiedMessaging", "4442858e-a9e3-4e80-b900-317a210cc15b"},
};

std::unexpected<EwsError> invalid(pugi::xml_node path) {
    EwsError error{.code = "ErrorInvalidExtendedProperty",
                   .text = "The extended property attribute combination is invalid."};
    error.path = path;
    return std::unexpected(error);
}

template <typename Number>
bool is_number(std::string_view text) {
    Number value{};
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
    return wrong == std::errc{} && end == text.data() + text.size();
}

bool fits(std::string_view type, const std::string& value) {
    if (type.ends_with("Array")) type.remove_suffix(5);
    if (type == "Integer") return is_number<std::int32_t>(value);
    if (type == "Short") return is_number<std::int16_t>(value);
    if (type == "Long") return is_number<std::int64_t>(value);
    if (type == "Double" || type == "Float") return is_number<double>(value);
    if (type == "Boolean")
        return value == "true" || value == "false" || value == "1" || value == "0";
    if (type == "Binary") return from_base64(value).has_value();
    if (type == "SystemTime") return value.size() >= 19 && value[10] == 'T';
    return true;
}

/// "0x3A45" or "14917": the tag's number.
std::optional<unsigned> tag_of(std::string_view text) {
    const bool is_hex = text.starts_with("0x") || text.starts_with("0X");
    if (is_hex) text.remove_prefix(2);
    unsigned tag = 0;
    const auto [end, wrong] =
        std::from_chars(text.data(), text.data() + text.size(), tag, is_hex ? 16 : 10);
    if (wrong != std::errc{} || end != text.data() + text.size() || tag > 0xFFFF)
        return std::nullopt;
    return tag;
}

}  // namespace

std::expected<ExtendedPath, EwsError> read_extended_path(pugi::xml_node path) {
    const auto attribute = [path](const char* name) {
        return std::string(path.attribute(name).value());
    };
    ExtendedPath read{.type = attribute("PropertyType"), .path = path};
    const auto named = attribute("DistinguishedPropertySetId");
    auto guid = lower(attribute("PropertySetId"));
    const auto tag = attribute("PropertyTag");
    const auto name = attribute("PropertyName");
    const auto id = attribute("PropertyId");
    const bool is_object = read.type == "Error" || read.type == "Null" ||
                           read.type.starts_with("Object") || read.type.empty();
    if (is_object) return invalid(path);
    if (!tag.empty()) {
        if (!named.empty() || !guid.empty() || !name.empty() || !id.empty()) return invalid(path);
        const auto number = tag_of(tag);
        if (!number) return invalid(path);
        if (*number >= 0x8000) {
            auto error = ews_error("ErrorNoPropertyTagForCustomProperties");
            error.path = path;
            return std::unexpected(error);
        }
        read.canonical = fmt::format("{} 0x{:04X}", read.type, *number);
        return read;
    }
    if (named.empty() == guid.empty() || name.empty() == id.empty()) return invalid(path);
    if (!named.empty()) {
        const auto* const at = std::ranges::find(sets, named, &Set::name);
        if (at == sets.end()) return invalid(path);
        guid = at->guid;
    }
    if (!name.empty()) {
        read.canonical = fmt::format("{} {{{}}} Name {}", read.type, guid, name);
        return read;
    }
    const auto number = tag_of(id);
    if (!number) return invalid(path);
    read.canonical = fmt::format("{} {{{}}} Id 0x{:04X}", read.type, guid, *number);
    return read;
}

std::expected<std::string, EwsError> read_extended_value(const ExtendedPath& path,
                                                         pugi::xml_node property) {
    const auto wrong = [&path] {
        EwsError error{.code = "ErrorInvalidExtendedPropertyValue",
                       .text = "The extended property value is invalid."};
        error.path = path.path;
        return std::unexpected(error);
    };
    const auto list = property.child("t:Values");
    if (path.is_list() != static_cast<bool>(list)) return wrong();
    if (!list) {
        std::string value = property.child("t:Value").text().get();
        if (!fits(path.type, value)) return wrong();
        return value;
    }
    std::string all;
    bool is_first = true;
    for (const auto entry : list.children("t:Value")) {
        const std::string value = entry.text().get();
        if (!fits(path.type, value)) return wrong();
        if (!is_first) all += separator;
        all += value;
        is_first = false;
    }
    return all;
}

std::vector<std::string> entries_of(std::string_view value) {
    std::vector<std::string> found;
    while (true) {
        const auto end = value.find(separator);
        found.emplace_back(value.substr(0, end));
        if (end == std::string_view::npos) return found;
        value.remove_prefix(end + 1);
    }
}

void write_extended(pugi::xml_node parent, const ExtendedPath& path, std::string_view value) {
    auto node = add(parent, "t:ExtendedProperty");
    node.append_copy(path.path);
    if (!path.is_list()) {
        add(node, "t:Value", value);
        return;
    }
    auto list = add(node, "t:Values");
    for (const auto& entry : entries_of(value))
        add(list, "t:Value", entry);
}

}  // namespace hqsync::sim
