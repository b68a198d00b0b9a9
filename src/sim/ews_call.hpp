// One EWS request on its way through an operation.
#pragma once

#include <pugixml.hpp>

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/domain.hpp"
#include "sim/ews_id.hpp"
#include "sim/ews_message.hpp"
#include "sim/ews_subscriptions.hpp"

namespace hqsync::sim {

struct Place {
    Mailbox* mailbox = nullptr;
    Key folder = 0;
};

struct Item {
    Mailbox* mailbox = nullptr;
    Contact* contact = nullptr;
};

/// What a test orders for one item of a batch: the code of its error.
using ItemTrouble = std::function<std::optional<EwsError>(const std::string& item_xml)>;

struct EwsCall {
    Domain& domain;
    Mailbox* mailbox = nullptr;  ///< acted upon; null: the account has none and impersonates nobody
    bool is_impersonated = false;
    pugi::xml_node request;   ///< the operation's element
    pugi::xml_node messages;  ///< m:ResponseMessages of the answer
    ItemTrouble trouble;
    EwsSubscriptions* subscriptions = nullptr;
    std::uint64_t connection = 0;
    std::optional<EwsError> fault = {};     ///< the whole request failed, whatever the messages say
    std::optional<StreamStart> start = {};  ///< answered instead of the messages

    /// t:FolderId or t:DistinguishedFolderId.
    std::expected<Place, EwsError> folder(pugi::xml_node id);
    /// t:ItemId, with or without its change key.
    std::expected<Item, EwsError> item(pugi::xml_node id);
    /// The mailbox of an id; an error when whoever calls may not open it.
    std::expected<Mailbox*, EwsError> mailbox_of(const EwsId& id);
    /// The error that was ordered for this item, if any.
    std::optional<EwsError> ordered(pugi::xml_node item) const;
};

using EwsOperation = void (*)(EwsCall& call);

/// The first element below node; ids and property paths come as a choice of names.
pugi::xml_node first_element(pugi::xml_node node);
std::vector<pugi::xml_node> elements(pugi::xml_node node);

void get_folder(EwsCall& call);
void find_folder(EwsCall& call);
void create_folder(EwsCall& call);
void update_folder(EwsCall& call);
void delete_folder(EwsCall& call);
void empty_folder(EwsCall& call);
void move_folder(EwsCall& call);
void sync_folder_hierarchy(EwsCall& call);
void sync_folder_items(EwsCall& call);
void find_item(EwsCall& call);
void get_item(EwsCall& call);
void create_item(EwsCall& call);
void update_item(EwsCall& call);
void move_item(EwsCall& call);
void copy_item(EwsCall& call);
void delete_item(EwsCall& call);
void create_attachment(EwsCall& call);
void get_attachment(EwsCall& call);
void delete_attachment(EwsCall& call);
void convert_id(EwsCall& call);
void resolve_names(EwsCall& call);

}  // namespace hqsync::sim
