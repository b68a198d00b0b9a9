// The endpoints as the guide has them: /Account/Authorize and /Token.
#include "hqapi/login.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "hqapi/json.hpp"

namespace hqsync::hqapi {

namespace {

constexpr std::int64_t code_seconds = 300;
constexpr std::size_t grants_max = 10'000;  ///< of each kind; beyond, the login is refused

std::string digest(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> octets{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), octets.data(), &size, EVP_sha256(), nullptr);
    return {octets.begin(), octets.begin() + size};
}

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string base64url(std::string_view octets) {
    std::string text;
    unsigned held = 0;
    int bits = 0;
    for (const char octet : octets) {
        held = (held << 8U) | static_cast<unsigned char>(octet);
        for (bits += 8; bits >= 6; bits -= 6)
            text += alphabet[(held >> static_cast<unsigned>(bits - 6)) & 0x3FU];
    }
    if (bits > 0) text += alphabet[(held << static_cast<unsigned>(6 - bits)) & 0x3FU];
    return text;
}

std::string random_token() {
    std::array<unsigned char, 32> octets{};
    if (RAND_bytes(octets.data(), octets.size()) != 1) return {};
    return base64url({reinterpret_cast<const char*>(octets.data()), octets.size()});
}

/// Standard alphabet, as in a Basic header.
std::string from_base64(std::string_view text) {
    std::string plain(text.size() / 4 * 3 + 3, '\0');
    const auto size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(plain.data()),
                                      reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()));
    if (size < 0) return {};
    plain.resize(static_cast<std::size_t>(size));
    while (plain.ends_with('\0'))
        plain.pop_back();
    return plain;
}

Reply oauth_error(int status, std::string_view error, std::string_view what) {
    Json json;
    json.begin_object();
    json.field("error", error);
    json.field("error_description", what);
    json.end_object();
    return {status,
            json.text(),
            {{"Content-Type", "application/json; charset=utf-8"}, {"Cache-Control", "no-store"}}};
}

/// "http://127.0.0.1:53682/callback", "http://localhost/", "http://[::1]:1/x".
bool is_loopback(std::string_view uri) {
    constexpr std::string_view scheme = "http://";
    if (!uri.starts_with(scheme)) return false;
    const auto rest = uri.substr(scheme.size());
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    for (const std::string_view host : {"127.0.0.1", "localhost", "[::1]"}) {
        if (!authority.starts_with(host)) continue;
        const auto port = authority.substr(host.size());
        if (port.empty()) return true;
        if (port.size() > 1 && port[0] == ':' &&
            port.find_first_not_of("0123456789", 1) == std::string_view::npos)
            return true;
    }
    return false;
}

std::string_view bearer(const Request& request) {
    const auto value = request.header("authorization");
    constexpr std::size_t size = 7;
    return lower(value.substr(0, size)) == "bearer " ? value.substr(size) : std::string_view{};
}

Reply unauthorised() {
    auto reply = error_reply(401, "Authorization has been denied for this request.");
    reply.headers.emplace_back("WWW-Authenticate", "Bearer");
    return reply;
}

}  // namespace

Login::Login(LoginOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {
    for (const auto& token : options_.tokens)
        shared_.push_back(digest(token));
}

std::int64_t Login::now() const {
    return std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch())
        .count();
}

void Login::forget_expired() {
    std::erase_if(codes_, [this](const auto& each) { return each.second.expires <= now(); });
    std::erase_if(accesses_, [this](const auto& each) { return each.second.expires <= now(); });
}

Reply Login::authorize(const Options& query, const TestUser& user) {
    const auto asked = [&query](std::string_view name) { return option(query, name).value_or(""); };
    // A wrong client or address is told here, never there: the address may be somebody else's.
    if (options_.code_grant == LoginOptions::CodeGrant::refused)
        return error_reply(403, "Logins are not offered here (--allow-login).");
    if (asked("client_id") != options_.client_id)
        return error_reply(400, "client_id: this application is not known.");
    const auto redirect = asked("redirect_uri");
    if (!is_loopback(redirect))
        return error_reply(400, "redirect_uri: expected an address on loopback.");
    const auto answer = [&](std::string_view name, std::string_view value) {
        const auto joint = redirect.find('?') == std::string::npos ? '?' : '&';
        auto address = fmt::format("{}{}{}={}", redirect, joint, name, percent_encode(value));
        if (const auto state = option(query, "state"))
            address += "&state=" + percent_encode(*state);
        return Reply{302, {}, {{"Location", address}}};
    };
    if (asked("response_type") != "code") return answer("error", "unsupported_response_type");
    const auto method = asked("code_challenge_method");
    const bool is_hashed = method == "S256";
    if (!is_hashed && !method.empty() && method != "plain")
        return answer("error", "invalid_request");
    auto scope = asked("scope");
    if (scope.empty()) scope = "read_all";
    for (std::string_view rest = scope; !rest.empty();) {
        const auto each = rest.substr(0, rest.find(' '));
        rest = rest.substr(std::min(each.size() + 1, rest.size()));
        if (each != "read_all" && each != "write_all" && !each.empty())
            return answer("error", "invalid_scope");
    }
    forget_expired();
    const auto code = random_token();
    if (code.empty() || codes_.size() >= grants_max)
        return answer("error", "temporarily_unavailable");
    codes_[digest(code)] = {
        {user, scope}, redirect, asked("code_challenge"), is_hashed, now() + code_seconds};
    return answer("code", code);
}

