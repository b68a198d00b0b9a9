// Quotes as PowerShell reads them: nothing within '…' is evaluated.
#include "app/powershell_text.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace hqsync::app {
namespace {

using management::clixml::Value;

constexpr std::string_view bare_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:/\\";

/// PowerShell ends a text in single quotes at each of these.
constexpr std::string_view single_quotes[] = {"'", "\u2018", "\u2019", "\u201A", "\u201B"};

std::string in_single_quotes(std::string_view text) {
    std::string quoted = "'";
    while (!text.empty()) {
        std::size_t taken = 1;
        for (const auto quote : single_quotes) {
            if (!text.starts_with(quote)) continue;
            quoted += quote;
            taken = quote.size();
        }
        quoted += text.substr(0, taken);
        text.remove_prefix(taken);
    }
    return quoted + "'";
}

std::string in_quotes(std::string_view text) {
    const auto begins_well = [](char letter) {
        return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z');
    };
    const bool is_bare = !text.empty() && begins_well(text.front()) &&
                         text.find_first_not_of(bare_letters) == std::string_view::npos;
    if (is_bare) return std::string(text);
    // A filter is easier to read in double quotes, where nothing in it would be evaluated.
    const bool is_plain =
        std::ranges::all_of(text, [](char letter) { return letter >= ' ' && letter < '\x7F'; }) &&
        text.find_first_of("\"$`") == std::string_view::npos;
    if (is_plain && text.contains('\'')) return fmt::format("\"{}\"", text);
    return in_single_quotes(text);
}

std::string value_text(const Value& value) {
    if (value.is_null()) return "$null";
    if (const auto* truth = value.as<bool>()) return *truth ? "$true" : "$false";
    if (const auto* list = management::clixml::list_in(value)) {
        std::string text;
        for (const auto& item : list->items)
            text += (text.empty() ? "" : ",") + value_text(item);
        return text.empty() ? "@()" : text;
    }
    if (const auto text = management::clixml::string_in(&value)) return in_quotes(*text);
    return management::clixml::to_text(value);
}

}  // namespace

std::string powershell_text(const management::Command& command) {
    auto line = command.name;
    for (const auto& [name, value] : command.parameters) {
        if (name.empty()) {
            line += " " + value_text(value);
        } else {
            const bool is_truth = value.as<bool>() != nullptr;
            line += fmt::format(" -{}{}{}", name, is_truth ? ":" : " ", value_text(value));
        }
    }
    return line;
}

}  // namespace hqsync::app
