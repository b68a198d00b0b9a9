// What callers ask of values: properties by name, the text for a person, the shapes that are sent.
#include "management/clixml.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/letter_case.hpp"
#include "management/clixml_primitive.hpp"

namespace hqsync::management::clixml {

namespace {

struct LessWithoutCase {
    bool operator()(std::string_view one, std::string_view other) const {
        return std::ranges::lexicographical_compare(one, other, {}, lower_letter, lower_letter);
    }
};

const Property* find(const std::vector<Property>& properties, std::string_view name) {
    const auto found = std::ranges::find_if(
        properties, [&](const Property& each) { return equal_without_case(each.name, name); });
    return found == properties.end() ? nullptr : &*found;
}

/// Contents with none, one or more values: only one that stands alone is what the object is.
const Value* wrapped(const Value& value) {
    const auto object = value.object();
    if (!object || object->content.size() != 1) return nullptr;
    return &object->content.front();
}

/// Follows objects that wrap objects; bounded, as the reader bounds their depth.
template <class T>
const T* contained(const Value& value) {
    const auto* at = &value;
    for (int depth = 0; at != nullptr && depth < 128; ++depth) {
        if (const auto* found = at->as<T>()) return found;
        if (at->as<Enclosing>() != nullptr) return nullptr;
        at = wrapped(*at);
    }
    return nullptr;
}

/// Appends until it is full.
class Line {
public:
    explicit Line(std::size_t octets_max) : octets_max_(octets_max) {}

    void add(std::string_view text) {
        text_ += text.substr(0, octets_max_ - std::min(octets_max_, text_.size()));
    }
    [[nodiscard]] bool is_full() const { return text_.size() >= octets_max_; }
    /// Without half a character at its end, and without what a terminal would act on.
    [[nodiscard]] std::string done() && {
        blank_controls();
        if (!is_full()) return std::move(text_);
        while (!text_.empty() && (static_cast<unsigned char>(text_.back()) & 0xC0U) == 0x80U)
            text_.pop_back();
        if (!text_.empty() && static_cast<unsigned char>(text_.back()) >= 0x80) text_.pop_back();
        return std::move(text_) + "…";
    }

private:
    void blank_controls() {
        for (std::size_t at = 0; at < text_.size(); ++at) {
            const auto octet = static_cast<unsigned char>(text_[at]);
            const auto next =
                at + 1 < text_.size() ? static_cast<unsigned char>(text_[at + 1]) : 0U;
            if (octet < 0x20 || octet == 0x7F) text_[at] = ' ';
            // U+0080 to U+009F.
            if (octet == 0xC2 && next >= 0x80 && next <= 0x9F) text_.replace(at, 2, " ");
        }
    }

