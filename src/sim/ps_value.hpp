// A value of PowerShell as it travels: primitives, lists, dictionaries, objects with properties.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hqsync::sim {

struct PsMember;

/// `tag` is CLIXML's: "S" "B" "I32" "I64" "U32" "G" "DT" "D" "Version" "BA" "SS" ... for
/// primitives, whose text is in XML's form; "LST" (also for IE, QUE and STK), "DCT", "Nil"; "Obj"
/// for what has neither a primitive nor a container in it.
struct PsValue {
    std::string tag = "Nil";
    std::string text = {};
    std::vector<PsValue> items;             ///< of a list
    std::vector<PsMember> entries;          ///< of a dictionary, keys as text
    std::vector<std::string> types = {};    ///< .NET types, the most derived first
    std::optional<std::string> shown = {};  ///< ToString
    std::vector<PsMember> adapted;          ///< Props
    std::vector<PsMember> extended;         ///< MS

    [[nodiscard]] bool is_nil() const { return tag == "Nil"; }
    [[nodiscard]] bool is_list() const { return tag == "LST"; }
    /// What a person reads: the text of a primitive, what ToString says, items with commas.
    [[nodiscard]] std::string display() const;
    /// Extended properties win over adapted ones; names without case. Null: not there.
    [[nodiscard]] const PsValue* property(std::string_view name) const;
    /// Of a dictionary, without case.
    [[nodiscard]] const PsValue* entry(std::string_view key) const;
};

struct PsMember {
    std::string name;
    PsValue value;
};

PsValue ps_nil();
PsValue ps_text(std::string text);
/// Nil for an empty text.
PsValue ps_text_or_nil(std::string text);
PsValue ps_bool(bool is_true);
PsValue ps_i32(std::int64_t number);
PsValue ps_i64(std::int64_t number);
PsValue ps_u32(std::int64_t number);
PsValue ps_guid(std::string_view text);
/// Seconds since 1970, UTC.
PsValue ps_time(std::int64_t seconds);
PsValue ps_version(std::string text);
PsValue ps_list(std::vector<std::string> types, std::vector<PsValue> items);
/// As a value of System.Enum: name and number.
PsValue ps_enum(std::string_view type, std::string_view name, std::int64_t number);
/// An object with adapted properties.
PsValue ps_object(std::vector<std::string> types, std::string shown, std::vector<PsMember> adapted);
/// A value that is only seen as text, of one type (SmtpAddress, ByteQuantifiedSize).
PsValue ps_shown(std::vector<std::string> types, std::string shown);
/// An Exchange directory object's name.
PsValue ps_object_id(std::string_view shown, std::string_view distinguished);
/// MultiValuedProperty of strings.
PsValue ps_texts(const std::vector<std::string>& texts);

}  // namespace hqsync::sim
