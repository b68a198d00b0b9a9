// hqsync exchange setup and audit: what each is told, and its function.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "app/exchange_setup.hpp"
#include "app/management_place.hpp"

namespace CLI {
class App;
}

namespace hqsync::app {

struct Words;

struct SetupOptions {
    std::string group;      ///< name or distinguished name
    std::string attribute;  ///< "CustomAttribute1=VALUE"; neither: the addresses of the users
    std::string account;    ///< server; empty: exchange.user
    std::string app_id;     ///< online; empty: exchange.client_id
    std::string object_id;  ///< online; empty: exchange.object_id
    std::string name = "hqsync";
    ProbeMailboxes probes;        ///< empty ones are picked
    std::string ews_concurrency;  ///< a number or "unlimited"; empty: from the configuration
    bool has_policy = true;
    bool dry_run = false;
    bool undo = false;
    Confirmation confirmation = Confirmation::ask;
};
ExitCode exchange_setup(const Invocation& invocation, const ManagementWish& wish,
                        const SetupOptions& options);

ExitCode exchange_audit(const Invocation& invocation, const ManagementWish& wish,
                        const std::vector<std::string>& users);

/// setup and audit.
void add_exchange_setup_commands(CLI::App& group, Words& words);

}  // namespace hqsync::app
