// From the stored JSON texts to the rules that placement, card and guard work by.
#include "settings/settings.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>

namespace hqsync::settings {
namespace {

using Element = simdjson::dom::element;

std::string text_of(const Element& value) {
    return std::string(std::string_view(value));
}

std::vector<std::string> texts_of(const Element& value) {
    std::vector<std::string> texts;
    for (const auto element : simdjson::dom::array(value))
        texts.push_back(text_of(element));
    return texts;
}

card::PlaceholderMode mode_of(std::string_view text) {
    if (text == "invalid") return card::PlaceholderMode::invalid;
    if (text == "none") return card::PlaceholderMode::none;
    return card::PlaceholderMode::nomail;
}

reconcile::Direction direction_named(std::string_view text) {
    if (text == "hq_to_exchange") return reconcile::Direction::hq_to_exchange;
    if (text == "exchange_only") return reconcile::Direction::exchange_only;
    return reconcile::Direction::two_way;
}

reconcile::Preference preference_named(std::string_view text) {
    if (text == "exchange") return reconcile::Preference::exchange;
    if (text == "newest") return reconcile::Preference::newest;
    return reconcile::Preference::hq;
}

reconcile::UserCreation creation_named(std::string_view text) {
    if (text == "create") return reconcile::UserCreation::create;
    if (text == "ignore") return reconcile::UserCreation::ignore;
    return reconcile::UserCreation::propose;
}

/// "direction.notes": what stands behind the dot, as a field.
std::optional<Field> field_of(std::string_view key, std::string_view prefix) {
    if (!key.starts_with(prefix)) return std::nullopt;
    return field_named(key.substr(prefix.size()));
}

void take(reconcile::Policies& policies, std::string_view key, const Element& value) {
    using reconcile::UserDeletion;
    if (key == "adopt.unmarked") policies.adopt_unmarked = bool(value);
    if (key == "conflict.default") policies.conflict = preference_named(text_of(value));
    if (key == "direction.global") policies.global = direction_named(text_of(value));
    if (key == "direction.mine") policies.mine = direction_named(text_of(value));
    if (key == "loop.max_writes") policies.loop_writes_max = std::uint64_t(value);
    if (key == "user_create") policies.user_creation = creation_named(text_of(value));
    if (key == "user_delete") {
        policies.user_deletion =
            text_of(value) == "remember" ? UserDeletion::remember : UserDeletion::restore;
    }
    if (const auto field = field_of(key, "conflict.")) {
        policies.field_conflict[std::to_underlying(*field)] = preference_named(text_of(value));
    }
    if (const auto field = field_of(key, "direction.")) {
        policies.field_direction[std::to_underlying(*field)] = direction_named(text_of(value));
    }
}

/// `value` passed `parse`, so its type and form are those of the definition.
void take(Settings& settings, std::string_view key, const Element& value) {
    take(settings.policies, key, value);
    if (key == "backup.days") settings.backup_days = std::uint64_t(value);
    if (key == "card.hq_link") settings.card.link_template = text_of(value);
    if (key == "guard.max_delete_percent") settings.guard.max_delete_percent = std::uint64_t(value);
    if (key == "guard.max_deletes") settings.guard.max_deletes = std::uint64_t(value);
    if (key == "guard.source_shrink_percent")
        settings.guard.source_shrink_percent = std::uint64_t(value);
    if (key == "phone.region") settings.card.phone_region = text_of(value);
    if (key == "placeholder.domain") settings.card.placeholder_domain = text_of(value);
    if (key == "placeholder.mode") settings.card.placeholder_mode = mode_of(text_of(value));
    if (key == "sync.excluded_company_types")
        settings.rules.excluded_company_types = texts_of(value);
    if (key == "sync.global_folder") settings.rules.global_folder = bool(value);
    if (key == "sync.only_my_contacts") settings.rules.only_my_contacts = bool(value);
}

Fault stored_badly(std::string_view key) {
    return {.reach = Reach::configuration,
            .code = "settings.stored",
            .detail = fmt::format("the stored value of {} cannot be used: set it again", key)};
}

Fault not_rules() {
    return {.reach = Reach::run,
            .code = "settings.rules",
            .detail = "the remembered placement rules cannot be read"};
}

bool are_rules(const Element& value) {
    const bool scalars = value["only_my_contacts"].is_bool() && value["global_folder"].is_bool();
    simdjson::dom::array types;
    simdjson::dom::object exceptions;
    if (!scalars || value["excluded_company_types"].get(types) != simdjson::SUCCESS) return false;
    if (value["global_folder_of"].get(exceptions) != simdjson::SUCCESS) return false;
    for (const auto type : types)
        if (!type.is_string()) return false;
    for (const auto exception : exceptions)
        if (!exception.value.is_bool()) return false;
    return true;
}

}  // namespace

Result<Settings> read(const std::map<std::string, std::string>& stored,
                      const std::map<MailboxAddress, UserId>& users) {
    Settings settings;
    for (const auto& [name, json] : stored) {
        const auto at = name.find('@');
        const auto key = std::string_view(name).substr(0, at);
        const auto* definition = find(key);
        // A newer version's key, kept for it.
        if (definition == nullptr) continue;
        const auto checked = parse(key, json);
        if (!checked) return fail(stored_badly(name));
        simdjson::dom::parser parser;
        Element value;
        if (parser.parse(*checked).get(value) != simdjson::SUCCESS) return fail(stored_badly(name));
        if (at == std::string::npos) {
            take(settings, key, value);
            continue;
        }
        if (!definition->per_user) return fail(stored_badly(name));
        const auto user = users.find(MailboxAddress(name.substr(at + 1)));
        if (user != users.end()) settings.rules.global_folder_of[user->second] = bool(value);
    }
    settings.policies.placeholder_domains.insert(settings.card.placeholder_domain);
    return settings;
}

namespace {

/// Each policy by its number, in a fixed order: only ever compared.
std::string policies_text(const reconcile::Policies& policies) {
    std::string text = fmt::format(
        "{} {} {} {} {} {} {}", std::to_underlying(policies.mine),
        std::to_underlying(policies.global), std::to_underlying(policies.conflict),
        std::to_underlying(policies.user_deletion), std::to_underlying(policies.user_creation),
        policies.adopt_unmarked, policies.loop_writes_max);
    for (const auto field : all_fields()) {
        const auto at = std::to_underlying(field);
        const auto& direction = policies.field_direction[at];
        const auto& conflict = policies.field_conflict[at];
        if (direction) text += fmt::format(" d{}={}", at, std::to_underlying(*direction));
        if (conflict) text += fmt::format(" c{}={}", at, std::to_underlying(*conflict));
    }
    return text;
}

}  // namespace

std::string to_text(const Settings& settings) {
    const auto& rules = settings.rules;
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.StartObject();
    writer.Key("policies");
    writer.String(policies_text(settings.policies).c_str());
    writer.Key("excluded_company_types");
    writer.StartArray();
    for (const auto& type : rules.excluded_company_types)
        writer.String(type.data(), static_cast<rapidjson::SizeType>(type.size()));
    writer.EndArray();
    writer.Key("only_my_contacts");
    writer.Bool(rules.only_my_contacts);
    writer.Key("global_folder");
    writer.Bool(rules.global_folder);
    writer.Key("global_folder_of");
    writer.StartObject();
    for (const auto& [user, shown] : rules.global_folder_of) {
        writer.Key(fmt::to_string(user.value()).c_str());
        writer.Bool(shown);
    }
    writer.EndObject();
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

Result<placement::Rules> rules_from_text(std::string_view text) {
    simdjson::dom::parser parser;
    Element value;
    if (parser.parse(text.data(), text.size()).get(value) != simdjson::SUCCESS)
        return fail(not_rules());
    if (!are_rules(value)) return fail(not_rules());
    placement::Rules rules;
    rules.excluded_company_types = texts_of(value["excluded_company_types"].value_unsafe());
    rules.only_my_contacts = bool(value["only_my_contacts"].value_unsafe());
    rules.global_folder = bool(value["global_folder"].value_unsafe());
    for (const auto exception : simdjson::dom::object(value["global_folder_of"].value_unsafe())) {
        const auto name = exception.key;
        std::int64_t id = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
        if (error != std::errc{} || end != name.data() + name.size()) return fail(not_rules());
        rules.global_folder_of[UserId(id)] = bool(exception.value);
    }
    return rules;
}

}  // namespace hqsync::settings
