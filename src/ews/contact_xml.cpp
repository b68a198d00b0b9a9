// Element orders are those of types.xsd (ews.md §5.1); a wrong one fails the whole request.
#include "ews/contact_xml.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "contact/date.hpp"
#include "contact/text.hpp"
#include "ews/paths.hpp"
#include "ews/web_page.hpp"

namespace hqsync::ews {

namespace {

using wire::Writer;

/// What is left of a text when XML has had its say; empty when that shows nothing.
std::string sendable(std::string_view text) {
    auto legal = wire::legal_text(text);
    return trimmed(legal).empty() ? std::string{} : legal;
}

ContactCard sendable(const ContactCard& card) {
    ContactCard result;
    for (const auto field : all_fields())
        result[field] = sendable(card[field]);
    // A date that is none would fail the whole request.
    result[Field::birthday] = iso_date(result[Field::birthday]);
    return result;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = trimmed(text.substr(0, end));
        if (!line.empty()) lines.push_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// Noon, so that no time zone moves the day (DESIGN §4, birthdays).
std::string noon_of(std::string_view date) {
    return fmt::format("{}T11:59:00Z", date);
}

bool has_address(const ContactCard& card) {
    return std::ranges::any_of(address_parts,
                               [&](const auto& part) { return !card[part.field].empty(); });
}

std::string_view email_name(const ContactCard& card, const std::string& address) {
    return card[Field::display_name].empty() ? std::string_view(address)
                                             : std::string_view(card[Field::display_name]);
}

/// A text without "@" is somebody's own (an X.500 name, a word): the server decides what it is.
void write_email_entry(Writer& xml, const EmailSlot& slot, const ContactCard& card) {
    const auto& address = card[slot.field];
    xml.open("t:Entry").attribute("Key", slot.key).attribute("Name", email_name(card, address));
    if (address.find('@') != std::string::npos) xml.attribute("RoutingType", "SMTP");
    xml.text(address).close();
}

void write_text(Writer& xml, const ContactCard& card, Field field) {
    const auto row = std::ranges::find(text_fields, field, &TextField::field);
    if (card[field].empty()) return;
    xml.element(fmt::format("t:{}", row->element), card[field]);
}

void write_emails(Writer& xml, const ContactCard& card) {
    const auto is_there = [&](const EmailSlot& slot) { return !card[slot.field].empty(); };
    if (std::ranges::none_of(email_slots, is_there)) return;
    xml.open("t:EmailAddresses");
    for (const auto& slot : email_slots) {
        if (is_there(slot)) write_email_entry(xml, slot, card);
    }
    xml.close();
}

void write_address(Writer& xml, const ContactCard& card) {
    if (!has_address(card)) return;
    xml.open("t:PhysicalAddresses").open("t:Entry").attribute("Key", address_key);
    for (const auto& part : address_parts) {
        if (!card[part.field].empty()) {
            xml.element(fmt::format("t:{}", part.element), card[part.field]);
        }
    }
    xml.close().close();
}

void write_phones(Writer& xml, const ContactCard& card) {
    const auto is_there = [&](const auto& phone) { return !card[phone.first].empty(); };
    if (std::ranges::none_of(phone_keys, is_there)) return;
    xml.open("t:PhoneNumbers");
    for (const auto& phone : phone_keys) {
        if (!is_there(phone)) continue;
        xml.open("t:Entry").attribute("Key", phone.second).text(card[phone.first]).close();
    }
    xml.close();
}

void write_categories(Writer& xml, std::string_view categories) {
    xml.open("t:Categories");
    for (const auto name : lines_of(categories))
        xml.element("t:String", name);
    xml.close();
}

void write_body(Writer& xml, std::string_view notes) {
    xml.open("t:Body").attribute("BodyType", "Text").text(notes).close();
}

/// The changes of one item as the server is to carry them out, in this order.
class Updates {
public:
    Updates(Writer& xml, const UpdateItem& update) : xml_(xml), seen_(update.seen) {
        card_ = update.seen;
        for (const auto& change : update.changes) {
            card_[change.field] = change.text;
            is_changed_[std::to_underlying(change.field)] = true;
        }
        wanted_birthday_ = sendable(card_[Field::birthday]);
        card_ = sendable(card_);
    }

    void write() {
        for (const auto& row : text_fields) {
            if (!is_changed(row.field)) continue;
            if (row.field == Field::web_page) {
                put_web_page(row);
            } else {
                put_text(row);
            }
        }
        if (is_changed(Field::title)) put_title();
        for (const auto& slot : email_slots)
            put_email(slot);
        for (const auto& [field, key] : phone_keys) {
            if (is_changed(field)) put_phone(field, key);
        }
        put_address();
        if (is_changed(Field::birthday)) put_birthday();
        if (is_changed(Field::notes)) put_notes();
        if (is_changed(Field::categories)) put_categories();
    }

private:
    [[nodiscard]] bool is_changed(Field field) const {
        return is_changed_[std::to_underlying(field)];
    }

    /// EWS: the path must be that of the one property shown (ErrorUpdatePropertyMismatch).
    template <class Show>
    void set(const Path& path, const Show& show) {
        xml_.open("t:SetItemField");
        write_path(xml_, path);
        xml_.open("t:Contact");
        show();
        xml_.close().close();
    }
    void set_element(std::string_view uri, std::string_view element, std::string_view text) {
        set(field(uri), [&] { xml_.element(fmt::format("t:{}", element), text); });
    }
    void set_property(const Path& path, std::string_view value) {
        set(path, [&] { write_property(xml_, path, value); });
    }
    /// EWS: an empty text is not the same as no property (ews.md §3, DeleteItemField).
    void remove(const Path& path) {
        xml_.open("t:DeleteItemField");
        write_path(xml_, path);
        xml_.close();
    }

    void put_text(const TextField& row) {
        const auto& text = card_[row.field];
        // With a mapping the server would make its own FileAs when a name changes.
        if (row.field == Field::file_as && !text.empty()) {
            set_element("contacts:FileAsMapping", "FileAsMapping", "None");
        }
        if (text.empty()) {
            remove(field(row.uri));
        } else {
            set_element(row.uri, row.element, text);
        }
        if (row.field != Field::display_name) return;
        if (text.empty()) {
            remove(field("item:Subject"));
        } else {
            set_element("item:Subject", "Subject", text);
        }
    }

    /// Two names of one property: the one that is not used goes first, or it would take the other
    /// with it.
    void put_web_page(const TextField& row) {
        const auto& page = card_[Field::web_page];
        if (!page.empty() && !is_plain_uri(page)) {
            remove(field(row.uri));
            set_property(web_page_path, page);
            return;
        }
        const auto& seen = seen_[Field::web_page];
        if (!seen.empty() && !is_plain_uri(seen)) remove(web_page_path);
        put_text(row);
    }

    void put_title() {
        if (card_[Field::title].empty()) return remove(title_path);
        set_property(title_path, card_[Field::title]);
    }

    void put_email(const EmailSlot& slot) {
        const auto& address = card_[slot.field];
        const auto path = indexed("contacts:EmailAddress", slot.key);
        if (is_changed(slot.field) && address.empty()) {
            for (const auto& one : {path, slot.display_name, slot.address_type, slot.original_name,
                                    slot.original_entry})
                remove(one);
        } else if (is_changed(slot.field)) {
            set(path, [&] {
                xml_.open("t:EmailAddresses");
                write_email_entry(xml_, slot, card_);
                xml_.close();
            });
            set_property(slot.display_name, email_name(card_, address));
            set_property(slot.original_name, address);
            remove(slot.original_entry);
        } else if (is_changed(Field::display_name) && !address.empty()) {
            set_property(slot.display_name, email_name(card_, address));
        }
    }

    void put_phone(Field field, std::string_view key) {
        const auto path = indexed("contacts:PhoneNumber", key);
        if (card_[field].empty()) return remove(path);
        set(path, [&] {
            xml_.open("t:PhoneNumbers").open("t:Entry").attribute("Key", key);
            xml_.text(card_[field]).close().close();
        });
    }

    void put_address() {
        bool is_part_set = false;
        for (const auto& part : address_parts) {
            if (!is_changed(part.field)) continue;
            const auto path = indexed(part.uri, address_key);
            if (card_[part.field].empty()) {
                remove(path);
                continue;
            }
            is_part_set = true;
            set(path, [&] {
                xml_.open("t:PhysicalAddresses").open("t:Entry").attribute("Key", address_key);
                xml_.element(fmt::format("t:{}", part.element), card_[part.field]);
                xml_.close().close();
            });
        }
        // Which of its addresses a contact is written to is the user's choice once it has one.
        if (is_part_set && !has_address(seen_)) {
            set_element("contacts:PostalAddressIndex", "PostalAddressIndex", address_key);
        }
    }

    /// Outlook's own property has to follow: readers that know it prefer it, as we do.
    void put_birthday() {
        const auto& date = card_[Field::birthday];
        if (date.empty() && !wanted_birthday_.empty()) return;  // it is no date
        if (date.empty()) {
            remove(field("contacts:Birthday"));
            remove(local_birthday_path);
        } else if (date != seen_[Field::birthday]) {
            set_element("contacts:Birthday", "Birthday", noon_of(date));
            set_property(local_birthday_path, fmt::format("{}T00:00:00Z", date));
        }
    }

    void put_notes() {
        if (card_[Field::notes].empty()) return remove(field("item:Body"));
        set(field("item:Body"), [&] { write_body(xml_, card_[Field::notes]); });
    }

    void put_categories() {
        if (card_[Field::categories].empty()) return remove(field("item:Categories"));
        set(field("item:Categories"), [&] { write_categories(xml_, card_[Field::categories]); });
    }

    Writer& xml_;
    const ContactCard& seen_;
    ContactCard card_;  ///< as it will be
    std::string wanted_birthday_;
    std::array<bool, field_count> is_changed_{};
};

}  // namespace

void write_contact(Writer& xml, const ContactCard& given, const ContactMark& mark) {
    const auto card = sendable(given);
    xml.open("t:Contact");
    // MS-OXOCNTC 3.1.5.1: the subject follows the display name; servers do not promise to do it.
    if (!card[Field::display_name].empty()) xml.element("t:Subject", card[Field::display_name]);
    if (!card[Field::notes].empty()) write_body(xml, card[Field::notes]);
    if (!card[Field::categories].empty()) write_categories(xml, card[Field::categories]);
    write_property(xml, mark_path, to_text(mark));
    if (!card[Field::title].empty()) write_property(xml, title_path, card[Field::title]);
    const auto& page = card[Field::web_page];
    if (!page.empty() && !is_plain_uri(page)) write_property(xml, web_page_path, page);
    write_text(xml, card, Field::file_as);
    // No mapping: the server would make its own FileAs when a name changes.
    if (!card[Field::file_as].empty()) xml.element("t:FileAsMapping", "None");
    write_text(xml, card, Field::display_name);
    write_text(xml, card, Field::given_name);
    write_text(xml, card, Field::company);
    write_emails(xml, card);
    write_address(xml, card);
    write_phones(xml, card);
    if (!card[Field::birthday].empty()) xml.element("t:Birthday", noon_of(card[Field::birthday]));
    if (is_plain_uri(page)) write_text(xml, card, Field::web_page);
    write_text(xml, card, Field::position);
    // Without it Outlook shows no mailing address (ews.md §5.2).
    if (has_address(card)) xml.element("t:PostalAddressIndex", address_key);
    write_text(xml, card, Field::surname);
    xml.close();
}

void write_updates(Writer& xml, const UpdateItem& update) {
    Updates(xml, update).write();
    if (!update.mark) return;
    xml.open("t:SetItemField");
    write_path(xml, mark_path);
    xml.open("t:Contact");
    write_property(xml, mark_path, to_text(*update.mark));
    xml.close().close();
}

void write_card_paths(Writer& xml) {
    for (const auto& row : text_fields)
        write_path(xml, field(row.uri));
    for (const auto uri : {"contacts:Birthday", "item:Body", "item:Categories"})
        write_path(xml, field(uri));
    // EWS: dictionaries are asked for by key; a whole one may be an error (ews.md §3, GetItem).
    for (const auto& slot : email_slots)
        write_path(xml, indexed("contacts:EmailAddress", slot.key));
    for (const auto& phone : phone_keys)
        write_path(xml, indexed("contacts:PhoneNumber", phone.second));
    for (const auto& part : address_parts)
        write_path(xml, indexed(part.uri, address_key));
    write_path(xml, title_path);
    write_path(xml, web_page_path);
    write_path(xml, local_birthday_path);
}

}  // namespace hqsync::ews
