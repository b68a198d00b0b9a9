// The words that scripts rely on, and who has a mailbox to keep.
#include "contact/date.hpp"
#include "contact/text.hpp"
#include "placement/placement.hpp"

namespace hqsync::placement {

std::string_view name(Place place) {
    switch (place) {
        case Place::mine: return "mine";
        case Place::global: return "global";
        case Place::absent: return "absent";
    }
    return "unknown";
}

std::string_view name(Rule rule) {
    switch (rule) {
        case Rule::company_responsible: return "company_responsible";
        case Rule::project_member: return "project_member";
        case Rule::lead_responsible: return "lead_responsible";
    }
    return "unknown";
}

std::string_view name(AbsenceRule rule) {
    switch (rule) {
        case AbsenceRule::excluded_company_type: return "excluded_company_type";
        case AbsenceRule::only_my_contacts: return "only_my_contacts";
        case AbsenceRule::global_folder_off: return "global_folder_off";
        case AbsenceRule::not_in_hq: return "not_in_hq";
        case AbsenceRule::erased: return "erased";
        case AbsenceRule::user_not_synced: return "user_not_synced";
    }
    return "unknown";
}

bool is_synced(const User& user, std::string_view today) {
    if (trimmed(user.email_work).empty()) return false;
    const auto leaving = iso_date(user.leaving_date);
    return leaving.empty() || leaving >= today;
}

}  // namespace hqsync::placement
