// Keeps the tokens sealed in a file, renews them under a lock.
#include "hellohq/stored_login.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
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

constexpr Milliseconds renew_early{600'000};
constexpr Milliseconds lock_pause{100};
constexpr int lock_tries = 1'800;
constexpr int renewal_tries = 3;
constexpr Milliseconds renewal_pause{1'000};
constexpr Milliseconds unanswered_pause{60'000};
constexpr std::int64_t lifetime_max = 366LL * 86'400;  // seconds
constexpr std::size_t reason_max = 60;

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
    writer.Key("renewal_open");
    writer.Bool(tokens.is_renewal_open);
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
    bool is_renewal_open = false;
    static_cast<void>(object["renewal_open"].get(is_renewal_open));
    return Tokens{.access = text_in(object, "access"),
                  .refresh = text_in(object, "refresh"),
                  .good_until = Instant(Milliseconds(good_until)),
                  .lifetime = Milliseconds(lifetime),
                  .user_name = text_in(object, "user"),
                  .is_renewal_open = is_renewal_open};
}

/// Seconds, also where they come as a text; an hour where nothing usable is said.
std::int64_t lifetime_in(simdjson::dom::object answer) {
    std::int64_t seconds = 0;
    std::string_view text;
    if (answer["expires_in"].get(text) == simdjson::SUCCESS)
        std::from_chars(text.data(), text.data() + text.size(), seconds);
    else
        static_cast<void>(answer["expires_in"].get(seconds));
    return seconds < 1 ? 3600 : std::min(seconds, lifetime_max);
}

Fault unanswered(const char* code, std::string detail) {
    return {Reach::run, code, std::move(detail), {}, true, true};
}

Fault used_up() {
    return {Reach::configuration, "login.refused",
            "helloHQ refused the login: the answer to an earlier renewal was lost, and the login "
            "with it; run hqsync hq login"};
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
    if (!stream && !is_there()) return std::optional<Tokens>{};
    if (!stream) {
        return fail(
            {Reach::configuration, "login.file", fmt::format("cannot read {}", file_.string())});
    }
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    const auto json = opened(text, key_);
    if (!json) return fail(json.error());
    return from_json(*json);
}

bool LoginFile::is_there() const {
    std::error_code error;
    return std::filesystem::exists(file_, error);
}

Result<void> LoginFile::write(const Tokens& tokens) const {
    return write_private_file(file_, sealed(to_json(tokens), key_));
}

LoginLock::~LoginLock() {
    if (handle_ >= 0) ::close(handle_);
}

Task<Result<LoginLock>> lock_login(std::filesystem::path file, Clock& clock) {
    const auto path = file.string() + ".lock";
    const int handle = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (handle < 0) {
        co_return fail({Reach::configuration, "login.file", fmt::format("cannot write {}", path)});
    }
    LoginLock held(handle);
    for (int tries = 0; tries < lock_tries; ++tries) {
        if (::flock(handle, LOCK_EX | LOCK_NB) == 0) co_return std::move(held);
        co_await clock.sleep_for(lock_pause);
    }
    co_return fail({Reach::run,
                    "login.locked",
                    "another process renews the login at helloHQ for "
                    "more than three minutes",
                    {},
                    false,
                    true});
}

Task<Result<LoginLock>> LoginFile::lock(Clock& clock) const {
    co_return co_await lock_login(file_, clock);
}

/// The lock stays where it is: who waits for it would otherwise hold one that nobody else sees.
Task<Result<bool>> forget_login(std::filesystem::path file, Clock& clock) {
    const auto lock = co_await lock_login(file, clock);
    if (!lock) co_return fail(lock.error());
    std::error_code error;
    const bool was_there = std::filesystem::remove(file, error);
    if (error) {
        co_return fail({Reach::configuration, "login.file",
                        fmt::format("cannot remove {}: {}", file.string(), error.message())});
    }
    std::filesystem::remove(file.string() + ".new", error);
    co_return was_there;
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
        co_return fail(std::move(fault));
    }
    if (answer->status == 429 || answer->status >= 500) {
        auto fault = unanswered("login.unavailable",
                                fmt::format("helloHQ answered {} to the login", answer->status));
        fault.outcome_unknown = answer->status != 429;
        co_return fail(std::move(fault));
    }
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    const bool is_read = parser.parse(answer->body).get(object) == simdjson::SUCCESS;
    if (answer->status != 200) {
        const auto reason = is_read ? plain_reason(text_in(object, "error")) : std::string();
        co_return fail({Reach::configuration, "login.refused",
                        fmt::format("helloHQ refused the login ({}): check hq.client_id and its "
                                    "secret, then run hqsync hq login",
                                    reason.empty() ? std::to_string(answer->status) : reason)});
    }
    if (!is_read || text_in(object, "access_token").empty()) {
        co_return fail(unanswered("login.unreadable", "helloHQ gave an answer without a token"));
    }
    const auto seconds = lifetime_in(object);
    co_return Tokens{.access = text_in(object, "access_token"),
                     .refresh = text_in(object, "refresh_token"),
                     .good_until = clock.now() + std::chrono::seconds(seconds),
                     .lifetime = std::chrono::seconds(seconds),
                     .user_name = text_in(object, "user_name")};
}

std::string plain_reason(std::string_view text) {
    std::string plain;
    for (const char letter : text.substr(0, reason_max)) {
        const bool is_plain =
            std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_' || letter == '-';
        plain += is_plain ? letter : ' ';
    }
    return plain;
}

bool StoredLogin::is_usable(const Tokens& tokens) const {
    return !tokens.access.empty() && tokens.access != refused_ && clock_.now() < tokens.good_until;
}

bool StoredLogin::is_good(const Tokens& tokens) const {
    return is_usable(tokens) &&
           clock_.now() + std::min(renew_early, tokens.lifetime / 2) < tokens.good_until;
}

void StoredLogin::refused(const std::string& token) {
    refused_ = token;
}

/// Under the lock: another process may have renewed it meanwhile, then its token is taken.
Task<Result<Tokens>> StoredLogin::renew() {
    const auto lock = co_await file_.lock(clock_);
    if (!lock) co_return fail(lock.error());
    auto stored = file_.read();
    if (!stored) co_return fail(stored.error());
    if (!*stored) co_return fail(nobody());
    if (is_good(**stored)) co_return **std::move(stored);
    co_return co_await renewed_from(**std::move(stored));
}

/// A refresh token is good once: what gets lost between helloHQ's answer and our file is the login.
/// So that the file can be written is tried before, and an answer that does not come is asked for
/// again at once: a server that leaves the former token a moment of grace answers then, later it
/// does not. What is written before the request lets the next process say what happened.
Task<Result<Tokens>> StoredLogin::renewed_from(Tokens stored) {
    auto open = stored;
    open.is_renewal_open = true;
    const auto can_write = file_.write(open);
    if (!can_write) co_return fail(can_write.error());
    bool may_be_used_up = stored.is_renewal_open;
    Result<Tokens> fetched;
    for (int tries = 1; tries <= renewal_tries; ++tries) {
        fetched = co_await fetch_tokens(
            client_, "grant_type=refresh_token&refresh_token=" + login::url_encoded(stored.refresh),
            sender_, clock_);
        if (fetched || !fetched.error().transient) break;
        may_be_used_up = may_be_used_up || fetched.error().outcome_unknown;
        if (tries < renewal_tries) co_await clock_.sleep_for(renewal_pause * tries);
    }
    if (!fetched) {
        // Where it fails the mark stays, and the next process is only the more careful.
        if (!may_be_used_up) {
            [[maybe_unused]] const auto unmarked = file_.write(stored);
        }
        const bool is_lost = may_be_used_up && fetched.error().code == "login.refused";
        co_return fail(is_lost ? used_up() : fetched.error());
    }
    if (fetched->refresh.empty()) fetched->refresh = stored.refresh;
    if (fetched->user_name.empty()) fetched->user_name = stored.user_name;
    const auto written = file_.write(*fetched);
    if (!written) co_return fail(written.error());
    co_return *std::move(fetched);
}

Task<Result<std::string>> StoredLogin::token() {
    const auto turn = co_await turns_.enter();
    // Who logs out ends the work of other processes too.
    if (!file_.is_there()) co_return fail(nobody());
    if (tokens_ && is_good(*tokens_)) co_return tokens_->access;
    const bool may_wait = tokens_ && is_usable(*tokens_) && clock_.now() < no_renewal_before_;
    if (may_wait) co_return tokens_->access;
    const auto stored = file_.read();
    if (!stored) co_return fail(stored.error());
    if (!*stored) co_return fail(nobody());
    tokens_ = **stored;
    if (is_good(*tokens_)) co_return tokens_->access;
    auto renewed = co_await renew();
    if (!renewed) {
        const bool may_go_on = renewed.error().transient && is_usable(*tokens_);
        if (!may_go_on) co_return fail(renewed.error());
        no_renewal_before_ = clock_.now() + unanswered_pause;
        co_return tokens_->access;
    }
    tokens_ = *std::move(renewed);
    co_return tokens_->access;
}

}  // namespace hqsync::hellohq
