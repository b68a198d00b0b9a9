// Cards are read through the simulator's JSON and the adapter's codec, both tested apart.
#include "simulation/mail_model.hpp"

#include <algorithm>

#include <simdjson.h>

#include "graph/codec.hpp"
#include "graph/names.hpp"
#include "sim/graph_contact.hpp"
#include "simulation/world.hpp"

namespace hqsync::simulation {

std::optional<ContactId> contact_of(const sim::Contact& item) {
    const auto found = item.marks.find(graph::contact_property);
    if (found == item.marks.end()) return std::nullopt;
    const auto mark = parse_mark(found->second);
    if (!mark || mark->system != hq_system) return std::nullopt;
    return mark->contact;
}

std::optional<FolderRole> role_of(const sim::Mailbox& mailbox, sim::Key folder) {
    const auto found = mailbox.folders().find(folder);
    if (found == mailbox.folders().end() || !mailbox.is_live(folder)) return std::nullopt;
    const auto mark = found->second.marks.find(graph::folder_property);
    if (mark == found->second.marks.end()) return std::nullopt;
    return folder_role_named(mark->second);
}

ContactCard card_of(const sim::Mailbox& mailbox, const sim::Contact& item) {
    sim::View view{.ids = sim::IdForm::immutable};
    view.marks.emplace_back(graph::fax_property);
    rapidjson::StringBuffer text;
    sim::Writer writer(text);
    sim::write_contact(writer, mailbox, item, view);
    simdjson::dom::parser parser;
    const simdjson::dom::object object =
        parser.parse(text.GetString(), text.GetSize()).get_object().value();
    return graph::read_card(object).value();
}

std::vector<sim::Key> live_items(const sim::Mailbox& mailbox) {
    std::vector<sim::Key> keys;
    for (const auto& [key, item] : mailbox.contents().contacts) {
        if (mailbox.is_live(item.folder)) keys.push_back(key);
    }
    std::ranges::sort(keys);
    return keys;
}

std::string json_text(std::string_view text) {
    return graph::json_string(text);
}

void put_card(sim::Contact& item, const ContactCard& card, std::string_view mark) {
    auto members = graph::create_members(card, {hq_system, ContactId(1)});
    simdjson::dom::parser parser;
    const auto body = graph::json_object(members);
    const simdjson::dom::element element = parser.parse(body).value();
    sim::apply_contact(item, element);
    item.marks.erase(std::string(graph::contact_property));
    if (!mark.empty()) item.marks[std::string(graph::contact_property)] = mark;
}

}  // namespace hqsync::simulation
