// The configuration file: addresses, paths and where the secrets are. Checked when it is read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/clock.hpp"
#include "base/result.hpp"

namespace hqsync::app {

struct Config {
    struct Hq {
        std::string source = "embedded";
        std::filesystem::path database;
        std::string system = "hq";
        std::string api_url = "https://api.hellohq.io";
        std::filesystem::path ca_file;  ///< authorities instead of the system's; empty: those
        std::string client_id;          ///< "{customer}-{client}" at helloHQ
        std::filesystem::path client_secret_file;  ///< empty: none
        std::filesystem::path token_file;          ///< empty: the stored login is used
        std::filesystem::path key_file;            ///< seals that; empty: from the environment
        bool operator==(const Hq&) const = default;
    };
    struct Exchange {
        std::string api = "graph";
        std::string graph_url = "https://graph.microsoft.com";
        std::string login_url = "https://login.microsoftonline.com";
        std::string tenant;
        std::string client_id;
        std::string object_id;  ///< of the enterprise application; only a set-up needs it
        std::filesystem::path client_secret_file;       ///< empty: not from a file
        std::filesystem::path client_certificate_file;  ///< empty: no certificate
        std::string ews_url;                            ///< empty: Autodiscover finds it
        std::string auth = "ntlm";                      ///< basic, ntlm, negotiate, oauth
        std::string user;
        std::filesystem::path password_file;  ///< empty: not from a file
        std::filesystem::path keytab_file;    ///< empty: the tickets of the process
        bool impersonation = true;
        std::size_t concurrency = 2;  ///< EWS calls of one mailbox at once
        std::size_t streams = 10;     ///< connections for EWS notifications; 0: none
        std::vector<std::string> autodiscover_domains;
        std::filesystem::path ca_file;  ///< authorities instead of the system's; empty: those
        Milliseconds settle{150'000};
        std::size_t mailboxes_at_once = 16;
        bool operator==(const Exchange&) const = default;
    };
    /// How commands reach Exchange's admin side; empty: derived (management_place.hpp).
    struct Management {
        std::string uri;   ///< "http://mail.agentur.example/PowerShell/"
        std::string auth;  ///< kerberos, basic, ntlm, oauth
        std::string user;
        std::string service;                  ///< Kerberos: "HTTP/mail.agentur.example"
        std::filesystem::path password_file;  ///< empty: not from a file
        std::filesystem::path keytab_file;    ///< empty: password, or the tickets of the process
        bool allow_redirection = false;
        std::vector<std::string> redirect_hosts;  ///< that may get the login, too
        bool operator==(const Management&) const = default;
    };
    struct Sync {
        Milliseconds interval{600'000};  ///< of runs over all mailboxes while watching
        bool operator==(const Sync&) const = default;
    };
    std::filesystem::path file;  ///< where it was read from; empty: made by the program
    Hq hq;
    Exchange exchange;
    Management management;
    Sync sync;
    std::filesystem::path state_database;
    /// Why Exchange cannot be reached with this file ("FILE:LINE: …"); empty: it can. Commands that
    /// do not need Exchange work without that section.
    std::string exchange_missing;

    bool operator==(const Config&) const = default;
};

/// Name of the environment variable that may hold the client's secret.
inline constexpr const char* secret_variable = "HQSYNC_CLIENT_SECRET";
/// And the password of the account that logs in to Exchange's EWS.
inline constexpr const char* password_variable = "HQSYNC_EXCHANGE_PASSWORD";

/// And of the account that logs in to Exchange's admin side, where that is another one.
inline constexpr const char* management_password_variable = "HQSYNC_MANAGEMENT_PASSWORD";

/// And the key that seals the login at helloHQ.
inline constexpr const char* hq_key_variable = "HQSYNC_KEY";

/// Fault (configuration) "config".
Fault config_fault(std::string detail);

/// Reads and checks `text` as if it stood in `file`; relative paths start at the file's folder.
/// Fault (configuration): its detail is one line, "FILE:LINE: what is wrong".
Result<Config> parse_config(std::string_view text, const std::filesystem::path& file);

/// The file to read: `given` (--config), else $HQSYNC_CONFIG, else ./hqsync.toml, else
/// /etc/hqsync/hqsync.toml.
Result<std::filesystem::path> find_config(const std::string& given);

/// Finds, reads and checks.
Result<Config> load_config(const std::string& given);

/// A secret from a file, without its final line end. Never logged.
Result<std::string> read_secret(const std::filesystem::path& file);

}  // namespace hqsync::app
