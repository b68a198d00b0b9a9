// All commands: what each is told by the command line, and its function. Each prints its answer to
// stdout, one line on stderr when it cannot, and says the exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/exit_code.hpp"
#include "base/result.hpp"

namespace hqsync::app {

enum class Output : std::uint8_t { text, json };

/// What every command is told.
struct Invocation {
    std::string config;  ///< --config; empty: searched
    Output output = Output::text;
};

struct SyncOptions {
    std::vector<std::string> users;
    bool dry_run = false;
    bool quiet = false;
};
ExitCode sync(const Invocation& invocation, const SyncOptions& options);
/// How much is told of what goes well.
enum class Telling : std::uint8_t { all, faults };
ExitCode watch(const Invocation& invocation, Telling telling);
ExitCode plan(const Invocation& invocation, const std::vector<std::string>& users);
ExitCode approve(const Invocation& invocation, const std::string& plan_hash);

ExitCode explain(const Invocation& invocation, const std::string& user, std::int64_t contact);
ExitCode placements(const Invocation& invocation, const std::string& user);
ExitCode status(const Invocation& invocation);

/// Whether a listing leaves out what is seldom of interest.
enum class Listing : std::uint8_t { usual, all };
ExitCode list_settings(const Invocation& invocation, Listing listing);
ExitCode get_setting(const Invocation& invocation, const std::string& key, const std::string& user);
/// How a change is asked for.
enum class Confirmation : std::uint8_t { ask, given };
struct SettingEdit {
    std::string key;
    std::optional<std::string> value;  ///< none: back to the default
    std::string user;                  ///< mailbox; empty: for all
    Confirmation confirmation = Confirmation::ask;
};
ExitCode change_setting(const Invocation& invocation, const SettingEdit& edit);
ExitCode setting_history(const Invocation& invocation, std::size_t limit);

struct ConflictsWish {
    std::string user;  ///< mailbox; empty: all
    std::size_t limit = 50;
};
ExitCode list_conflicts(const Invocation& invocation, const ConflictsWish& wish);
/// `side` is "hq" or "exchange".
ExitCode take_conflict(const Invocation& invocation, std::int64_t id, const std::string& side);
ExitCode list_proposals(const Invocation& invocation, Listing listing);
/// What is to become of a proposal that may be a contact of HQ already.
enum class Candidates : std::uint8_t { ask, is_another };
ExitCode accept_proposal(const Invocation& invocation, std::int64_t id, std::int64_t company,
                         Candidates candidates);
ExitCode link_proposal(const Invocation& invocation, std::int64_t id, std::int64_t contact);
ExitCode dismiss_proposal(const Invocation& invocation, std::int64_t id);
ExitCode bring_back(const Invocation& invocation, const std::string& user, std::int64_t contact);
ExitCode list_kept_away(const Invocation& invocation);

ExitCode verify(const Invocation& invocation, const std::vector<std::string>& users);
ExitCode list_runs(const Invocation& invocation, std::size_t limit);
enum class Contents : std::uint8_t { hidden, shown };
struct BackupsWish {
    std::string user;
    std::optional<std::int64_t> contact;
    std::optional<std::int64_t> run;
    Contents contents = Contents::hidden;
};
ExitCode list_backups(const Invocation& invocation, const BackupsWish& wish);
struct RestoreWish {
    std::string user;
    std::int64_t before_run = 0;
    std::optional<std::int64_t> contact;
    bool dry_run = false;
    Confirmation confirmation = Confirmation::ask;
};
ExitCode restore(const Invocation& invocation, const RestoreWish& wish);
ExitCode erase(const Invocation& invocation, std::int64_t contact, Confirmation confirmation);

ExitCode hq_import(const Invocation& invocation, const std::string& folder);
ExitCode hq_export(const Invocation& invocation, const std::string& folder);
ExitCode hq_counts(const Invocation& invocation);
struct RecordName {
    std::string entity;
    std::int64_t id = 0;
};
ExitCode hq_show(const Invocation& invocation, const RecordName& record);
ExitCode hq_set(const Invocation& invocation, const RecordName& record,
                const std::vector<std::string>& assignments);
ExitCode hq_add(const Invocation& invocation, const std::string& entity,
                const std::vector<std::string>& assignments);
ExitCode hq_delete(const Invocation& invocation, const RecordName& record);
ExitCode hq_apply(const Invocation& invocation, const std::string& file);

/// How a person logs in to helloHQ.
struct HqLogin {
    bool paste = false;
    std::uint16_t port = 0;  ///< 0: any free one
};

struct ServeOptions {
    std::string listen = "127.0.0.1:8030";
    std::string token_file;
    std::string public_url;
    std::string client_id = "demo-hqsync";
    std::string client_secret_file;
    std::size_t page_size = 500;
    std::int64_t token_seconds = 3600;
    bool allow_login = false;
    bool allow_remote = false;
    bool control = false;
};
ExitCode hq_serve(const Invocation& invocation, const ServeOptions& options);

struct SimulatorOptions {
    std::string listen = "127.0.0.1:8025";
    std::string domain = "agentur.example";
    std::string state_file;
    std::string record_file;
    std::string tenant = "demo";
    std::string client_id = "hqsync";
    std::string client_secret = "simulator";
    std::string client_certificate_file;
    std::string ews_user = "hqsync";
    std::string ews_password_file;
    std::string ews_auth = "basic,ntlm";
    std::uint64_t seed = 1;
    bool allow_remote = false;
};
ExitCode simulate(const SimulatorOptions& options);

/// How the demo reads its HQ: straight, or by helloHQ's API over a socket.
enum class DemoSource : std::uint8_t { embedded, hellohq };
ExitCode demo(const std::string& keep_folder, DemoSource source);
ExitCode init(const std::string& folder);

/// "hqsync: code: detail" on stderr.
ExitCode complain(const Fault& fault);
/// A line on stderr and exit code 2.
ExitCode refuse(std::string_view line);

}  // namespace hqsync::app
