// Names are found as the server will find them.
#include "management/command_check.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/letter_case.hpp"

namespace hqsync::management {

namespace {

/// Every parameter whose name begins so; one when a name or alias is exactly so.
std::vector<const ParameterInfo*> candidates(const CommandInfo& info, std::string_view name) {
    if (const auto* exact = find_parameter(info, name)) return {exact};
    std::vector<const ParameterInfo*> found;
    for (const auto& each : info.parameters) {
        if (equal_without_case(std::string_view(each.name).substr(0, name.size()), name))
            found.push_back(&each);
    }
    return found;
}

Fault unfit(std::string text) {
    return {Reach::item, "command.parameter", std::move(text)};
}

}  // namespace

const ParameterInfo* find_parameter(const CommandInfo& info, std::string_view name) {
    const auto found = std::ranges::find_if(info.parameters, [&](const ParameterInfo& each) {
        return equal_without_case(each.name, name) ||
               std::ranges::any_of(each.aliases, [&](const auto& alias) {
                   return equal_without_case(alias, name);
               });
    });
    return found == info.parameters.end() ? nullptr : &*found;
}

Result<void> check_parameters(const Command& command, const CommandInfo& info) {
    std::vector<const ParameterInfo*> given;
    bool is_any_positional = false;
    for (const auto& [name, value] : command.parameters) {
        is_any_positional = is_any_positional || name.empty();
        if (name.empty() || is_common_parameter(name)) continue;
        const auto found = candidates(info, name);
        if (found.empty()) return fail(unfit(fmt::format("{} has no -{}", info.name, name)));
        if (found.size() > 1) {
            return fail(unfit(fmt::format("-{} may be -{} or -{} of {}", name, found[0]->name,
                                          found[1]->name, info.name)));
        }
        given.push_back(found.front());
    }
    for (const auto& each : info.parameters) {
        const bool is_given = std::ranges::find(given, &each) != given.end();
        if (each.is_mandatory == true && !is_given && !is_any_positional)
            return fail(unfit(fmt::format("{} wants -{}", info.name, each.name)));
    }
    return {};
}

}  // namespace hqsync::management
