// Reads contacts element by element; the first that is of another kind than it must be is the
// fault.
#include "ews/contact_reader.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "contact/date.hpp"
#include "contact/text.hpp"
#include "ews/paths.hpp"

namespace hqsync::ews {

namespace {

using wire::Element;

/// EWS: Outlook writes "no date" as 4501-01-01, in the time of its zone; .NET as the first day.
bool is_no_date(std::string_view text) {
    return text.starts_with("0001-01-01T") ||
           (time_of(text) && (text.starts_with("4501-01-01") || text.starts_with("4500-12-31")));
}

/// The date of (UTC + 12 h): Outlook writes midnight of its own zone, others noon.
std::optional<std::string> date_of_time(const std::string& text) {
    if (is_no_date(text)) return "";
    const auto time = time_of(text);
    if (!time) return std::nullopt;
    const std::chrono::year_month_day date(
        std::chrono::floor<std::chrono::days>(*time + std::chrono::hours(12)));
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

/// PidLidBirthdayLocal is no time of UTC, whatever its "Z" says: its date stands as it is.
std::optional<std::string> local_date(const std::string& text) {
    if (is_no_date(text)) return "";
    auto date = time_of(text) ? iso_date(text) : std::string{};
    return date.empty() ? std::nullopt : std::optional(std::move(date));
}

/// Outlook writes midnight of its own zone, and beyond UTC+12 that is the day before for us: there
/// the local date tells. It does not count where it is about another birthday (whoever sets the one
/// may leave the other as it was), nor where the time is that of a program that means the date.
std::string nearer_date(const std::string& date, std::string_view time,
                        const std::optional<std::string>& local) {
    const bool is_plain = time.contains("T11:59:00") || time.contains("T00:00:00");
    if (date.empty() || is_plain || !local || local->empty()) return date;
    const auto one = time_of(date + "T00:00:00Z");
    const auto other = time_of(*local + "T00:00:00Z");
    if (!one || !other) return date;
    return std::chrono::abs(*one - *other) <= std::chrono::days(1) ? *local : date;
}

class Reader {
public:
    explicit Reader(Element contact) : contact_(contact) {}

    std::string text(Element element) {
        if (element.first()) refuse(element.name(), "is no text");
        return element.text();
    }
    std::string text(std::string_view name) { return text(contact_.child(name)); }

    std::string property(const Path& path) {
        return read_property(contact_, path).value_or(std::string{});
    }

    /// The entry of this key in a dictionary of the contact.
    Element entry(std::string_view dictionary, std::string_view key) {
        for (const auto entry : contact_.child(dictionary).children()) {
            const auto shown = entry.attribute("Key");
            if (entry.name() != "Entry" || !shown)
                refuse(dictionary, "has something that is no entry");
            if (shown && *shown == key) return entry;
        }
        return {};
    }

    /// Of an entry whose text is empty the name may hold the address (ews.md §5.2); a name that is
    /// none is what a cleared address leaves behind. Other routing types are shown as they are.
    std::string email(std::string_view key) {
        constexpr std::string_view prefix = "SMTP:";
        const auto slot = entry("EmailAddresses", key);
        auto address = text(slot);
        const auto name = slot.attribute("Name").value_or("");
        if (trimmed(address).empty()) address = name.find('@') < name.size() ? name : "";
        const bool has_prefix = folded(address.substr(0, prefix.size())) == folded(prefix);
        return has_prefix ? address.substr(prefix.size()) : address;
    }

    std::string body() {
        const auto body = contact_.child("Body");
        // Asked for as text; markup would go to HQ as it is.
        if (body.attribute("BodyType").value_or("Text") == "HTML")
            refuse("Body", "is no plain text");
        return text(body);
    }

    std::string birthday() {
        const auto local = property(local_birthday_path);
        const auto shown = text("Birthday");
        if (shown.empty()) return {};
        const auto date = date_of_time(shown);
        if (!date) refuse("Birthday", "is no date");
        return date ? nearer_date(*date, shown, local_date(local)) : std::string();
    }

    std::string categories() {
        std::vector<std::string> names;
        for (const auto name : contact_.child("Categories").children())
            names.push_back(text(name));
        std::ranges::sort(names);
        return fmt::format("{}", fmt::join(names, "\n"));
    }

    Result<ContactCard> done(ContactCard card) {
        if (fault_) return fail(*fault_);
        return card;
    }

private:
    void refuse(std::string_view where, std::string_view what) {
        if (fault_) return;
        fault_ = Fault{Reach::item, "ews.unreadable_item",
                       fmt::format("Exchange showed a contact whose {} {}", where, what)};
    }

    Element contact_;
    std::optional<Fault> fault_;
};

}  // namespace

Result<ContactCard> read_contact(Element contact) {
    ContactCard card;
    Reader reader(contact);
    for (const auto& row : text_fields)
        card[row.field] = reader.text(row.element);
    card[Field::title] = reader.property(title_path);
    if (card[Field::web_page].empty()) card[Field::web_page] = reader.property(web_page_path);
    for (const auto& slot : email_slots)
        card[slot.field] = reader.email(slot.key);
    for (const auto& [field, key] : phone_keys)
        card[field] = reader.text(reader.entry("PhoneNumbers", key));
    const auto address = reader.entry("PhysicalAddresses", address_key);
    for (const auto& part : address_parts)
        card[part.field] = reader.text(address.child(part.element));
    card[Field::birthday] = reader.birthday();
    card[Field::notes] = reader.body();
    card[Field::categories] = reader.categories();
    return reader.done(std::move(card));
}

}  // namespace hqsync::ews