    std::size_t octets_max_;
    std::string text_;
};

void append(Line& line, const Value& value);

void append_object(Line& line, const Object& object) {
    if (!object.content.empty() && object.content.front().as<std::string>() != nullptr) {
        return line.add(*object.content.front().as<std::string>());
    }
    const bool is_list = object.content.size() == 1 && list_in(object.content.front()) != nullptr;
    if (object.text && !is_list) return line.add(*object.text);
    if (!object.content.empty()) return append(line, object.content.front());
    line.add("@{");
    const char* between = "";
    for (const auto* each : properties(object)) {
        if (line.is_full()) return;
        line.add(between);
        line.add(each->name);
        line.add("=");
        append(line, each->value);
        between = "; ";
    }
    line.add("}");
}

template <class Range, class Each>
void append_joined(Line& line, const Range& range, Each each) {
    bool is_first = true;
    for (const auto& one : range) {
        if (line.is_full()) return;
        if (!is_first) line.add(", ");
        is_first = false;
        each(one);
    }
}

void append(Line& line, const Value& value) {
    if (line.is_full() || value.is_null()) return;
    if (const auto* text = value.as<std::string>()) return line.add(*text);
    if (const auto* text = value.as<Text>()) return line.add(text->text);
    if (const auto* yes = value.as<bool>()) return line.add(*yes ? "True" : "False");
    if (value.as<Secret>() != nullptr || value.as<SecureString>() != nullptr)
        return line.add("***");
    if (const auto* bytes = value.as<Bytes>())
        return line.add(fmt::format("{} bytes", bytes->octets.size()));
    if (const auto* one = value.as<Character>()) {
        return line.add(one->unit < 0x80 ? std::string(1, static_cast<char>(one->unit))
                                         : fmt::format("U+{:04X}", one->unit));
    }
    if (const auto* list = value.as<List>())
        return append_joined(line, list->items, [&](const Value& one) { append(line, one); });
    if (const auto* dictionary = value.as<Dictionary>()) {
        return append_joined(line, dictionary->entries, [&](const Entry& one) {
            append(line, one.key);
            line.add("=");
            append(line, one.value);
        });
    }
    if (const auto* object = value.as<ObjectPointer>(); object != nullptr && *object)
        return append_object(line, **object);
    if (const auto* progress = value.as<ProgressPointer>(); progress != nullptr && *progress)
        return line.add((*progress)->activity + ": " + (*progress)->status);
    if (const auto* foreign = value.as<ForeignPointer>(); foreign != nullptr && *foreign)
        return line.add((*foreign)->text);
    if (const auto* around = value.as<Enclosing>()) {
        // Not what it holds: that is where this stands.
        const auto object = around->object.lock();
        return line.add(object && object->text ? *object->text : "…");
    }
    if (const auto number = written(value)) line.add(number->text);
}

}  // namespace

Value::Value(const char* text) : data(std::string(text)) {}
Value::Value(std::string_view text) : data(std::string(text)) {}
Value::Value(Object object) : data(std::make_shared<const Object>(std::move(object))) {}

ObjectPointer Value::object() const {
    if (const auto* around = as<Enclosing>()) return around->object.lock();
    const auto* const object = as<ObjectPointer>();
    return object == nullptr ? nullptr : *object;
}

const Value* property(const Value& value, std::string_view name) {
    const auto object = value.object();
    if (!object) return nullptr;
    if (const auto* found = find(object->extended, name)) return &found->value;
    const auto* const found = find(object->adapted, name);
    return found == nullptr ? nullptr : &found->value;
}

std::vector<const Property*> properties(const Object& object) {
    std::vector<const Property*> result;
    // A server may send any number of both.
    std::set<std::string_view, LessWithoutCase> extended;
    for (const auto& each : object.extended) {
        result.push_back(&each);
        if (!object.adapted.empty()) extended.insert(each.name);
    }
    for (const auto& each : object.adapted) {
        if (!extended.contains(each.name)) result.push_back(&each);
    }
    return result;
}

const List* list_in(const Value& value) {
    return contained<List>(value);
}

const Dictionary* dictionary_in(const Value& value) {
    return contained<Dictionary>(value);
}

const Value* entry(const Dictionary& dictionary, std::string_view key) {
    for (const auto& each : dictionary.entries) {
        const auto* const text = each.key.as<std::string>();
        if (text != nullptr && equal_without_case(*text, key)) return &each.value;
    }
    return nullptr;
}

const Value* primitive_in(const Value& value) {
    const auto* at = &value;
    for (int depth = 0; at != nullptr && depth < 128; ++depth) {
        if (written(*at)) return at;
        if (at->as<Enclosing>() != nullptr) return nullptr;
        at = wrapped(*at);
    }
    return nullptr;
}

std::string to_text(const Value& value, std::size_t octets_max) {
    Line line(octets_max);
    append(line, value);
    return std::move(line).done();
}

std::optional<std::string> string_in(const Value* value) {
    if (value == nullptr) return std::nullopt;
    if (const auto* primitive = primitive_in(*value)) {
        if (const auto* text = primitive->as<std::string>()) return *text;
        if (const auto* text = primitive->as<Text>()) return text->text;
    }
    const auto object = value->object();
    return object ? object->text : std::nullopt;
}

std::optional<std::int64_t> integer_in(const Value* value) {
    const auto* const primitive = value == nullptr ? nullptr : primitive_in(*value);
    if (primitive == nullptr) return std::nullopt;
    return std::visit(
        []<class T>(const T& number) -> std::optional<std::int64_t> {
            constexpr bool is_number = std::is_integral_v<T> && !std::is_same_v<T, bool>;
            if constexpr (is_number) {
                if (std::in_range<std::int64_t>(number)) return static_cast<std::int64_t>(number);
            }
            return std::nullopt;
        },
        primitive->data);
}

std::optional<bool> boolean_in(const Value* value) {
    const auto* const primitive = value == nullptr ? nullptr : primitive_in(*value);
    const auto* const yes = primitive == nullptr ? nullptr : primitive->as<bool>();
    return yes == nullptr ? std::nullopt : std::optional(*yes);
}

bool is_a(const Value& value, std::string_view type) {
    constexpr std::string_view deserialized = "Deserialized.";
    const auto object = value.object();
    return object && std::ranges::any_of(object->types, [&](std::string_view each) {
               if (each.starts_with(deserialized)) each.remove_prefix(deserialized.size());
               return each == type;
           });
}

Value list_of(std::vector<Value> items, std::string_view element_type) {
    Object object;
    object.types = {std::string(element_type) + "[]", "System.Array", "System.Object"};
    object.content.emplace_back(List{List::Kind::list, std::move(items)});
    return Value(std::move(object));
}

Value strings(const std::vector<std::string>& items) {
    std::vector<Value> values;
    for (const auto& item : items)
        values.emplace_back(item);
    return list_of(std::move(values), "System.String");
}

Value hashtable(std::vector<Entry> entries) {
    Object object;
    object.types = {"System.Collections.Hashtable", "System.Object"};
    object.content.emplace_back(Dictionary{std::move(entries)});
    return Value(std::move(object));
}

Value enumeration(std::string_view type, std::string_view name, std::int32_t number) {
    Object object;
    object.types = {std::string(type), "System.Enum", "System.ValueType", "System.Object"};
    object.text = std::string(name);
    object.content.emplace_back(number);
    return Value(std::move(object));
}

Value bag(std::vector<Property> properties) {
    Object object;
    object.extended = std::move(properties);
    return Value(std::move(object));
}

}  // namespace hqsync::management::clixml
