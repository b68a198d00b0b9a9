// Shapes that values have in the recordings of real servers.
#include "sim/ps_value.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "sim/graph_message.hpp"
#include "sim/ps_guid.hpp"

namespace hqsync::sim {

namespace {

const PsValue* find_in(const std::vector<PsMember>& members, std::string_view name) {
    const auto wanted = lower(name);
    for (const auto& member : members) {
        if (lower(member.name) == wanted) return &member.value;
    }
    return nullptr;
}

PsValue primitive(std::string tag, std::string text) {
    PsValue value;
    value.tag = std::move(tag);
    value.text = std::move(text);
    return value;
}

}  // namespace

std::string PsValue::display() const {
    if (tag == "LST") {
        std::string all;
        for (const auto& item : items)
            all += (all.empty() ? "" : ", ") + item.display();
        return all;
    }
    if (tag == "Obj" || shown) return shown.value_or("");
    if (tag == "B") return text == "true" ? "True" : "False";
    return text;
}

const PsValue* PsValue::property(std::string_view name) const {
    if (const auto* const found = find_in(extended, name)) return found;
    return find_in(adapted, name);
}

const PsValue* PsValue::entry(std::string_view key) const {
    return find_in(entries, key);
}

PsValue ps_nil() {
    return {};
}

PsValue ps_text(std::string text) {
    return primitive("S", std::move(text));
}

PsValue ps_text_or_nil(std::string text) {
    return text.empty() ? ps_nil() : ps_text(std::move(text));
}

PsValue ps_bool(bool is_true) {
    return primitive("B", is_true ? "true" : "false");
}

PsValue ps_i32(std::int64_t number) {
    return primitive("I32", std::to_string(number));
}

PsValue ps_i64(std::int64_t number) {
    return primitive("I64", std::to_string(number));
}

PsValue ps_u32(std::int64_t number) {
    return primitive("U32", std::to_string(number));
}

PsValue ps_guid(std::string_view text) {
    return primitive("G", lower(text));
}

PsValue ps_time(std::int64_t seconds) {
    return primitive(
        "DT", fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(static_cast<std::time_t>(seconds))));
}

PsValue ps_version(std::string text) {
    return primitive("Version", std::move(text));
}

PsValue ps_list(std::vector<std::string> types, std::vector<PsValue> items) {
    PsValue value;
    value.tag = "LST";
    value.types = std::move(types);
    value.items = std::move(items);
    return value;
}

PsValue ps_enum(std::string_view type, std::string_view name, std::int64_t number) {
    auto value = ps_i32(number);
    value.types = {std::string(type), "System.Enum", "System.ValueType", "System.Object"};
    value.shown = name;
    return value;
}

PsValue ps_object(std::vector<std::string> types, std::string shown,
                  std::vector<PsMember> adapted) {
    PsValue value;
    value.tag = "Obj";
    value.types = std::move(types);
    value.shown = std::move(shown);
    value.adapted = std::move(adapted);
    return value;
}

PsValue ps_shown(std::vector<std::string> types, std::string shown) {
    return ps_object(std::move(types), std::move(shown), {});
}

PsValue ps_object_id(std::string_view shown, std::string_view distinguished) {
    const auto name = shown.substr(shown.rfind('/') + 1);
    return ps_object({"Microsoft.Exchange.Data.Directory.ADObjectId",
                      "Microsoft.Exchange.Data.ObjectId", "System.Object"},
                     std::string(shown),
                     {{"IsDeleted", ps_bool(false)},
                      {"Rdn", ps_text(fmt::format("CN={}", name))},
                      {"DistinguishedName", ps_text(std::string(distinguished))},
                      {"ObjectGuid", ps_guid(guid_of(distinguished))},
                      {"Name", ps_text(std::string(name))}});
}

PsValue ps_texts(const std::vector<std::string>& texts) {
    std::vector<PsValue> items;
    for (const auto& text : texts)
        items.push_back(ps_text(text));
    return ps_list({"Microsoft.Exchange.Data.MultiValuedProperty`1[[System.String, mscorlib, "
                    "Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089]]",
                    "Microsoft.Exchange.Data.MultiValuedPropertyBase", "System.Object"},
                   std::move(items));
}

}  // namespace hqsync::sim
