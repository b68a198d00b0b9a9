// The values that PowerShell sends and takes, as CLIXML keeps them: nothing is bound to .NET types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace hqsync::management::clixml {

struct Object;
struct Value;

struct Null {};

/// One UTF-16 unit.
struct Character {
    std::uint16_t unit = 0;
};

/// Primitives whose lexical form is kept: precision, time zone and trailing zeros survive.
enum class Lexical : std::uint8_t {
    date_time,  ///< xs:dateTime: up to 7 digits of fraction; "Z", an offset, or neither
    duration,   ///< xs:duration of days and smaller
    decimal,    ///< up to 29 digits
    guid,       ///< in the case it came in
    uri,
    version,  ///< "15.2.986.5"
    semantic_version,
    xml,     ///< the text of an XML document
    script,  ///< the text of a script block; never run here
};

struct Text {
    Lexical kind = Lexical::decimal;
    std::string text;
};

struct Bytes {
    std::string octets;
};

/// As it travels: encrypted with the session's key.
struct SecureString {
    std::string cipher;  ///< octets
};

/// A text that may only travel as a SecureString: the writer encrypts it. Never printed.
struct Secret {
    std::string text;
};

struct Progress {
    std::string activity;
    std::int32_t activity_id = 0;
    std::optional<std::int32_t> parent_id = {};
    std::optional<std::string> operation = {};
    std::string status;
    std::int32_t percent = -1;            ///< -1: not known
    std::int32_t seconds_remaining = -1;  ///< -1: not known
    std::string type;                     ///< "Processing" or "Completed"
};

/// An element that is no primitive known here.
struct Foreign {
    std::string tag;
    std::string text;
};

// Rare and large: behind pointers, so that a value stays small.
using ProgressPointer = std::shared_ptr<const Progress>;
using ForeignPointer = std::shared_ptr<const Foreign>;

struct List {
    enum class Kind : std::uint8_t { list, enumerable, queue, stack };
    Kind kind = Kind::list;
    std::vector<Value> items;
};

struct Entry;
struct Dictionary {
    std::vector<Entry> entries;
};

/// An object that is named again. Owners are never named by what they own, so nothing leaks.
using ObjectPointer = std::shared_ptr<const Object>;
/// Within an object: that object, or one around it.
struct Enclosing {
    std::weak_ptr<const Object> object;
};

/// `Value("text")`, `Value(std::int32_t{5})`, `Value(true)`, `Value(Null{})`.
struct Value {
    using Data =
        std::variant<Null, std::string, Character, bool, std::uint8_t, std::int8_t, std::uint16_t,
                     std::int16_t, std::uint32_t, std::int32_t, std::uint64_t, std::int64_t, float,
                     double, Text, Bytes, SecureString, Secret, ProgressPointer, ForeignPointer,
                     List, Dictionary, ObjectPointer, Enclosing>;
    Data data;

    Value() = default;
    template <class T>
        requires(!std::is_same_v<std::remove_cvref_t<T>, Value> && std::is_constructible_v<Data, T>)
    explicit Value(T&& value);
    explicit Value(const char* text);
    explicit Value(std::string_view text);
    explicit Value(Object object);

    [[nodiscard]] bool is_null() const { return std::holds_alternative<Null>(data); }
    template <class T>
    [[nodiscard]] const T* as() const {
        return std::get_if<T>(&data);
    }
    /// The object, also when it is one around this value; null when it is none or is gone.
    [[nodiscard]] ObjectPointer object() const;
};

struct Entry {
    Value key;
    Value value;
};

// Here, because a list or dictionary is whole only now.
template <class T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, Value> &&
             std::is_constructible_v<Value::Data, T>)
Value::Value(T&& value) : data(std::forward<T>(value)) {}

struct Property {
    std::string name;  ///< compared without case
    Value value;
};

struct Object {
    std::vector<std::string> types = {};   ///< the most derived first
    std::optional<std::string> text = {};  ///< what ToString() says
    /// The value or container that it wraps: none or one, more only in odd hands.
    std::vector<Value> content = {};
    std::vector<Property> adapted = {};   ///< <Props>
    std::vector<Property> extended = {};  ///< <MS>; wins over an adapted one of the same name
};

/// The property of this name, or null; also when `value` is no object.
const Value* property(const Value& value, std::string_view name);
/// Extended first, then adapted ones that are not shadowed, as the server ordered them.
std::vector<const Property*> properties(const Object& object);
/// The items of a list, itself or wrapped in an object; null when it is none.
const List* list_in(const Value& value);
const Dictionary* dictionary_in(const Value& value);
const Value* entry(const Dictionary& dictionary, std::string_view key);
/// The primitive that stands for it: itself, or the one that an object wraps. Null when none.
const Value* primitive_in(const Value& value);

/// One line for a person: a primitive's own text, an object's ToString, the items of a list joined
/// by ", ". Line ends and other controls become blanks, so that it may go to a terminal. Bounded to
/// `octets_max`; secrets are "***".
std::string to_text(const Value& value, std::size_t octets_max = 4096);
/// As `to_text`, but only of strings and of objects that wrap one or have a ToString.
std::optional<std::string> string_in(const Value* value);
std::optional<std::int64_t> integer_in(const Value* value);
std::optional<bool> boolean_in(const Value* value);
/// `type`, or "Deserialized." in front of it, is one of the object's.
bool is_a(const Value& value, std::string_view type);

/// A list as .NET binds it to a parameter of an array type.
Value list_of(std::vector<Value> items, std::string_view element_type = "System.Object");
Value strings(const std::vector<std::string>& items);
/// @{Add=…; Remove=…}
Value hashtable(std::vector<Entry> entries);
/// An enum's value; `type` is its full name.
Value enumeration(std::string_view type, std::string_view name, std::int32_t number);
/// An object of extended properties only, as the messages of PSRP are.
Value bag(std::vector<Property> properties);

}  // namespace hqsync::management::clixml
