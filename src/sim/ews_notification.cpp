// m:Notification with t:SubscriptionId, as real servers send them; their schema has t:Notification.
#include "sim/ews_notification.hpp"

#include <array>
#include <ctime>
#include <sstream>
#include <utility>

#include "sim/ews_id.hpp"
#include "sim/ews_message.hpp"

namespace hqsync::sim {

namespace {

constexpr std::string_view operation = "GetStreamingEvents";

std::string to_text(const pugi::xml_document& document) {
    std::ostringstream text;
    document.document_element().print(text, "", pugi::format_raw);
    return text.str();
}

void add_id(pugi::xml_node parent, const char* name, std::string_view id,
            std::string_view change_key) {
    const auto node = add(parent, name);
    set(node, "Id", id);
    set(node, "ChangeKey", change_key);
}

/// Change keys of notifications are stubs that name only their kind.
void add_folder_id(pugi::xml_node parent, const char* name, const Mailbox& mailbox, Key folder) {
    add_id(parent, name, ews_id_of(mailbox, folder), "AQAAAA==");
}

struct Spot {
    Key folder;
    Key contact;
    std::uint32_t place;
};

void add_item_id(pugi::xml_node parent, const char* name, const Mailbox& mailbox, Spot spot) {
    const EwsId id{.kind = EwsIdKind::item,
                   .user_id = mailbox.user_id(),
                   .folder = spot.folder,
                   .contact = spot.contact,
                   .place = spot.place};
    add_id(parent, name, to_text(id), "CQAAAA==");
}

std::string stamp(std::int64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 32> text{};
    const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text.data(), size};
}

void add_event(pugi::xml_node notification, const News& news, const MailboxEvent& event) {
    const Mailbox& mailbox = news.mailbox;
    const auto name = "t:" + std::string(name_of(event.kind));
    const auto node = add(notification, name.c_str());
    add(node, "t:TimeStamp", stamp(news.seconds));
    if (event.contact == 0) {
        add_folder_id(node, "t:FolderId", mailbox, event.folder);
    } else {
        add_item_id(node, "t:ItemId", mailbox,
                    {.folder = event.parent, .contact = event.contact, .place = event.place});
    }
    add_folder_id(node, "t:ParentFolderId", mailbox, event.parent);
    if (event.kind != EventKind::moved) return;
    if (event.contact == 0) {
        add_folder_id(node, "t:OldFolderId", mailbox, event.folder);
    } else {
        add_item_id(
            node, "t:OldItemId", mailbox,
            {.folder = event.old_parent, .contact = event.contact, .place = event.old_place});
    }
    add_folder_id(node, "t:OldParentFolderId", mailbox, event.old_parent);
}

}  // namespace

std::string_view name_of(EventKind kind) {
    constexpr std::array<std::string_view, 4> names{"CreatedEvent", "ModifiedEvent", "DeletedEvent",
                                                    "MovedEvent"};
    return names[std::to_underlying(kind)];
}

std::string connection_status(std::string_view status) {
    pugi::xml_document document;
    const auto message = add_success(open_answer(document, operation), operation);
    add(message, "m:ConnectionStatus", status);
    return to_text(document);
}

std::string status_event(std::string_view subscription) {
    pugi::xml_document document;
    const auto message = add_success(open_answer(document, operation), operation);
    const auto notification = add(add(message, "m:Notifications"), "m:Notification");
    add(notification, "t:SubscriptionId", subscription);
    add(notification, "t:StatusEvent");
    return to_text(document);
}

std::string lost_subscriptions(const std::vector<std::string>& ids) {
    pugi::xml_document document;
    const auto message = add_failure(open_answer(document, operation), operation,
                                     ews_error("ErrorSubscriptionNotFound"));
    const auto list = add(message, "m:ErrorSubscriptionIds");
    for (const auto& id : ids)
        add(list, "m:SubscriptionId", id);
    return to_text(document);
}

std::string notification(const News& news) {
    pugi::xml_document document;
    const auto message = add_success(open_answer(document, operation), operation);
    const auto node = add(add(message, "m:Notifications"), "m:Notification");
    add(node, "t:SubscriptionId", news.subscription);
    for (const auto& event : news.events)
        add_event(node, news, event);
    return to_text(document);
}

}  // namespace hqsync::sim
