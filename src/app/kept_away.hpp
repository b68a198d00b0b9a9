// The contacts that users deleted and that stay away from them, as JSON.
#pragma once

#include <map>

#include "app/json.hpp"
#include "port/state_store.hpp"

namespace hqsync::app {

using KeptAway = std::map<MailboxAddress, std::map<ContactId, FolderRole>>;

/// [{"mailbox", "contact", "folder"}]
inline void write_kept_away(Json& json, const KeptAway& kept_away) {
    json.begin_array();
    for (const auto& [mailbox, contacts] : kept_away)
        for (const auto& [contact, folder] : contacts) {
            json.begin_object();
            json.field("mailbox", mailbox.value());
            json.field("contact", contact.value());
            json.field("folder", name(folder));
            json.end_object();
        }
    json.end_array();
}

}  // namespace hqsync::app
