// hqsync settings …: looking at the settings, and changing them after showing the effect.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "app/confirm.hpp"
#include "app/context.hpp"
#include "app/json.hpp"
#include "app/settings_effect.hpp"
#include "app/table.hpp"
#include "async/await.hpp"

namespace hqsync::app {
namespace {

/// Edit distance of two short words.
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        auto corner = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const auto replaced = corner + (from[i] == to[j] ? 0U : 1U);
            corner = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, corner + 1});
        }
    }
    return row.back();
}

ExitCode refuse_key(const std::string& key) {
    const auto& all = settings::definitions();
    const auto nearest = std::ranges::min_element(
        all, {}, [&](const settings::Definition& known) { return distance(key, known.key); });
    return refuse(fmt::format("there is no setting {}; did you mean {}?", key, nearest->key));
}

/// How the stored map names it.
std::string stored_name(const std::string& key, const std::string& user) {
    return user.empty() ? key : key + "@" + mailbox_named(user).value();
}

using Values = std::map<std::string, std::string>;

std::string default_of(const Values& stored, const settings::Definition& definition) {
    // Where no preference is set for a field, that of all fields holds.
    if (definition.of_field && definition.key.starts_with("conflict."))
        if (const auto all = stored.find("conflict.default"); all != stored.end())
            return all->second;
    return std::string(definition.default_json);
}

std::string effective(const Values& stored, const settings::Definition& definition,
                      const std::string& user) {
    const std::string key(definition.key);
    if (const auto own = stored.find(stored_name(key, user)); own != stored.end())
        return own->second;
    const auto all = stored.find(key);
    return all == stored.end() ? default_of(stored, definition) : all->second;
}

/// The settings to list: those of single fields only where they are set, unless all are wanted.
std::vector<const settings::Definition*> listed(const Values& stored, Listing listing) {
    std::vector<const settings::Definition*> definitions;
    for (const auto& definition : settings::definitions()) {
        const bool is_set = stored.contains(std::string(definition.key));
        if (listing == Listing::all || !definition.of_field || is_set)
            definitions.push_back(&definition);
    }
    return definitions;
}

std::string who() {
    for (const auto* variable : {"SUDO_USER", "USER"})
        if (const char* name = std::getenv(variable); name != nullptr && *name != '\0') return name;
    const auto* entry = getpwuid(getuid());
    return entry == nullptr ? fmt::format("uid {}", getuid()) : entry->pw_name;
}

Instant now() {
    return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
}

/// The settings as they would be after the edit.
Result<settings::Settings> settings_after(const Directory& directory, const std::string& name,
                                          const std::string& json) {
    auto stored = directory.stored;
    if (json.empty()) {
        stored.values.erase(name);
    } else {
        stored.values[name] = json;
    }
    return engine::settings_of(stored, directory.users);
}

void write_effect(Json& json, const Effect& effect) {
    json.key("effect");
    json.begin_array();
    for (const auto& mailbox : effect.mailboxes) {
        json.begin_object();
        json.field("mailbox", mailbox.mailbox.value());
        json.field("leaving", mailbox.leaving);
        json.field("entering", mailbox.entering);
        json.field("moving", mailbox.moving);
        json.field("rewritten", mailbox.rewritten);
        json.field("sent", mailbox.sent);
        json.field("put_back", mailbox.put_back);
        json.end_object();
    }
    json.end_array();
}

enum class Stored : std::uint8_t { yes, no };

void report(Output output, const SettingChange& change, const Effect& effect, Stored stored) {
    const bool kept = stored == Stored::yes;
    if (output == Output::json) {
        Json json;
        json.begin_object();
        json.field("key", change.key);
        json.field("user", change.user);
        json.raw_field("from", change.from.empty() ? "null" : change.from);
        json.raw_field("to", change.to.empty() ? "null" : change.to);
        json.field("stored", kept);
        write_effect(json, effect);
        json.end_object();
        fmt::print("{}\n", json.text());
        return;
    }
    if (kept) fmt::print("Stored. It takes effect with the next sync.\n");
}

/// With what becomes of edits that users made; one mailbox at a time, they may be many.
Result<Effect> whole_effect(Reading& reading, const settings::Settings& after) {
    const auto& before = reading.directory.settings;
    auto effect = effect_of(reading.directory, after);
    if (!changes_directions(before, after)) return effect;
    for (const auto& [user, mailbox] : synced_mailboxes(reading.directory)) {
        const auto shadows = await(reading.state->shadows(mailbox));
        if (!shadows) return fail(shadows.error());
        add_edits(effect, mailbox, *shadows, before.policies, after.policies);
    }
    return effect;
}

/// Shows, asks, stores.
ExitCode carry_out(const Invocation& invocation, Reading& reading, const SettingChange& change,
                   Confirmation confirmation) {
    const auto name = stored_name(change.key, change.user);
    const auto after = settings_after(reading.directory, name, change.to);
    if (!after) return complain(after.error());
    const auto effect = whole_effect(reading, *after);
    if (!effect) return complain(effect.error());
    if (invocation.output == Output::text) {
        const auto shown = [](const std::string& json) { return json.empty() ? "default" : json; };
        fmt::print("{}: {} -> {}\n{}", name, shown(change.from), shown(change.to),
                   to_text(*effect));
        std::fflush(stdout);
    }
    const auto agreed = consent(invocation.output, confirmation, "Store it?");
    if (agreed != Consent::given) {
        if (agreed == Consent::not_asked) report(invocation.output, change, *effect, Stored::no);
        return without_consent(agreed);
    }
    const auto stored = await(reading.state->change_setting(change));
    if (!stored) return complain(stored.error());
    report(invocation.output, change, *effect, Stored::yes);
    return ExitCode::done;
}

}  // namespace

