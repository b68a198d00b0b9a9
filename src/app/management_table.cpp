// Chooses the columns of a table of PowerShell's objects.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "app/management_output.hpp"
#include "app/table.hpp"
#include "base/utf8.hpp"

namespace hqsync::app {
namespace {

namespace clixml = management::clixml;
using clixml::Value;

/// What says most of an object of Exchange, first things first.
constexpr auto telling = std::to_array<std::string_view>({"Name",
                                                          "DisplayName",
                                                          "PrimarySmtpAddress",
                                                          "RecipientTypeDetails",
                                                          "FolderPath",
                                                          "FolderType",
                                                          "ItemsInFolder",
                                                          "FolderSize",
                                                          "Role",
                                                          "RoleAssigneeName",
                                                          "CustomRecipientWriteScope",
                                                          "CustomResourceScope",
                                                          "RoleName",
                                                          "GrantedPermissions",
                                                          "AllowedResourceScope",
                                                          "InScope",
                                                          "RecipientFilter",
                                                          "ThrottlingPolicyScope",
                                                          "AppId",
                                                          "ObjectId",
                                                          "DomainName",
                                                          "Default",
                                                          "Alias",
                                                          "UserPrincipalName",
                                                          "Identity",
                                                          "Guid"});

/// Of the way, or of the server's signature; not of the object.
constexpr auto silent = std::to_array<std::string_view>(
    {"SerializationData", "PSComputerName", "RunspaceId", "PSShowComputerName"});

constexpr std::size_t few_columns = 6;
constexpr std::size_t cell_width_max = 40;
constexpr std::size_t cell_octets_max = 400;
constexpr std::size_t list_octets_max = 16'384;
/// Of all values together that are shown at length: one text can be named by many properties.
constexpr std::size_t long_octets_max = std::size_t{16} << 20;

template <class Names>
bool holds(const Names& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

struct Column {
    std::string name;
    std::vector<std::string> cells;
    std::size_t width = 0;
    bool is_number = true;
    bool is_empty = true;
};

bool is_number(const Value& value) {
    return value.is_null() || clixml::integer_in(&value).has_value();
}

Column column_of(const std::vector<Value>& objects, std::string_view name) {
    Column column{.name = std::string(name), .cells = {}, .width = width(name)};
    for (const auto& object : objects) {
        const auto* value = clixml::property(object, name);
        auto cell = value == nullptr ? std::string() : clixml::to_text(*value, cell_octets_max);
        column.is_empty = column.is_empty && cell.empty();
        column.is_number = column.is_number && (value == nullptr || is_number(*value));
        column.width = std::max(column.width, std::min(width(cell), cell_width_max));
        column.cells.push_back(std::move(cell));
    }
    return column;
}

/// In the order in which the server told them.
std::vector<std::string> property_names(const std::vector<Value>& objects) {
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (const auto& object : objects) {
        const auto pointer = object.object();
        if (!pointer) continue;
        for (const auto* property : clixml::properties(*pointer))
            if (!holds(silent, property->name) && seen.insert(property->name).second)
                names.push_back(property->name);
    }
    return names;
}

/// All of few; of many those that tell most.
std::vector<std::string> chosen_names(const std::vector<std::string>& names) {
    if (names.size() <= few_columns) return names;
    std::vector<std::string> chosen;
    for (const auto name : telling)
        if (holds(names, name) && chosen.size() < few_columns) chosen.emplace_back(name);
    for (const auto& name : names)
        if (chosen.size() < 3 && !holds(chosen, name)) chosen.push_back(name);
    return chosen;
}

/// Cut to `columns`, whole signs.
std::string cut(const std::string& text, std::size_t columns) {
    if (width(text) <= columns) return text;
    std::string shorter = text;
    while (!shorter.empty() && width(shorter) + 1 > columns) {
        while (shorter.size() > 1 && (static_cast<unsigned char>(shorter.back()) & 0xC0U) == 0x80U)
            shorter.pop_back();
        shorter.pop_back();
    }
    return shorter + "…";
}

/// From the end on columns are left out until the rest fits; one always stays.
void fit(std::vector<Column>& columns, std::size_t columns_max) {
    if (columns_max == 0) return;
    const auto total = [&columns] {
        std::size_t sum = 0;
        for (const auto& column : columns)
            sum += column.width + 2;
        return sum == 0 ? 0 : sum - 2;
    };
    while (columns.size() > 1 && total() > columns_max)
        columns.pop_back();
    if (total() > columns_max) columns.front().width = columns_max;
}

std::string as_table(const std::vector<Value>& objects, std::size_t columns_max) {
    std::vector<Column> columns;
    for (const auto& name : chosen_names(property_names(objects))) {
        auto column = column_of(objects, name);
        if (!column.is_empty) columns.push_back(std::move(column));
    }
    if (columns.empty()) return {};
    fit(columns, columns_max);
    std::vector<Table::Column> titles;
    for (const auto& column : columns)
        titles.push_back({printable(cut(column.name, cell_width_max)),
                          column.is_number ? Table::Align::right : Table::Align::left});
    Table table(std::move(titles));
    for (std::size_t row = 0; row < objects.size(); ++row) {
        std::vector<std::string> cells;
        for (const auto& column : columns) {
            const auto& cell = column.cells[row];
            cells.push_back(columns_max == 0 ? cell : cut(cell, column.width));
        }
        table.add(std::move(cells));
    }
    return table.text();
}

/// Of the next value.
std::size_t shown_max(const std::string& before) {
    return before.size() < long_octets_max ? list_octets_max : cell_octets_max;
}

std::string as_list(const Value& value) {
    const auto object = value.object();
    std::vector<const clixml::Property*> shown;
    std::set<std::string_view> seen;
    std::size_t widest = 0;
    for (const auto* property : clixml::properties(*object)) {
        if (holds(silent, property->name) || !seen.insert(property->name).second) continue;
        shown.push_back(property);
        widest = std::max(widest, std::min(width(property->name), cell_width_max));
    }
    std::string text;
    for (const auto* property : shown) {
        const auto columns = std::min(width(property->name), widest);
        text += fmt::format("{}{} : {}\n", printable(property->name),
                            std::string(widest - columns, ' '),
                            printable(clixml::to_text(property->value, shown_max(text))));
    }
    return text;
}

bool has_properties(const Value& value) {
    const auto object = value.object();
    // A text or number in an object's clothes is what it wraps.
    return object && object->content.empty() && !clixml::properties(*object).empty();
}

}  // namespace

std::string objects_as_text(const std::vector<Value>& objects, std::size_t columns_max) {
    std::vector<Value> things;
    std::string text;
    for (const auto& object : objects) {
        if (has_properties(object)) {
            things.push_back(object);
        } else {
            text += printable(clixml::to_text(object, shown_max(text))) + "\n";
        }
    }
    if (things.size() == 1) return text + as_list(things.front());
    if (things.empty()) return text;
    return text + as_table(things, columns_max);
}

}  // namespace hqsync::app
