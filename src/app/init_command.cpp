// hqsync init: writes a commented configuration file to begin with.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "app/commands.hpp"

namespace hqsync::app {
namespace {

constexpr std::string_view example =
    R"(# hqsync: addresses, paths and where the secret is. Relative paths start at this file's folder.
# What shapes the result (who sees what) is not here: see "hqsync settings list".

[hq]
source = "embedded"            # "embedded": a SQLite file, filled by "hqsync hq import DIR"
database = "hq.db"
# system = "hq"                # names this HQ in the mailboxes; never change it later
# source = "hellohq"           # helloHQ live, instead of both above (docs/hellohq.md):
# token_file = "hellohq_token" # of the sync user; or client_id, client_secret_file and key_file,
# client_id = "agentur-hqsync" # then: hqsync hq login
# ca_file = "hq_ca.pem"        # authorities to believe instead of the system's

[exchange]
api = "graph"                  # Exchange Online; "ews": an Exchange Server of one's own, see below
# For a try-out with "hqsync sim --listen 127.0.0.1:8025 --domain agentur.example":
# graph_url = "http://127.0.0.1:8025"
# login_url = "http://127.0.0.1:8025"
# tenant = "demo", client_id = "hqsync", and "simulator" in the secret's file
tenant = "00000000-0000-0000-0000-000000000000"
client_id = "00000000-0000-0000-0000-000000000000"
# The secret stands in a file of its own, or in the environment: HQSYNC_CLIENT_SECRET.
# client_secret_file = "client_secret"
# client_certificate_file = "client.pem"   # certificate and private key, instead of a secret
# ca_file = "ca.pem"           # authorities to believe instead of the system's
# mailboxes_at_once = 16
# settle_seconds = 150         # age of an unanswered write before its outcome is looked up

# Exchange Server 2016, 2019 or SE by EWS: instead of the lines above.
# api = "ews"
# ews_url = "https://mail.agentur.example/EWS/Exchange.asmx"   # without: Autodiscover finds it
# auth = "ntlm"                # or "basic", "negotiate" (Kerberos), "oauth"
# user = 'AGENTUR\hqsync'      # basic and ntlm; the password in a file of its own, or in the
# password_file = "password"   # environment: HQSYNC_EXCHANGE_PASSWORD
# keytab_file = "hqsync.keytab"   # negotiate: instead of user and password
# impersonation = true         # needs the role ApplicationImpersonation; false: as a delegate
# concurrency = 2              # requests of one mailbox at once, 1 or 2
# streams = 10                 # connections for notifications to "hqsync watch"; 0: none
# autodiscover_domains = ["example.net"]   # further domains the login may be sent to

[state]
database = "state.db"

# [sync]
# interval_seconds = 600       # "hqsync watch": between two runs over all mailboxes
)";

Fault init_fault(std::string detail) {
    return {.reach = Reach::configuration, .code = "config", .detail = std::move(detail)};
}

}  // namespace

ExitCode init(const std::string& folder) {
    const auto file = std::filesystem::path(folder) / "hqsync.toml";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (std::filesystem::exists(file, error))
        return complain(init_fault(fmt::format("{} is there already", file.string())));
    std::ofstream stream(file, std::ios::binary);
    stream << example;
    stream.close();
    if (!stream) return complain(init_fault(fmt::format("cannot write {}", file.string())));
    fmt::print("wrote {}\n", file.string());
    return ExitCode::done;
}

}  // namespace hqsync::app
