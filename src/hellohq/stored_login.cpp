// Keeps the tokens sealed in a file, renews them under a lock.
#include "hellohq/stored_login.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>

#include "login/form.hpp"

namespace hqsync::hellohq {

namespace {

constexpr Milliseconds renew_early{120'000};
constexpr Milliseconds lock_pause{100};
constexpr int lock_tries = 600;

std::string text_in(simdjson::dom::object object, std::string_view name) {
    std::string_view text;
    return object[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::string to_json(const Tokens& tokens) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    const auto put = [&writer](const char* name, const std::string& text) {
        writer.Key(name);
        writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    };
    writer.StartObject();
    put("access", tokens.access);
    put("refresh", tokens.refresh);
    put("user", tokens.user_name);
    writer.Key("lifetime");
    writer.Int64(tokens.lifetime.count());
    writer.Key("good_until");
    writer.Int64(tokens.good_until.time_since_epoch().count());
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

std::optional<Tokens> from_json(const std::string& json) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    std::int64_t good_until = 0;
    std::int64_t lifetime = 0;
    if (parser.parse(json).get(object) != simdjson::SUCCESS ||
        object["lifetime"].get(lifetime) != simdjson::SUCCESS ||
        object["good_until"].get(good_until) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    return Tokens{.access = text_in(object, "access"),
                  .refresh = text_in(object, "refresh"),
                  .good_until = Instant(Milliseconds(good_until)),
                  .lifetime = Milliseconds(lifetime),
                  .user_name = text_in(object, "user")};
}

Fault nobody() {
    return {Reach::configuration, "login.missing",
            "nobody is logged in at helloHQ: run hqsync hq login"};
}

}  // namespace

Result<LoginFile> LoginFile::with_key(std::filesystem::path file, std::string_view key_text) {
    auto key = sealing_key(key_text);
    if (!key) return fail(key.error());
    return LoginFile(std::move(file), *std::move(key));
}

Result<std::optional<Tokens>> LoginFile::read() const {
    std::ifstream stream(file_, std::ios::binary);
    if (!stream) return std::optional<Tokens>{};
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    const auto json = opened(text, key_);
    if (!json) return fail(json.error());
    return from_json(*json);
}

Result<void> LoginFile::write(const Tokens& tokens) const {
    return write_private_file(file_, sealed(to_json(tokens), key_));
}

LoginFile::Lock::~Lock() {
    if (handle_ >= 0) ::close(handle_);
}

Task<Result<LoginFile::Lock>> LoginFile::lock(Clock& clock) const {
    const auto path = file_.string() + ".lock";
    const int handle = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (handle < 0) {
        co_return fail({Reach::configuration, "login.file", fmt::format("cannot write {}", path)});
    }
    Lock held(handle);
    for (int tries = 0; tries < lock_tries; ++tries) {
        if (::flock(handle, LOCK_EX | LOCK_NB) == 0) co_return std::move(held);
        co_await clock.sleep_for(lock_pause);
    }
    co_return fail({Reach::run,
                    "login.locked",
                    "another process renews the login at helloHQ for "
                    "more than a minute",
                    {},
                    false,
                    true});
}

Result<bool> forget_login(const std::filesystem::path& file) {
    std::error_code error;
    const bool was_there = std::filesystem::remove(file, error);
    if (error) {
        return fail({Reach::configuration, "login.file",
                     fmt::format("cannot remove {}: {}", file.string(), error.message())});
    }
    std::filesystem::remove(file.string() + ".lock", error);
    return was_there;
}

Task<Result<Tokens>> fetch_tokens(Client client, std::string grant, http::Sender& sender,
                                  Clock& clock) {
    http::Request request;
    request.method = "POST";
    request.url = client.api_url + "/Token";
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                       {"Accept", "application/json"}};
    request.body = std::move(grant) + "&client_id=" + login::url_encoded(client.client_id);
    if (!client.client_secret.empty()) {
        request.login = {.scheme = http::Scheme::basic,
                         .user = client.client_id,
                         .password = client.client_secret};
    }
    request.timeout = Milliseconds(30'000);
    // A code and a refresh token are good once.
    request.resend = http::Resend::never;
    const auto answer = co_await sender.send(std::move(request));
    if (!answer) {
        auto fault = answer.error();
        if (fault.reach != Reach::configuration) fault.reach = Reach::run;
        fault.outcome_unknown = false;
        co_return fail(std::move(fault));
    }
    if (answer->status == 429 || answer->status >= 500) {
        co_return fail({Reach::run,
                        "login.unavailable",
                        fmt::format("helloHQ answered {} to the login", answer->status),
                        {},
                        false,
                        true});
    }
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    const bool is_read = parser.parse(answer->body).get(object) == simdjson::SUCCESS;
    if (answer->status != 200) {
        const auto reason = is_read ? text_in(object, "error") : std::string();
        co_return fail({Reach::configuration, "login.refused",
                        fmt::format("helloHQ refused the login ({}): check hq.client_id and its "
                                    "secret, then run hqsync hq login",
                                    reason.empty() ? std::to_string(answer->status) : reason)});
    }
    std::int64_t seconds = 3600;
    if (is_read) static_cast<void>(object["expires_in"].get(seconds));
    if (!is_read || text_in(object, "access_token").empty()) {
        co_return fail({Reach::run, "login.unreadable", "helloHQ gave an answer without a token"});
    }
    co_return Tokens{.access = text_in(object, "access_token"),
                     .refresh = text_in(object, "refresh_token"),
                     .good_until = clock.now() + std::chrono::seconds(seconds),
                     .lifetime = std::chrono::seconds(seconds),
                     .user_name = text_in(object, "user_name")};
}

bool StoredLogin::is_good(const Tokens& tokens) const {
    const bool is_usable = !tokens.access.empty() && tokens.access != refused_;
    return is_usable &&
           clock_.now() + std::min(renew_early, tokens.lifetime / 2) < tokens.good_until;
}

void StoredLogin::refused(const std::string& token) {
    refused_ = token;
}

/// Under the lock: another process may have renewed it meanwhile, then its token is taken.
Task<Result<Tokens>> StoredLogin::renew() {
    const auto lock = co_await file_.lock(clock_);
    if (!lock) co_return fail(lock.error());
    const auto stored = file_.read();
    if (!stored) co_return fail(stored.error());
    if (!*stored) co_return fail(nobody());
    if (is_good(**stored)) co_return **stored;
    auto fetched = co_await fetch_tokens(
        client_, "grant_type=refresh_token&refresh_token=" + login::url_encoded((*stored)->refresh),
        sender_, clock_);
    if (!fetched) co_return fail(fetched.error());
    if (fetched->refresh.empty()) fetched->refresh = (*stored)->refresh;
    if (fetched->user_name.empty()) fetched->user_name = (*stored)->user_name;
    // The former refresh token is worthless from here on: what cannot be stored is a lost login.
    const auto written = file_.write(*fetched);
    if (!written) co_return fail(written.error());
    co_return *std::move(fetched);
}

Task<Result<std::string>> StoredLogin::token() {
    const auto turn = co_await turns_.enter();
    if (tokens_ && is_good(*tokens_)) co_return tokens_->access;
    const auto stored = file_.read();
    if (!stored) co_return fail(stored.error());
    if (!*stored) co_return fail(nobody());
    tokens_ = **stored;
    if (is_good(*tokens_)) co_return tokens_->access;
    auto renewed = co_await renew();
    if (!renewed) co_return fail(renewed.error());
    tokens_ = *std::move(renewed);
    co_return tokens_->access;
}

}  // namespace hqsync::hellohq
