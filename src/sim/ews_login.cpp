// IIS as Exchange sets it up: a 401 names each scheme in a line of its own; NTLM belongs to a
// connection, Basic and Bearer to a request.
#include "sim/ews_login.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/base64.hpp"

namespace hqsync::sim {

namespace {

constexpr std::array<std::string_view, 4> known{"negotiate", "ntlm", "basic", "bearer"};

/// Account names are taken without the case of ASCII letters, as the addresses of mailboxes are.
bool is_same(std::string_view one, std::string_view other) {
    return lower(one) == lower(other);
}

Reply unauthorised_with(std::string challenge) {
    Reply reply{401, "", {{"Content-Type", "text/html"}}};
    reply.headers.emplace_back("WWW-Authenticate", std::move(challenge));
    return reply;
}

std::string upper_ascii(std::string_view text) {
    std::string made(text);
    for (char& letter : made) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    }
    return made;
}

struct Name {
    std::string user;
    std::string netbios;
    std::string suffix;
};

/// DOMAIN\NAME, NAME@domain or NAME; what is not said comes from the domain.
Name read_name(std::string_view typed, std::string_view domain) {
    Name name{.user = lower(typed),
              .netbios = upper_ascii(domain.substr(0, domain.find('.'))),
              .suffix = lower(domain)};
    if (const auto slash = name.user.find('\\'); slash != std::string::npos) {
        name.netbios = upper_ascii(typed.substr(0, slash));
        name.user.erase(0, slash + 1);
    } else if (const auto at = name.user.find('@'); at != std::string::npos) {
        name.suffix = name.user.substr(at + 1);
        name.user.erase(at);
    }
    return name;
}

}  // namespace

bool are_ews_schemes(std::string_view schemes) {
    while (true) {
        const auto comma = schemes.find(',');
        if (std::ranges::find(known, schemes.substr(0, comma)) == known.end()) return false;
        if (comma == std::string_view::npos) return true;
        schemes.remove_prefix(comma + 1);
    }
}

EwsLogin::EwsLogin(const Options& options, const Login& tokens)
    : now_(options.now),
      schemes_("," + options.ews_auth + ","),
      password_(options.ews_password),
      tokens_(tokens),
      random_(options.seed) {
    const auto name = read_name(options.ews_user, options.domain);
    user_ = name.user;
    suffix_ = name.suffix;
    server_ = {.netbios_domain = name.netbios,
               .netbios_computer = "EXCHANGE",
               .dns_domain = lower(options.domain)};
}

bool EwsLogin::offers(std::string_view scheme) const {
    return schemes_.find(fmt::format(",{},", scheme)) != std::string::npos;
}

Reply EwsLogin::unauthorised() const {
    Reply reply{401, "", {{"Content-Type", "text/html"}}};
    const auto offer = [&](std::string_view scheme, std::string line) {
        if (offers(scheme)) reply.headers.emplace_back("WWW-Authenticate", std::move(line));
    };
    offer("bearer", R"(Bearer client_id="00000002-0000-0ff1-ce00-000000000000", )"
                    R"(token_types="app_asserted_user_v1 service_asserted_app_v1")");
    offer("negotiate", "Negotiate");
    offer("ntlm", "NTLM");
    offer("basic", fmt::format(R"(Basic realm="exchange.{}")", server_.dns_domain));
    return reply;
}

void EwsLogin::unlock() {
    wrong_.clear();
    locked_until_ = 0;
}

Reply EwsLogin::bad_login(bool names_account) {
    ++bad_logins_;
    if (!names_account || is_locked()) return unauthorised();
    while (!wrong_.empty() && wrong_.front() + lockout.seconds <= now_())
        wrong_.pop_front();
    wrong_.push_back(now_());
    if (std::ssize(wrong_) >= lockout.wrong_max) {
        locked_until_ = now_() + lockout.seconds;
        wrong_.clear();
    }
    return unauthorised();
}

bool EwsLogin::is_account(std::string_view domain, std::string_view user) const {
    if (domain.empty()) {
        if (const auto slash = user.find('\\'); slash != std::string_view::npos)
            return is_account(user.substr(0, slash), user.substr(slash + 1));
        if (const auto at = user.find('@'); at != std::string_view::npos)
            return is_same(user.substr(0, at), user_) && is_same(user.substr(at + 1), suffix_);
        return is_same(user, user_);
    }
    return is_same(user, user_) &&
           (is_same(domain, server_.netbios_domain) || is_same(domain, server_.dns_domain));
}

std::optional<Reply> EwsLogin::refusal(const Request& request) {
    const auto value = request.header("authorization");
    const auto blank = std::min(value.find(' '), value.size());
    const auto scheme = lower(value.substr(0, blank));
    const auto token = value.substr(std::min(blank + 1, value.size()));
    if (value.empty()) {
        const auto at = connections_.find(request.connection);
        const bool is_in = at != connections_.end() && at->second.is_in;
        return is_in ? std::nullopt : std::optional(unauthorised());
    }
    if (!offers(scheme)) return unauthorised();
    if (scheme == "basic") return basic(token);
    if (scheme == "bearer")
        return tokens_.is_valid(token) ? std::nullopt : std::optional(unauthorised());
    return ntlm(request, value.substr(0, blank), token);
}

std::optional<Reply> EwsLogin::basic(std::string_view token) {
    const auto text = from_base64(token);
    const auto colon = text ? text->find(':') : std::string::npos;
    if (colon == std::string::npos) return bad_login(false);
    const bool names_account = is_account({}, std::string_view(*text).substr(0, colon));
    const bool is_right = names_account && text->substr(colon + 1) == password_;
    if (!is_right || is_locked()) return bad_login(names_account);
    return std::nullopt;
}

std::optional<Reply> EwsLogin::ntlm(const Request& request, std::string_view scheme,
                                    std::string_view token) {
    const auto message = from_base64(token);
    const unsigned kind = message ? ntlm_kind(*message) : 0;
    Connection& connection = connections_[request.connection];
    connection.is_in = false;
    if (kind == 3) return ntlm_answer(connection, *message);
    connection.challenge.reset();
    if (kind != 1) return unauthorised();
    connection.challenge = ntlm_challenge(*message, server_, random_(), now_());
    if (!connection.challenge) return unauthorised();
    return unauthorised_with(
        fmt::format("{} {}", scheme, to_base64(connection.challenge->message)));
}

std::optional<Reply> EwsLogin::ntlm_answer(Connection& connection, std::string_view message) {
    const auto challenge = std::exchange(connection.challenge, std::nullopt);
    const auto answer = read_ntlm_answer(message);
    if (!challenge) return unauthorised();
    if (!answer) return bad_login(false);
    const bool names_account = is_account(answer->domain, answer->user);
    const bool is_right =
        names_account && check_ntlm(*answer, *challenge, password_) == NtlmVerdict::good;
    if (!is_right || is_locked()) return bad_login(names_account);
    connection.is_in = true;
    return std::nullopt;
}

}  // namespace hqsync::sim
