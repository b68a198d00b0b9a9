// Subscribe, Unsubscribe and GetStreamingEvents.
#include "sim/ews_streaming.hpp"

#include "sim/ews_subscriptions.hpp"

namespace hqsync::sim {

namespace {

/// EWS: ews-managed-api allows so many ids in a request.
constexpr std::size_t ids_max = 200;

std::expected<Interest, EwsError> read_interest(EwsCall& call, pugi::xml_node wanted) {
    Interest interest;
    for (const auto id : elements(wanted.child("t:FolderIds"))) {
        const auto place = call.folder(id);
        if (!place) return std::unexpected(place.error());
        if (interest.mailbox != nullptr && interest.mailbox != place->mailbox)
            return std::unexpected(ews_error("ErrorInvalidSubscriptionRequest"));
        interest.mailbox = place->mailbox;
        interest.folders.insert(place->folder);
    }
    for (const auto kind : elements(wanted.child("t:EventTypes")))
        interest.kinds.insert(kind.text().get());
    const bool is_all = wanted.attribute("SubscribeToAllFolders").as_bool();
    if (is_all == !interest.folders.empty())
        return std::unexpected(ews_error("ErrorInvalidSubscriptionRequest"));
    if (is_all) interest.mailbox = call.mailbox;
    if (interest.mailbox == nullptr) return std::unexpected(ews_error("ErrorMissingEmailAddress"));
    return interest;
}

}  // namespace

void subscribe(EwsCall& call) {
    const auto wanted = call.request.child("m:StreamingSubscriptionRequest");
    // Pull and push subscriptions are not simulated.
    auto interest = wanted ? read_interest(call, wanted)
                           : std::unexpected(ews_error("ErrorInvalidSubscriptionRequest"));
    if (!interest) {
        add_failure(call.messages, "Subscribe", interest.error());
        return;
    }
    const auto id = call.subscriptions->subscribe(*std::move(interest));
    if (!id) {
        add_failure(call.messages, "Subscribe", id.error());
        return;
    }
    add(add_success(call.messages, "Subscribe"), "m:SubscriptionId", *id);
}

void unsubscribe(EwsCall& call) {
    const auto* const id = call.request.child("m:SubscriptionId").text().get();
    if (call.subscriptions->unsubscribe(id)) {
        add_success(call.messages, "Unsubscribe");
    } else {
        add_failure(call.messages, "Unsubscribe", ews_error("ErrorSubscriptionNotFound"));
    }
}

void get_streaming_events(EwsCall& call) {
    StreamRequest wanted{.charged = call.mailbox, .connection = call.connection};
    for (const auto id : elements(call.request.child("m:SubscriptionIds")))
        wanted.ids.emplace_back(id.text().get());
    wanted.minutes = call.request.child("m:ConnectionTimeout").text().as_int();
    if (wanted.ids.empty() || wanted.minutes < 1 || wanted.minutes > 30) {
        call.fault = ews_error("ErrorSchemaValidation");
    } else if (wanted.ids.size() > ids_max) {
        call.fault = ews_error("ErrorInvalidRequest");
    } else if (auto start = call.subscriptions->open(wanted)) {
        call.start = *std::move(start);
    } else {
        call.fault = start.error();
    }
}

}  // namespace hqsync::sim
