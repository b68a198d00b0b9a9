// Reads the secrets of [hq].
#include "app/hellohq_access.hpp"

#include <cstdlib>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace hqsync::app {
namespace {

namespace fs = std::filesystem;

/// A key that others can read protects nothing. The group may: root owns it, the service reads it.
Result<void> check_mode(const fs::path& file) {
    std::error_code error;
    const auto mode = fs::status(file, error).permissions();
    const auto others = fs::perms::group_write | fs::perms::others_all;
    if (error || (mode & others) == fs::perms::none) return {};
    return fail(config_fault(
        fmt::format("{} holds a key and is open to others; chmod 640 it", file.string())));
}

Result<std::string> key_text(const Config& config, Key key) {
    const auto& file = config.hq.key_file;
    if (file.empty()) {
        const char* text = std::getenv(hq_key_variable);
        if (text != nullptr && *text != '\0') return std::string(text);
        return fail(config_fault(
            fmt::format("hq.key_file is missing (or ${}): the login is kept sealed with that key",
                        hq_key_variable)));
    }
    std::error_code error;
    if (key == Key::make && !fs::exists(file, error)) {
        const auto made = hellohq::make_key_file(file);
        if (!made) return fail(made.error());
    }
    const auto checked = check_mode(file);
    if (!checked) return fail(checked.error());
    return read_secret(file);
}

}  // namespace

fs::path hellohq_login_path(const Config& config) {
    auto file = config.state_database;
    file += ".hellohq-login";
    return file;
}

Result<hellohq::Client> hellohq_client(const Config& config) {
    hellohq::Client client{
        .api_url = config.hq.api_url, .client_id = config.hq.client_id, .client_secret = {}};
    if (client.client_id.empty())
        return fail(config_fault(
            fmt::format("{}: hq.client_id is missing (or hq.token_file)", config.file.string())));
    if (!config.hq.client_secret_file.empty()) {
        auto secret = read_secret(config.hq.client_secret_file);
        if (!secret) return fail(secret.error());
        client.client_secret = *std::move(secret);
    }
    return client;
}

Result<hellohq::LoginFile> hellohq_login_file(const Config& config, Key key) {
    const auto text = key_text(config, key);
    if (!text) return fail(text.error());
    return hellohq::LoginFile::with_key(hellohq_login_path(config), *text);
}

Result<HelloHqAccess> hellohq_access(const Config& config, http::Sender& sender, Clock& clock) {
    if (!config.hq.token_file.empty()) {
        auto token = read_secret(config.hq.token_file);
        if (!token) return fail(token.error());
        return HelloHqAccess{std::make_unique<hellohq::FixedToken>(*std::move(token)), "token"};
    }
    auto client = hellohq_client(config);
    if (!client) return fail(client.error());
    auto file = hellohq_login_file(config, Key::read);
    if (!file) return fail(file.error());
    auto account = client->client_id;
    return HelloHqAccess{
        std::make_unique<hellohq::StoredLogin>(*std::move(client), *std::move(file), sender, clock),
        std::move(account)};
}

}  // namespace hqsync::app
