// hqsync exchange sessions, and sessions remove.
#include <algorithm>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "app/compose.hpp"
#include "app/config.hpp"
#include "app/exchange_commands.hpp"
#include "app/exchange_config.hpp"
#include "app/exchange_session.hpp"
#include "app/json.hpp"
#include "app/table.hpp"

namespace hqsync::app {
namespace {

using management::wsman::ShellInfo;

std::string_view state_of(const HeldSession& session) {
    switch (liveness(session.process, this_process())) {
        case Liveness::lives: return "in_use";
        case Liveness::ended: return "left_behind";
        case Liveness::unknown: return "elsewhere";
    }
    return "";
}

std::string minutes(const std::optional<Milliseconds>& time) {
    if (!time) return "";
    return fmt::format("{} min", std::chrono::floor<std::chrono::minutes>(*time).count());
}

void print_here(const std::vector<HeldSession>& sessions) {
    if (sessions.empty()) {
        fmt::print("Nothing is held from here.\n");
        return;
    }
    Table table(
        {{"session"}, {"account"}, {"address"}, {"opened"}, {"state"}, {"process"}, {"expires"}});
    for (const auto& session : sessions)
        table.add({session.shell_id, session.account, session.endpoint, iso_time(session.opened),
                   std::string(state_of(session)),
                   fmt::format("{} on {}", session.process.pid, session.process.host),
                   iso_time(session.expires())});
    fmt::print("{}", table.text());
}

void print_server(const std::vector<ShellInfo>& shells) {
    fmt::print("\nThe server lists {} of this account:\n", shells.size());
    if (shells.empty()) return;
    Table table({{"session"}, {"owner"}, {"from"}, {"open for"}, {"unused for"}});
    for (const auto& shell : shells)
        table.add({shell.shell_id, shell.owner, shell.client_address, minutes(shell.age),
                   minutes(shell.idle_since)});
    fmt::print("{}", table.text());
}

void write_here(Json& json, const std::vector<HeldSession>& sessions) {
    json.begin_array();
    for (const auto& session : sessions) {
        json.begin_object();
        json.field("session", session.shell_id);
        json.field("account", session.account);
        json.field("uri", session.endpoint);
        json.field("opened", iso_time(session.opened));
        json.field("state", state_of(session));
        json.field("host", session.process.host);
        json.field("process", session.process.pid);
        json.field("expires", iso_time(session.expires()));
        json.end_object();
    }
    json.end_array();
}

void write_server(Json& json, const std::optional<std::vector<ShellInfo>>& shells) {
    if (!shells) return json.null();
    const auto seconds = [&json](const char* name, const std::optional<Milliseconds>& time) {
        if (!time) return json.null_field(name);
        json.field(name, static_cast<std::int64_t>(
                             std::chrono::floor<std::chrono::seconds>(*time).count()));
    };
    json.begin_array();
    for (const auto& shell : *shells) {
        json.begin_object();
        json.field("session", shell.shell_id);
        json.field("owner", shell.owner);
        json.field("client", shell.client_address);
        seconds("open_seconds", shell.age);
        seconds("unused_seconds", shell.idle_since);
        json.end_object();
    }
    json.end_array();
}

Result<std::vector<HeldSession>> held_here(const Config& config) {
    const auto registry = SessionRegistry::open(registry_file(config));
    if (!registry) return fail(registry.error());
    const auto forgotten = (*registry)->forget_expired(SystemClock().now());
    if (!forgotten) return fail(forgotten.error());
    return (*registry)->all();
}

Fault nothing_held_online() {
    return {Reach::configuration, "config",
            "Exchange Online holds no sessions: its commands go by REST"};
}

/// The end of a GUID is not asked for.
bool is_meant(const HeldSession& session, std::string id) {
    std::ranges::transform(id, id.begin(), [](char letter) {
        return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
    });
    return session.shell_id.starts_with(id);
}

/// Those to give back. Fault (configuration): the id fits none, or more than one.
Result<std::vector<HeldSession>> chosen(const std::vector<HeldSession>& sessions,
                                        const std::string& id, Listing which) {
    std::vector<HeldSession> result;
    for (const auto& session : sessions) {
        const bool is_left = liveness(session.process, this_process()) == Liveness::ended;
        const bool is_wanted =
            id.empty() ? is_left || which == Listing::all : is_meant(session, id);
        if (is_wanted) result.push_back(session);
    }
    if (id.empty() || result.size() == 1) return result;
    return fail({Reach::configuration, "session.unknown",
                 result.empty() ? fmt::format("no session {} is held from here", id)
                                : fmt::format("{} sessions begin with {}", result.size(), id)});
}

struct Removal {
    std::vector<HeldSession> removed;
    std::vector<HeldSession> kept;
};

void print_removal(Output output, const Removal& removal) {
    if (output == Output::json) {
        Json json;
        json.begin_object();
        json.key("removed");
        write_here(json, removal.removed);
        json.key("kept");
        write_here(json, removal.kept);
        json.end_object();
        fmt::print("{}\n", json.text());
        return;
    }
    for (const auto& session : removal.removed)
        fmt::print("Gave back {}.\n", session.shell_id);
    for (const auto& session : removal.kept)
        fmt::print("Kept {} of {} at {}.\n", session.shell_id, session.account, session.endpoint);
    if (removal.removed.empty() && removal.kept.empty()) fmt::print("There was none.\n");
}

}  // namespace

ExitCode exchange_sessions(const Invocation& invocation, const ManagementWish& wish,
                           SessionList list) {
    const auto config = held_config(invocation.config);
    if (!config) return complain(config.error());
    const auto here = held_here(*config);
    if (!here) return complain(here.error());
    std::optional<std::vector<ShellInfo>> server;
    if (list == SessionList::and_server) {
        const auto session = ExchangeSession::reach(*config, wish);
        if (!session) return complain(session.error());
        if ((*session)->is_online()) return complain(nothing_held_online());
        auto listed = (*session)->listed();
        if (!listed) return complain(listed.error());
        server = *std::move(listed);
    }
    if (invocation.output == Output::json) {
        Json json;
        json.begin_object();
        json.key("here");
        write_here(json, *here);
        json.key("server");
        write_server(json, server);
        json.end_object();
        fmt::print("{}\n", json.text());
        return ExitCode::done;
    }
    print_here(*here);
    if (server) print_server(*server);
    return ExitCode::done;
}

ExitCode exchange_remove_sessions(const Invocation& invocation, const ManagementWish& wish,
                                  const std::string& id, Listing which) {
    const auto config = held_config(invocation.config);
    if (!config) return complain(config.error());
    const auto here = held_here(*config);
    if (!here) return complain(here.error());
    const auto wanted = chosen(*here, id, which);
    if (!wanted) return complain(wanted.error());
    Removal removal;
    if (!wanted->empty()) {
        const auto session = ExchangeSession::reach(*config, wish);
        if (!session) return complain(session.error());
        if ((*session)->is_online()) return complain(nothing_held_online());
        const auto& place = (*session)->place();
        for (const auto& one : *wanted) {
            const bool is_ours = one.endpoint == place.uri && one.account == account_name(place);
            const auto given = is_ours ? (*session)->give_back(one) : Result<void>();
            if (!given) complain(given.error());
            (is_ours && given ? removal.removed : removal.kept).push_back(one);
        }
    }
    print_removal(invocation.output, removal);
    return removal.kept.empty() ? ExitCode::done : ExitCode::failed;
}

}  // namespace hqsync::app
