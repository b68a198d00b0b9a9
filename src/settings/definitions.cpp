// The table of all settings, and the check of what a person typed for one of them.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>

#include "base/letter_case.hpp"
#include "card/phones.hpp"
#include "settings/settings.hpp"

namespace hqsync::settings {
namespace {

constexpr std::size_t text_max = 2000;
constexpr std::uint64_t count_max = 1'000'000;
constexpr std::uint64_t percent_max = 100;

Fault wrong_value(std::string_view key, std::string_view expected) {
    return {.reach = Reach::configuration,
            .code = "settings.wrong_value",
            .detail = fmt::format("{} must be {}", key, expected)};
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool is_letter(char sign) {
    return (sign >= 'A' && sign <= 'Z') || (sign >= 'a' && sign <= 'z');
}
bool is_digit(char sign) {
    return sign >= '0' && sign <= '9';
}

/// RFC 1123: labels of letters, digits and inner hyphens, at least two of them.
bool is_host_name(std::string_view text) {
    if (text.empty() || text.size() > 253) return false;
    std::size_t labels = 0;
    while (true) {
        const auto dot = text.find('.');
        const auto label = text.substr(0, dot);
        const bool plain = std::ranges::all_of(
            label, [](char sign) { return is_letter(sign) || is_digit(sign) || sign == '-'; });
        if (label.empty() || label.size() > 63 || !plain) return false;
        if (label.front() == '-' || label.back() == '-') return false;
        ++labels;
        if (dot == std::string_view::npos) return labels >= 2;
        text.remove_prefix(dot + 1);
    }
}

std::string json_of(std::string_view text) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return {buffer.GetString(), buffer.GetSize()};
}

std::string json_of(const std::vector<std::string>& texts) {
    std::string result = "[";
    for (const auto& text : texts) {
        if (result.size() > 1) result += ",";
        result += json_of(std::string_view(text));
    }
    return result + "]";
}

/// A JSON text in quotes gives what it holds, anything else is taken as typed.
std::optional<std::string> unquoted(std::string_view typed) {
    if (!typed.starts_with('"')) return std::string(typed);
    simdjson::dom::parser parser;
    std::string_view text;
    if (parser.parse(typed.data(), typed.size()).get_string().get(text) != simdjson::SUCCESS)
        return std::nullopt;
    return std::string(text);
}

/// What a text of this key has to look like beyond being text; empty when it is fine.
std::string_view objection(std::string_view key, std::string_view text) {
    if (text.size() > text_max) return "at most 2000 octets long";
    if (std::ranges::any_of(text, [](char sign) { return static_cast<unsigned char>(sign) < 32; }))
        return "one line of text";
    if (key == "placeholder.domain" && !is_host_name(text)) return "a host name like nomail.de";
    if (key == "phone.region" && (text.size() != 2 || !std::ranges::all_of(text, is_letter)))
        return "a country in two letters, like DE";
    if (key == "card.hq_link" && !text.empty() && text.find("{id}") == std::string_view::npos)
        return "empty, or a text that contains {id}";
    return {};
}

Result<std::string> parse_boolean(std::string_view key, std::string_view typed) {
    const auto word = lower_case(typed);
    for (const auto* yes : {"true", "on", "yes", "1"})
        if (word == yes) return "true";
    for (const auto* no : {"false", "off", "no", "0"})
        if (word == no) return "false";
    return fail(wrong_value(key, "true or false (on, off, yes and no do as well)"));
}

Result<std::string> parse_count(std::string_view key, std::string_view typed) {
    const auto highest = key.ends_with("_percent") ? percent_max : count_max;
    const std::uint64_t lowest = key == "backup.days" ? 1 : 0;  // conflicts live as long
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), number);
    if (error != std::errc{} || end != typed.data() + typed.size() || number > highest ||
        number < lowest)
        return fail(wrong_value(key, fmt::format("a whole number from {} to {}", lowest, highest)));
    return fmt::to_string(number);
}

