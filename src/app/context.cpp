// Opens what reading commands need.
#include "app/context.hpp"

#include <utility>

namespace hqsync::app {

Result<Reading> open_reading(const Invocation& invocation) {
    auto config = load_config(invocation.config);
    if (!config) return fail(config.error());
    auto state = open_state(*config, Share::beside_a_run);
    if (!state) return fail(state.error());
    auto directory = read_directory(*config, **state);
    if (!directory) return fail(directory.error());
    return Reading{std::move(*config), std::move(*state), std::move(*directory)};
}

std::string record_name(const Snapshot& snapshot, placement::Rule rule, std::int64_t record) {
    const auto name_of = [](const auto* found) { return found == nullptr ? "" : found->name; };
    switch (rule) {
        case placement::Rule::company_responsible:
            return name_of(find(snapshot, CompanyId(record)));
        case placement::Rule::project_member: return name_of(find(snapshot, ProjectId(record)));
        case placement::Rule::lead_responsible: return name_of(find(snapshot, LeadId(record)));
    }
    return {};
}

}  // namespace hqsync::app
