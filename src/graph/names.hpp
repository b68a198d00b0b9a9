// What we call ourselves in a mailbox. Never changed: a mailbox gives named properties back never.
#pragma once

#include <array>
#include <string_view>

#include "contact/card.hpp"

namespace hqsync::graph {

// One GUID of ours (made for hqsync, used nowhere else), fewer than ten names (DESIGN §4,
// identity).
inline constexpr std::string_view contact_property =
    "String {6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8} Name HqContact";
inline constexpr std::string_view folder_property =
    "String {6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8} Name HqFolder";

// PidTagBusinessFaxNumber: Graph v1.0 has no property for the business fax (graph.md §1).
inline constexpr std::string_view fax_property = "String 0x3A24";

/// What users fill in Outlook and Graph does not show: carried along by a move (graph.md §1).
inline constexpr std::array<std::string_view, 10> carried_properties = {
    "String 0x3A25",                                            // home fax
    "String 0x3A21",                                            // pager
    "String 0x3A1E",                                            // car phone
    "String 0x3A1F",                                            // other phone
    "String 0x3A2D",                                            // ISDN
    "String 0x3A50",                                            // personal home page
    "String {00062004-0000-0000-C000-000000000046} Id 0x804F",  // user fields 1 to 4
    "String {00062004-0000-0000-C000-000000000046} Id 0x8050",
    "String {00062004-0000-0000-C000-000000000046} Id 0x8051",
    "String {00062004-0000-0000-C000-000000000046} Id 0x8052"};

constexpr std::string_view display_name(FolderRole role) {
    return role == FolderRole::mine ? "HQ Meine Kontakte" : "HQ Globale Kontakte";
}

}  // namespace hqsync::graph
