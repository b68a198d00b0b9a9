// SyncFolderItems and SyncFolderHierarchy. A state says what its holder knows: a folder up to a
// sequence, or the folders below one.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <limits>
#include <set>

#include "sim/base64.hpp"
#include "sim/ews_call.hpp"
#include "sim/ews_item_shape.hpp"
#include "sim/ews_shape.hpp"
#include "sim/graph_contact.hpp"

namespace hqsync::sim {

namespace {

std::uint64_t sum_of(std::string_view text) {
    std::uint64_t hash = 1469598103934665603ULL;
    for (const char byte : text)
        hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
    return hash;
}

/// Words and numbers in base64, with a sum: a state that was cut or made up is found out.
std::string packed_state(const std::string& text) {
    return to_base64(fmt::format("{:016x}|{}", sum_of(text), text));
}

std::optional<std::vector<std::string>> unpacked_state(std::string_view state) {
    const auto bytes = from_base64(packed(state));
    if (!bytes || bytes->size() < 17 ||
        bytes->substr(0, 16) != fmt::format("{:016x}", sum_of(std::string_view(*bytes).substr(17))))
        return std::nullopt;
    std::vector<std::string> words;
    std::string_view rest = std::string_view(*bytes).substr(17);
    while (true) {
        const auto end = rest.find('|');
        words.emplace_back(rest.substr(0, end));
        if (end == std::string_view::npos) return words;
        rest.remove_prefix(end + 1);
    }
}

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

struct ItemState {
    std::uint64_t base = 0;    ///< what happened up to here is known
    std::uint64_t top = 0;     ///< of the round that is under way
    std::uint64_t cursor = 0;  ///< what happened from here up to top is known too
};

std::string encode(const Place& place, const ItemState& state) {
    return packed_state(fmt::format("items|{}|{}|{}|{}|{}|{}", place.mailbox->user_id(),
                                    place.folder, place.mailbox->delta_generation(), state.base,
                                    state.top, state.cursor));
}

std::optional<ItemState> decode(const Place& place, std::string_view text) {
    const auto words = unpacked_state(text);
    const bool fits = words && words->size() == 7 && (*words)[0] == "items" &&
                      (*words)[1] == place.mailbox->user_id() &&
                      number((*words)[2]) == place.folder &&
                      number((*words)[3]) == place.mailbox->delta_generation();
    if (!fits) return std::nullopt;
    return ItemState{number((*words)[4]), number((*words)[5]), number((*words)[6])};
}

/// One change at a time, newest first, as the real server gives them.
class Walk {
public:
    Walk(const Folder& folder, const ItemState& state)
        : base_(state.base),
          change_(folder.changes.lower_bound(state.cursor)),
          departure_(folder.departures.lower_bound(state.cursor)),
          first_change_(folder.changes.begin()),
          first_departure_(folder.departures.begin()) {}

