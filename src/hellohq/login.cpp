// Addresses and answers of the code grant.
#include "hellohq/login.hpp"

#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>
#include <sodium.h>

#include "login/assertion.hpp"
#include "login/form.hpp"

namespace hqsync::hellohq {

namespace {

constexpr std::size_t verifier_octets = 48;  // 64 characters; RFC 7636 wants 43 to 128
constexpr std::size_t state_octets = 24;
constexpr std::size_t code_max = 2'048;

std::string challenge(const std::string& verifier) {
    std::string digest(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                       reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size());
    return login::base64url(digest);
}

std::string decoded(std::string_view text) {
    const auto digit = [](char letter) {
        if (letter >= '0' && letter <= '9') return letter - '0';
        const auto small = std::tolower(static_cast<unsigned char>(letter));
        return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
    };
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool has_two = text[i] == '%' && i + 2 < text.size();
        const int high = has_two ? digit(text[i + 1]) : -1;
        const int low = has_two ? digit(text[i + 2]) : -1;
        if (high >= 0 && low >= 0) {
            plain += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            plain += text[i] == '+' ? ' ' : text[i];
        }
    }
    return plain;
}

std::optional<std::string> parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = pair.find('=');
        if (equals != pair.npos && pair.substr(0, equals) == name)
            return decoded(pair.substr(equals + 1));
    }
    return std::nullopt;
}

Fault login_fault(const char* code, std::string detail) {
    return {Reach::configuration, code, std::move(detail)};
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0)
        text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
        text.remove_suffix(1);
    return text;
}

}  // namespace

Attempt begin_login(std::string redirect_uri) {
    return {.redirect_uri = std::move(redirect_uri),
            .state = random_text(state_octets),
            .verifier = random_text(verifier_octets)};
}

std::string authorisation_url(const Client& client, const Attempt& attempt) {
    return fmt::format(
        "{}/Account/Authorize?response_type=code&client_id={}&state={}&redirect_uri={}"
        "&scope=read_all%20write_all&code_challenge={}&code_challenge_method=S256",
        client.api_url, login::url_encoded(client.client_id), attempt.state,
        login::url_encoded(attempt.redirect_uri), challenge(attempt.verifier));
}

Result<std::string> code_in(std::string_view pasted, const Attempt& attempt) {
    const auto text = trimmed(pasted);
    const auto question = text.find('?');
    const bool is_address = question != text.npos;
    if (!is_address) {
        const bool is_code =
            !text.empty() && text.size() <= code_max && text.find_first_of(" \t\r\n") == text.npos;
        if (is_code) return decoded(text);
        return fail(login_fault("login.no_code", "that is neither a code nor an address with one"));
    }
    const auto query = text.substr(question + 1, text.find('#') - question - 1);
    if (parameter(query, "state") != attempt.state)
        return fail(login_fault("login.state", "that answers another login; begin again"));
    if (const auto error = parameter(query, "error"))
        return fail(
            login_fault("login.refused", fmt::format("helloHQ says {}", plain_reason(*error))));
    auto code = parameter(query, "code");
    if (!code || code->empty())
        return fail(login_fault("login.no_code", "there is no code in that address"));
    return *std::move(code);
}

Task<Result<Tokens>> exchange(Client client, Attempt attempt, std::string code,
                              http::Sender& sender, Clock& clock) {
    auto grant = fmt::format(
        "grant_type=authorization_code&code={}&redirect_uri={}"
        "&code_verifier={}",
        login::url_encoded(code), login::url_encoded(attempt.redirect_uri), attempt.verifier);
    co_return co_await fetch_tokens(std::move(client), std::move(grant), sender, clock);
}

}  // namespace hqsync::hellohq
