// Reads notifications: which folders to sync, not what happened there (ews.md §8).
#include "ews/notifications_answer.hpp"

#include <algorithm>

#include "ews/errors.hpp"
#include "ews/fault_xml.hpp"
#include "ews/messages.hpp"

namespace hqsync::ews {

namespace {

using wire::Element;

void add(FolderEvent event, std::vector<FolderEvent>& events) {
    const bool is_new = std::ranges::find(events, event) == events.end();
    if (is_new && !event.folder.value().empty()) events.push_back(std::move(event));
}

/// An event of an item names the folder it lies in, an event of a folder the folder and its parent.
void read_event(Element event, const std::string& subscription, Notifications& result) {
    const bool is_of_folder = static_cast<bool>(event.child("FolderId"));
    const auto names = is_of_folder
                           ? std::vector<std::string_view>{"FolderId", "OldFolderId"}
                           : std::vector<std::string_view>{"ParentFolderId", "OldParentFolderId"};
    for (const auto name : names) {
        const auto id = event.child(name).attribute("Id").value_or("");
        add({subscription, FolderId(std::string(id))}, result.events);
    }
}

void read_message(Element message, Notifications& result) {
    for (const auto notification : message.child("Notifications").children()) {
        const auto subscription = notification.child("SubscriptionId").text();
        for (const auto event : notification.children()) {
            if (event.name().ends_with("Event")) read_event(event, subscription, result);
        }
    }
    for (const auto id : message.child("ErrorSubscriptionIds").children())
        result.lost.push_back(id.text());
    if (message.child("ConnectionStatus").text() == "Closed") result.is_closed = true;
    const auto outcome = message.attribute("ResponseClass").value_or("");
    if (outcome == "Error" && !result.fault) result.fault = judge(error_in(message)).fault;
}

}  // namespace

Result<Notifications> read_notifications(std::string envelope) {
    const auto document = wire::Document::read(std::move(envelope));
    if (!document) return fail(unreadable("is no XML"));
    Notifications result;
    if (const auto fault = fault_in(document->root())) {
        result.fault = judge(*fault).fault;
        return result;
    }
    const auto answer = document->root().child("Body").child("GetStreamingEventsResponse");
    if (!answer) return fail(unreadable("is none of GetStreamingEvents"));
    for (const auto message : answer.child("ResponseMessages").children())
        read_message(message, result);
    return result;
}

}  // namespace hqsync::ews