ExitCode list_settings(const Invocation& invocation, Listing listing) {
    const auto reading = open_reading(invocation);
    if (!reading) return complain(reading.error());
    const auto& stored = reading->directory.stored.values;
    const auto definitions = listed(stored, listing);
    if (invocation.output == Output::text) {
        Table table({{"key"}, {"value"}, {"default"}, {"meaning"}});
        for (const auto* definition : definitions)
            table.add({std::string(definition->key), effective(stored, *definition, {}),
                       default_of(stored, *definition), std::string(definition->meaning)});
        for (const auto& [name, value] : stored)
            if (name.find('@') != std::string::npos) table.add({name, value, "", "for one user"});
        fmt::print("{}", table.text());
        const auto more = settings::definitions().size() - definitions.size();
        if (more > 0)
            fmt::print(
                "{} more for single fields (conflict.FIELD, direction.FIELD): "
                "hqsync settings list --all\n",
                more);
        return ExitCode::done;
    }
    Json json;
    json.begin_array();
    for (const auto* definition : definitions) {
        const std::string prefix = std::string(definition->key) + "@";
        json.begin_object();
        json.field("key", definition->key);
        json.raw_field("value", effective(stored, *definition, {}));
        json.raw_field("default", default_of(stored, *definition));
        json.field("meaning", definition->meaning);
        json.key("users");
        json.begin_object();
        for (const auto& [name, value] : stored)
            if (name.starts_with(prefix)) json.raw_field(name.substr(prefix.size()), value);
        json.end_object();
        json.end_object();
    }
    json.end_array();
    fmt::print("{}\n", json.text());
    return ExitCode::done;
}

ExitCode get_setting(const Invocation& invocation, const std::string& key,
                     const std::string& user) {
    const auto* definition = settings::find(key);
    if (definition == nullptr) return refuse_key(key);
    if (!user.empty() && !definition->per_user)
        return refuse(fmt::format("{} is one for all users: leave --user away", key));
    const auto reading = open_reading(invocation);
    if (!reading) return complain(reading.error());
    if (!user.empty())
        if (const auto id = user_named(reading->directory, user); !id) return complain(id.error());
    const auto& stored = reading->directory.stored.values;
    const auto value = effective(stored, *definition, user);
    if (invocation.output == Output::text) {
        fmt::print("{}\n", value);
        return ExitCode::done;
    }
    Json json;
    json.begin_object();
    json.field("key", key);
    json.field("user", user.empty() ? user : mailbox_named(user).value());
    json.raw_field("value", value);
    json.raw_field("default", default_of(stored, *definition));
    json.end_object();
    fmt::print("{}\n", json.text());
    return ExitCode::done;
}

ExitCode change_setting(const Invocation& invocation, const SettingEdit& edit) {
    const auto* definition = settings::find(edit.key);
    if (definition == nullptr) return refuse_key(edit.key);
    if (!edit.user.empty() && !definition->per_user)
        return refuse(fmt::format("{} is one for all users: leave --user away", edit.key));
    std::string json;
    if (edit.value) {
        auto parsed = settings::parse(edit.key, *edit.value);
        if (!parsed) return refuse(parsed.error().detail);
        json = std::move(*parsed);
    }
    auto reading = open_reading(invocation);
    if (!reading) return complain(reading.error());
    if (!edit.user.empty())
        if (const auto id = user_named(reading->directory, edit.user); !id)
            return complain(id.error());
    const auto user = edit.user.empty() ? edit.user : mailbox_named(edit.user).value();
    const auto& stored = reading->directory.stored.values;
    const auto found = stored.find(stored_name(edit.key, user));
    const SettingChange change{.when = now(),
                               .who = who(),
                               .key = edit.key,
                               .user = user,
                               .from = found == stored.end() ? "" : found->second,
                               .to = json};
    if (change.from == change.to) {
        if (invocation.output == Output::text)
            fmt::print("{} has this value already.\n", stored_name(edit.key, user));
        report(invocation.output, change, {}, Stored::no);
        return ExitCode::done;
    }
    return carry_out(invocation, *reading, change, edit.confirmation);
}

ExitCode setting_history(const Invocation& invocation, std::size_t limit) {
    const auto config = load_config(invocation.config);
    if (!config) return complain(config.error());
    const auto state = open_state(*config, Share::beside_a_run);
    if (!state) return complain(state.error());
    const auto history = await((*state)->setting_history(limit));
    if (!history) return complain(history.error());
    if (invocation.output == Output::text) {
        Table table({{"when"}, {"who"}, {"key"}, {"user"}, {"from"}, {"to"}});
        for (const auto& change : *history)
            table.add({iso_time(change.when), change.who, change.key, change.user,
                       change.from.empty() ? "default" : change.from,
                       change.to.empty() ? "default" : change.to});
        fmt::print("{}", table.text());
        return ExitCode::done;
    }
    Json json;
    json.begin_array();
    for (const auto& change : *history) {
        json.begin_object();
        json.field("when", iso_time(change.when));
        json.field("who", change.who);
        json.field("key", change.key);
        json.field("user", change.user);
        json.raw_field("from", change.from.empty() ? "null" : change.from);
        json.raw_field("to", change.to.empty() ? "null" : change.to);
        json.end_object();
    }
    json.end_array();
    fmt::print("{}\n", json.text());
    return ExitCode::done;
}

}  // namespace hqsync::app
