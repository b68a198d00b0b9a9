// The words that scripts rely on, and who has a mailbox to keep.
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
        case AbsenceRule::user_not_synced: return "user_not_synced";
    }
    return "unknown";
}

namespace {

/// "2026-11-24…" and "24.11.2026" as "2026-11-24"; empty when it is neither.
std::string iso_date(std::string_view text) {
    if (text.size() < 10) return {};
    if (text[4] == '-' && text[7] == '-') return std::string(text.substr(0, 10));
    if (text[2] != '.' || text[5] != '.') return {};
    std::string date(text.substr(6, 4));
    date += '-';
    date += text.substr(3, 2);
    date += '-';
    date += text.substr(0, 2);
    return date;
}

}  // namespace

bool is_synced(const User& user, std::string_view today) {
    if (user.email_work.empty()) return false;
    const auto leaving = iso_date(user.leaving_date);
    return leaving.empty() || leaving >= today;
}

}  // namespace hqsync::placement