bool Login::is_client(const Request& request, const Options& form) const {
    auto id = option(form, "client_id").value_or("");
    auto secret = option(form, "client_secret").value_or("");
    const auto header = request.header("authorization");
    if (lower(header.substr(0, 6)) == "basic ") {
        const auto pair = from_base64(header.substr(6));
        const auto colon = pair.find(':');
        id = pair.substr(0, colon);
        secret = colon == std::string::npos ? "" : pair.substr(colon + 1);
    }
    return digest(id) == digest(options_.client_id) &&
           digest(secret) == digest(options_.client_secret);
}

Reply Login::token(const Request& request) {
    if (options_.code_grant == LoginOptions::CodeGrant::refused)
        return oauth_error(403, "access_denied", "Logins are not offered here (--allow-login).");
    const auto form = read_options(request.body);
    if (!form) return oauth_error(400, "invalid_request", form.error().message);
    if (!is_client(request, *form))
        return oauth_error(400, "invalid_client", "The application or its secret is wrong.");
    forget_expired();
    const auto type = option(*form, "grant_type");
    if (type == "authorization_code") return by_code(*form);
    if (type == "refresh_token") return by_refresh(*form);
    return oauth_error(400, "unsupported_grant_type",
                       "grant_type: expected authorization_code or refresh_token.");
}

Reply Login::by_code(const Options& form) {
    const auto known = codes_.find(digest(option(form, "code").value_or("")));
    if (known == codes_.end()) return oauth_error(400, "invalid_grant", "The code is not valid.");
    const auto code = known->second;
    codes_.erase(known);  // whoever tries it, it is used up
    if (option(form, "redirect_uri") != code.redirect_uri)
        return oauth_error(400, "invalid_grant", "redirect_uri: is another than before.");
    if (!code.challenge.empty()) {
        const auto verifier = option(form, "code_verifier").value_or("");
        const auto proof = code.is_hashed ? base64url(digest(verifier)) : verifier;
        if (proof != code.challenge)
            return oauth_error(400, "invalid_grant", "code_verifier: does not fit.");
    }
    return pair_for(code.grant);
}

Reply Login::by_refresh(const Options& form) {
    const auto known = refreshes_.find(digest(option(form, "refresh_token").value_or("")));
    if (known == refreshes_.end())
        return oauth_error(400, "invalid_grant", "The refresh token is not valid.");
    const auto grant = known->second;
    refreshes_.erase(known);
    return pair_for(grant);
}

Reply Login::pair_for(const Grant& grant) {
    const auto access = random_token();
    const auto refresh = random_token();
    const bool is_full = accesses_.size() >= grants_max || refreshes_.size() >= grants_max;
    if (access.empty() || refresh.empty() || is_full)
        return oauth_error(503, "temporarily_unavailable", "No token can be made now.");
    accesses_[digest(access)] = {grant, now() + options_.token_seconds};
    refreshes_[digest(refresh)] = grant;
    ++issued_;
    Json json;
    json.begin_object();
    json.field("access_token", access);
    json.field("token_type", "bearer");
    json.field("expires_in", options_.token_seconds);
    json.field("refresh_token", refresh);
    json.field("user_id", std::to_string(grant.user.id));
    json.field("user_name", grant.user.name);
    json.end_object();
    return {200,
            json.text(),
            {{"Content-Type", "application/json; charset=utf-8"}, {"Cache-Control", "no-store"}}};
}

const Login::Access* Login::access_of(const Request& request) const {
    const auto known = accesses_.find(digest(bearer(request)));
    const bool is_valid = known != accesses_.end() && known->second.expires > now();
    return is_valid ? &known->second : nullptr;
}

std::optional<Reply> Login::refusal(const Request& request, Right right) const {
    const auto token = bearer(request);
    if (token.empty()) return unauthorised();
    const bool is_shared = std::ranges::find(shared_, digest(token)) != shared_.end();
    if (is_shared && !are_shared_refused_) return std::nullopt;
    const auto* const access = access_of(request);
    if (access == nullptr) return unauthorised();
    const auto needed = right == Right::write ? "write_all" : "read_all";
    if (access->grant.scope.find(needed) != std::string::npos) return std::nullopt;
    return error_reply(403, fmt::format("The token lacks the scope {}.", needed));
}

TestUser Login::holder(const Request& request) const {
    const auto* const access = access_of(request);
    return access == nullptr ? TestUser{0, "SyncUser"} : access->grant.user;
}

void Login::expire_access() {
    accesses_.clear();
    are_shared_refused_ = true;
}

void Login::revoke_refresh() {
    refreshes_.clear();
}

Result<std::vector<std::string>> tokens_in(std::string_view text) {
    constexpr std::size_t length_min = 8;
    std::vector<std::string> tokens;
    std::size_t number = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        ++number;
        while (line.ends_with('\r') || line.ends_with(' '))
            line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        const bool is_plain =
            std::ranges::all_of(line, [](char letter) { return letter > ' ' && letter < '\x7f'; });
        if (line.size() < length_min || !is_plain) {
            return fail({Reach::configuration, "hq.tokens",
                         fmt::format("line {}: a token has at least {} characters and no blanks",
                                     number, length_min)});
        }
        tokens.emplace_back(line);
    }
    if (tokens.empty())
        return fail({Reach::configuration, "hq.tokens", "there is no token in the file"});
    return tokens;
}

}  // namespace hqsync::hqapi
