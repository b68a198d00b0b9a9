// Builds the adapters that the configuration names, by hand: the one place that knows them all.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <asio/io_context.hpp>

#include "app/config.hpp"
#include "app/login_memory.hpp"
#include "app/open_hq.hpp"
#include "async/clock.hpp"
#include "base/result.hpp"
#include "engine/read_settings.hpp"
#include "engine/run.hpp"
#include "http/client.hpp"
#include "placement/placement.hpp"
#include "port/exchange.hpp"
#include "port/state_store.hpp"
#include "settings/settings.hpp"

namespace hqsync::app {

/// Whether the command is the run (one at a time) or works beside one.
enum class Share : std::uint8_t { run, beside_a_run };

Result<std::unique_ptr<StateStore>> open_state(const Config& config, Share share);

/// The way to Exchange with all it stands on. Declared in the order of their lives.
struct ExchangeLine {
    asio::io_context context;
    SystemClock clock;
    std::unique_ptr<http::Client> client;
    std::unique_ptr<LoginMemory> login_memory;  ///< where a password could lock an account
    std::unique_ptr<Exchange> exchange;
};
Result<std::unique_ptr<ExchangeLine>> open_exchange(const Config& config);

/// Everything that the engine works on, open. HQ shares the context of the line.
struct Works {
    std::unique_ptr<StateStore> state;
    std::unique_ptr<ExchangeLine> line;
    std::unique_ptr<HqLine> hq;

    [[nodiscard]] engine::Ports ports() const;
};
Result<Works> open_works(const Config& config, Share share);

/// HQ and the settings as a command reads them: one snapshot, and who is who.
struct Directory {
    SnapshotPtr snapshot;
    std::map<MailboxAddress, UserId> users;  ///< synced ones win where two have one address
    engine::StoredSettings stored;
    settings::Settings settings;
    std::string today;
};
Result<Directory> read_directory(const Config& config, StateStore& state);
/// The same from an open HQ.
Result<Directory> read_directory(const HqLine& hq, StateStore& state);

placement::Placements placements_of(const Directory& directory);

/// The user with that mailbox address (any case). Fault (configuration) when HQ has none.
Result<UserId> user_named(const Directory& directory, const std::string& mail);
using engine::mailbox_named;
/// Addresses of synced users, by user.
std::map<UserId, MailboxAddress> synced_mailboxes(const Directory& directory);

/// ISO date in UTC.
std::string today_utc();
/// "2026-01-31T12:00:00Z".
std::string iso_time(Instant instant);

}  // namespace hqsync::app