    struct Step {
        std::uint64_t sequence = 0;
        const Change* change = nullptr;
        const Departure* departure = nullptr;
    };
    std::optional<Step> next() {
        while (true) {
            const auto change = change_ == first_change_ ? 0 : std::prev(change_)->first;
            const auto gone = departure_ == first_departure_ ? 0 : std::prev(departure_)->first;
            if (std::max(change, gone) <= base_) return std::nullopt;
            if (gone >= change) {
                --departure_;
                if (gone == change) --change_;
                // Who came and went since the base was never heard of.
                if (departure_->second.arrived <= base_)
                    return Step{gone, nullptr, &departure_->second};
            } else {
                --change_;
                if (!change_->second.removed) return Step{change, &change_->second, nullptr};
            }
        }
    }

private:
    std::uint64_t base_;
    std::map<std::uint64_t, Change>::const_iterator change_;
    std::map<std::uint64_t, Departure>::const_iterator departure_;
    std::map<std::uint64_t, Change>::const_iterator first_change_;
    std::map<std::uint64_t, Departure>::const_iterator first_departure_;
};

void write_gone(pugi::xml_node changes, const Place& place, const Departure& gone) {
    auto id = add(add(changes, "t:Delete"), "t:ItemId");
    set(id, "Id",
        to_text({.kind = EwsIdKind::item,
                 .user_id = place.mailbox->user_id(),
                 .folder = place.folder,
                 .contact = gone.contact,
                 .place = gone.place}));
    set(id, "ChangeKey", "CQAAAA==");
}

struct Round {
    std::string state;
    bool is_last = true;
};

Round write_changes(pugi::xml_node changes, const EwsCall& call, const Place& place,
                    const ItemShape& shape, ItemState state) {
    const auto most = static_cast<std::size_t>(
        std::stoul(call.request.child("m:MaxChangesReturned").text().get()));
    std::set<std::string, std::less<>> ignored;
    for (const auto id : elements(call.request.child("m:Ignore")))
        ignored.insert(id.attribute("Id").value());
    static const Folder nothing;
    const Folder& folder = is_root(place.folder) ? nothing : place.mailbox->folder(place.folder);
    Walk walk(folder, state);
    std::size_t count = 0;
    while (count < most) {
        const auto step = walk.next();
        if (!step) break;
        state.cursor = step->sequence;
        if (step->departure != nullptr) {
            write_gone(changes, place, *step->departure);
            ++count;
            continue;
        }
        const Item item{place.mailbox, &place.mailbox->contact(step->change->contact)};
        if (ignored.contains(ews_id_of(*item.mailbox, *item.contact))) continue;
        const bool is_new = step->change->arrived > state.base;
        write_item(add(changes, is_new ? "t:Create" : "t:Update"), item, shape);
        ++count;
    }
    const bool is_last = !walk.next();
    if (is_last) state = {state.top, state.top, 0};
    return {encode(place, state), is_last};
}

void fail_sync(EwsCall& call, const char* operation, const EwsError& error, const char* last) {
    auto message = add_failure(call.messages, operation, error);
    add(message, "m:SyncState");
    add(message, last, "true");
}

/// The folders that the holder of a state knows, and the sequence up to which.
struct FolderState {
    std::uint64_t base = 0;
    std::set<Key> known;
};

std::string encode(const Place& place, const FolderState& state) {
    return packed_state(fmt::format("folders|{}|{}|{}|{}|{}", place.mailbox->user_id(),
                                    place.folder, place.mailbox->delta_generation(), state.base,
                                    fmt::join(state.known, "|")));
}

std::optional<FolderState> decode_folders(const Place& place, std::string_view text) {
    const auto words = unpacked_state(text);
    const bool fits = words && words->size() >= 6 && (*words)[0] == "folders" &&
                      (*words)[1] == place.mailbox->user_id() &&
                      number((*words)[2]) == place.folder &&
                      number((*words)[3]) == place.mailbox->delta_generation();
    if (!fits) return std::nullopt;
    FolderState state{.base = number((*words)[4])};
    for (std::size_t i = 5; i < words->size(); ++i) {
        if (!(*words)[i].empty()) state.known.insert(number((*words)[i]));
    }
    return state;
}

std::vector<Key> folders_below(const Mailbox& mailbox, Key above) {
    std::vector<Key> found;
    if (above == store_root) found.push_back(root_folder);
    for (const auto& [key, folder] : mailbox.folders()) {
        if (above == store_root || (key != above && mailbox.is_within(key, above)))
            found.push_back(key);
    }
    return found;
}

}  // namespace

void sync_folder_items(EwsCall& call) {
    constexpr const char* last = "m:IncludesLastItemInRange";
    const auto shape = read_item_shape(call.request.child("m:ItemShape"), Reach::synced);
    auto place = call.folder(first_element(call.request.child("m:SyncFolderId")));
    if (!place && place.error().code == "ErrorFolderNotFound")
        place = std::unexpected(ews_error("ErrorSyncFolderNotFound"));
    if (!place || !shape)
        return fail_sync(call, "SyncFolderItems", place ? shape.error() : place.error(), last);
    const std::string given = call.request.child("m:SyncState").text().get();
    auto state = given.empty() ? ItemState() : decode(*place, given);
    if (!state)
        return fail_sync(call, "SyncFolderItems", ews_error("ErrorInvalidSyncStateData"), last);
    if (state->cursor == 0) {
        state->top = place->mailbox->contents().sequence;
        state->cursor = state->top + 1;
    }
    auto message = add_success(call.messages, "SyncFolderItems");
    auto state_node = add(message, "m:SyncState");
    auto last_node = add(message, last);
    const auto round = write_changes(add(message, "m:Changes"), call, *place, *shape, *state);
    state_node.text().set(round.state.c_str());
    last_node.text().set(round.is_last ? "true" : "false");
}

void sync_folder_hierarchy(EwsCall& call) {
    constexpr const char* last = "m:IncludesLastFolderInRange";
    const auto shape = read_folder_shape(call.request.child("m:FolderShape"));
    const auto named = first_element(call.request.child("m:SyncFolderId"));
    std::expected<Place, EwsError> place = Place{call.mailbox, root_folder};
    if (named) place = call.folder(named);
    if (!named && call.mailbox == nullptr)
        place = std::unexpected(ews_error("ErrorMissingEmailAddress"));
    if (!place) return fail_sync(call, "SyncFolderHierarchy", place.error(), last);
    const std::string given = call.request.child("m:SyncState").text().get();
    auto state = given.empty() ? FolderState() : decode_folders(*place, given);
    if (!state)
        return fail_sync(call, "SyncFolderHierarchy", ews_error("ErrorInvalidSyncStateData"), last);
    const Mailbox& mailbox = *place->mailbox;
    FolderState next{.base = mailbox.contents().sequence};
    auto message = add_success(call.messages, "SyncFolderHierarchy");
    auto state_node = add(message, "m:SyncState");
    add(message, last, "true");
    auto changes = add(message, "m:Changes");
    for (const Key key : folders_below(mailbox, place->folder)) {
        next.known.insert(key);
        const Folder folder = folder_at({place->mailbox, key});
        const bool is_new = !state->known.contains(key);
        if (is_new || folder.change > state->base)
            write_folder(add(changes, is_new ? "t:Create" : "t:Update"), {place->mailbox, key},
                         shape);
    }
    for (const Key key : state->known) {
        if (next.known.contains(key)) continue;
        auto id = add(add(changes, "t:Delete"), "t:FolderId");
        set(id, "Id", ews_id_of(mailbox, key));
        set(id, "ChangeKey", "AQAAAA==");
    }
    state_node.text().set(encode(*place, next).c_str());
}

}  // namespace hqsync::sim
