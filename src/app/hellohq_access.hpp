// How this installation logs in to helloHQ: by a token that was handed out, or by a stored login.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "app/config.hpp"
#include "async/clock.hpp"
#include "hellohq/access.hpp"
#include "hellohq/stored_login.hpp"
#include "http/sender.hpp"

namespace hqsync::app {

struct HelloHqAccess {
    std::unique_ptr<hellohq::Access> access;
    std::string account;  ///< tells logins apart, no secret
};
/// `sender` and `clock` outlive it.
Result<HelloHqAccess> hellohq_access(const Config& config, http::Sender& sender, Clock& clock);

/// Who this program is at helloHQ, with its secret. Fault (configuration): a key is missing.
Result<hellohq::Client> hellohq_client(const Config& config);
/// The file of the stored login, and the key that seals it. `Key::make` writes hq.key_file when it
/// is not there yet.
enum class Key : std::uint8_t { read, make };
Result<hellohq::LoginFile> hellohq_login_file(const Config& config, Key key);
std::filesystem::path hellohq_login_path(const Config& config);

}  // namespace hqsync::app
