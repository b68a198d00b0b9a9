// What we call ourselves in a mailbox, as EWS writes it. The same properties as through Graph.
#pragma once

#include <string_view>

#include "contact/card.hpp"

namespace hqsync::ews {

// One GUID of ours (made for hqsync, used nowhere else), fewer than ten names (DESIGN §4,
// identity).
inline constexpr std::string_view property_set = "6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8";
inline constexpr std::string_view contact_property = "HqContact";
inline constexpr std::string_view folder_property = "HqFolder";

constexpr std::string_view display_name(FolderRole role) {
    return role == FolderRole::mine ? "HQ Meine Kontakte" : "HQ Globale Kontakte";
}

}  // namespace hqsync::ews