Result<std::string> parse_text(std::string_view key, std::string_view typed) {
    auto text = unquoted(typed);
    if (!text) return fail(wrong_value(key, "a text"));
    const auto expected = objection(key, *text);
    if (!expected.empty()) return fail(wrong_value(key, expected));
    if (key == "phone.region") {
        std::ranges::transform(*text, text->begin(), [](char letter) {
            return letter >= 'a' ? static_cast<char>(letter - 'a' + 'A') : letter;
        });
        if (!card::is_phone_region(*text))
            return fail(wrong_value(key, "a country that has phone numbers, like DE"));
    }
    if (key == "placeholder.domain") *text = lower_case(*text);
    return json_of(std::string_view(*text));
}

Result<std::string> parse_choice(const Definition& definition, std::string_view typed) {
    const auto word = unquoted(typed);
    auto rest = definition.choices;
    while (word && !rest.empty()) {
        const auto bar = rest.find('|');
        const auto choice = rest.substr(0, bar);
        if (lower_case(*word) == choice) return json_of(choice);
        rest = bar == std::string_view::npos ? std::string_view{} : rest.substr(bar + 1);
    }
    return fail(wrong_value(definition.key, fmt::format("one of {}", definition.choices)));
}

std::optional<std::vector<std::string>> listed(std::string_view typed) {
    std::vector<std::string> texts;
    if (typed.starts_with('[')) {
        simdjson::dom::parser parser;
        simdjson::dom::array elements;
        if (parser.parse(typed.data(), typed.size()).get_array().get(elements) != simdjson::SUCCESS)
            return std::nullopt;
        for (const auto element : elements) {
            std::string_view text;
            if (element.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
            texts.emplace_back(trimmed(text));
        }
    } else {
        while (!typed.empty()) {
            const auto comma = typed.find(',');
            texts.emplace_back(trimmed(typed.substr(0, comma)));
            typed = comma == std::string_view::npos ? std::string_view{} : typed.substr(comma + 1);
        }
    }
    std::erase(texts, "");
    return texts;
}

Result<std::string> parse_list(std::string_view key, std::string_view typed) {
    const auto texts = listed(typed);
    if (!texts) return fail(wrong_value(key, R"(names with commas between, or ["like","this"])"));
    for (const auto& text : *texts) {
        const auto expected = objection(key, text);
        if (!expected.empty()) return fail(wrong_value(key, expected));
    }
    return json_of(*texts);
}

constexpr std::string_view directions = "two_way|hq_to_exchange|exchange_only";
constexpr std::string_view preferences = "hq|exchange|newest";

/// "conflict.<field>" and "direction.<field>"; the texts live as long as the program.
std::vector<Definition> definitions_of_fields() {
    struct Texts {
        std::string conflict, conflict_meaning, direction, direction_meaning;
    };
    static const std::vector<Texts> texts = [] {
        std::vector<Texts> made;
        for (const auto field : all_fields()) {
            const auto word = name(field);
            made.push_back({fmt::format("conflict.{}", word),
                            fmt::format("As conflict.default, for {} alone.", word),
                            fmt::format("direction.{}", word),
                            fmt::format("Narrows the direction of the folder for {}.", word)});
        }
        return made;
    }();
    std::vector<Definition> table;
    for (const auto field : all_fields()) {
        const auto& one = texts[std::to_underlying(field)];
        const bool is_private = field == Field::notes;
        const auto direction = is_private ? R"("exchange_only")" : R"("two_way")";
        table.push_back({one.direction, Type::choice, direction, directions, false,
                         one.direction_meaning, !is_private});
        if (!is_of_contact_person(field)) continue;
        // The default is that of conflict.default; "hq" stands for it in listings.
        table.push_back({one.conflict, Type::choice, R"("hq")", preferences, false,
                         one.conflict_meaning, true});
    }
    return table;
}

std::vector<Definition> all_definitions() {
    std::vector<Definition> table = {
        {"adopt.unmarked", Type::boolean, "false", "", false,
         "Whether a first pass takes unmarked contacts in our folders that can be nobody else for "
         "contacts of HQ."},
        {"backup.days", Type::count, "30", "", false,
         "How many days what a pass overwrote or removed can be put back, and conflicts are "
         "listed."},
        {"card.hq_link", Type::text, R"("")", "", false,
         "Link back to HQ at the end of the notes; {id} stands for the contact's id, empty is "
         "none."},
        {"conflict.default", Type::choice, R"("hq")", preferences, false,
         "Who wins a field that was changed in HQ and in the mailbox: hq, exchange, or whose "
         "record "
         "was saved later (newest)."},
        {"direction.global", Type::choice, R"("hq_to_exchange")", directions, false,
         "Direction of HQ Globale Kontakte: an edit there is put back, goes to HQ (two_way), or "
         "stays (exchange_only)."},
        {"direction.mine", Type::choice, R"("two_way")", directions, false,
         "Direction of HQ Meine Kontakte: an edit there goes to HQ, is put back (hq_to_exchange), "
         "or stays (exchange_only)."},
        {"guard.max_delete_percent", Type::count, "25", "", false,
         "A pass that deletes more than this share of a mailbox's contacts is held."},
        {"guard.max_deletes", Type::count, "250", "", false,
         "A pass that deletes more contacts than this in a mailbox is held."},
        {"guard.source_shrink_percent", Type::count, "25", "", false,
         "When HQ answers with this much fewer contacts than last time, nothing is deleted."},
        {"loop.max_writes", Type::count, "5", "", false,
         "So many writes against another program within an hour, and an item is left in peace."},
        {"phone.region", Type::text, R"("DE")", "", false,
         "Country of phone numbers that are written without a country code."},
        {"placeholder.domain", Type::text, R"("nomail.de")", "", false,
         "Domain of the placeholder address of contacts without e-mail."},
        {"placeholder.mode", Type::choice, R"("nomail")", "nomail|invalid|none", false,
         "Address of contacts without e-mail: in placeholder.domain, in .invalid, or none."},
        {"sync.excluded_company_types", Type::text_list, R"(["Interessent"])", "", false,
         "Contacts of companies of these types are in no mailbox."},
        {"sync.global_folder", Type::boolean, "true", "", true,
         "Whether contacts that are not a user's own are in his HQ Globale Kontakte."},
        {"sync.only_my_contacts", Type::boolean, "false", "", false,
         "Everybody gets only his own contacts; keeps subsystems apart."},
        {"user_create", Type::choice, R"("propose")", "propose|create|ignore", false,
         "What becomes of a contact that a user makes in HQ Meine Kontakte: a proposal, a contact "
         "of "
         "HQ at once where its company is clear, or nothing."},
        {"user_delete", Type::choice, R"("restore")", "restore|remember", false,
         "What becomes of a contact that a user deletes: it comes back, or it stays away from "
         "him."},
    };
    std::ranges::move(definitions_of_fields(), std::back_inserter(table));
    std::ranges::sort(table, {}, &Definition::key);
    return table;
}

}  // namespace

const std::vector<Definition>& definitions() {
    static const std::vector<Definition> table = all_definitions();
    return table;
}

const Definition* find(std::string_view key) {
    const auto& table = definitions();
    const auto found = std::ranges::find(table, key, &Definition::key);
    return found == table.end() ? nullptr : &*found;
}

Result<std::string> parse(std::string_view key, std::string_view typed) {
    const auto* definition = find(key);
    if (definition == nullptr)
        return fail({.reach = Reach::configuration,
                     .code = "settings.unknown_key",
                     .detail = fmt::format("there is no setting {}", key)});
    const auto text = trimmed(typed);
    switch (definition->type) {
        case Type::boolean: return parse_boolean(key, text);
        case Type::count: return parse_count(key, text);
        case Type::text: return parse_text(key, text);
        case Type::choice: return parse_choice(*definition, text);
        case Type::text_list: return parse_list(key, text);
    }
    return fail(wrong_value(key, "known"));
}

}  // namespace hqsync::settings
