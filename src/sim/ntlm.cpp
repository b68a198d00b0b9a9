// Messages are fixed fields, little-endian, that point into what follows them.
#include "sim/ntlm.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "sim/md4.hpp"

namespace hqsync::sim {

namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view signature = "NTLMSSP\0"sv;

// Flags of [MS-NLMP] 2.2.2.5. No key exchange is offered: HTTP uses no session key.
constexpr std::uint32_t unicode = 0x00000001;
constexpr std::uint32_t oem = 0x00000002;
constexpr std::uint32_t request_target = 0x00000004;
constexpr std::uint32_t ntlm = 0x00000200;
constexpr std::uint32_t always_sign = 0x00008000;
constexpr std::uint32_t target_is_domain = 0x00010000;
constexpr std::uint32_t extended_session = 0x00080000;
constexpr std::uint32_t has_target_info = 0x00800000;
constexpr std::uint32_t has_version = 0x02000000;
constexpr std::uint32_t taken_over = unicode | request_target | always_sign | has_version;

// Kinds of pairs in target info, 2.2.2.1.
constexpr unsigned pair_end = 0;
constexpr unsigned pair_computer = 1;
constexpr unsigned pair_domain = 2;
constexpr unsigned pair_dns_computer = 3;
constexpr unsigned pair_dns_domain = 4;
constexpr unsigned pair_flags = 6;
constexpr unsigned pair_time = 7;

constexpr std::size_t proof_size = 16;
constexpr std::size_t pairs_at = proof_size + 28;  ///< in a response
constexpr std::size_t mic_at = 72;
constexpr std::size_t version_1_size = 24;

void put(std::string& to, std::uint64_t number, std::size_t bytes) {
    for (std::size_t at = 0; at < bytes; ++at)
        to += static_cast<char>((number >> (at * 8)) & 0xFFU);
}

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < size; ++i)
        number |= std::uint32_t{static_cast<std::uint8_t>(bytes[at + i])} << (i * 8);
    return number;
}

void put_code(std::u16string& to, std::uint32_t code) {
    if (code < 0x10000) {
        to += static_cast<char16_t>(code);
    } else {
        to += static_cast<char16_t>(0xD800 + ((code - 0x10000) >> 10U));
        to += static_cast<char16_t>(0xDC00 + ((code - 0x10000) & 0x3FFU));
    }
}

/// Bytes that are no UTF-8 are taken one by one.
std::u16string utf16(std::string_view text) {
    std::u16string made;
    for (std::size_t at = 0; at < text.size();) {
        const auto first = static_cast<std::uint8_t>(text[at]);
        const std::size_t size = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        std::uint32_t code = size == 1 ? first : first & (0xFFU >> (size + 1));
        bool is_whole = at + size <= text.size();
        for (std::size_t i = 1; is_whole && i < size; ++i) {
            const auto next = static_cast<std::uint8_t>(text[at + i]);
            is_whole = (next & 0xC0U) == 0x80;
            code = code << 6U | (next & 0x3FU);
        }
        put_code(made, is_whole ? code : first);
        at += is_whole ? size : 1;
    }
    return made;
}

std::string octets(std::u16string_view text) {
    std::string made;
    for (const char16_t unit : text)
        put(made, unit, 2);
    return made;
}

void put_utf8(std::string& to, std::uint32_t code) {
    if (code < 0x80) {
        to += static_cast<char>(code);
        return;
    }
    const unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr std::array<std::uint32_t, 4> lead{0, 0xC0, 0xE0, 0xF0};
    to += static_cast<char>(lead[more] | code >> (6 * more));
    for (unsigned left = more; left-- > 0;)
        to += static_cast<char>(0x80U | (code >> (6 * left) & 0x3FU));
}

std::string utf8(std::u16string_view text) {
    std::string made;
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::uint32_t code = text[at];
        if (code >= 0xD800 && code < 0xDC00 && at + 1 < text.size())
            code = 0x10000 + ((code - 0xD800) << 10U) + (text[++at] - 0xDC00U);
        put_utf8(made, code);
    }
    return made;
}

/// Of ASCII and Latin-1; names of accounts beyond are compared as they are.
std::u16string upper(std::u16string text) {
    for (char16_t& unit : text) {
        const bool is_latin = unit >= 0xE0 && unit <= 0xFE && unit != 0xF7;
        if ((unit >= u'a' && unit <= u'z') || is_latin) unit = static_cast<char16_t>(unit - 0x20);
    }
    return text;
}

std::string hmac_md5(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_md5(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
    return {digest.begin(), digest.begin() + size};
}

/// The text that the eight bytes at `at` point to.
std::optional<std::string_view> field(std::string_view message, std::size_t at) {
    const std::size_t size = number_at(message, at, 2);
    const std::size_t start = number_at(message, at + 4, 4);
    if (size == 0) return std::string_view();
    if (start > message.size() || size > message.size() - start) return std::nullopt;
    return message.substr(start, size);
}

std::string name_in(std::string_view bytes, std::uint32_t flags) {
    std::u16string text;
    const std::size_t width = (flags & unicode) != 0 ? 2 : 1;
    for (std::size_t at = 0; at + width <= bytes.size(); at += width)
        text += static_cast<char16_t>(number_at(bytes, at, width));
    return utf8(text);
}

void put_pair(std::string& to, unsigned kind, std::string_view value) {
    put(to, kind, 2);
    put(to, value.size(), 2);
    to += value;
}

std::string target_info(const NtlmServer& server, std::int64_t seconds) {
    constexpr std::int64_t seconds_from_1601_to_1970 = 11'644'473'600;
    const auto text = [](std::string_view name) { return octets(utf16(name)); };
    std::string pairs;
    put_pair(pairs, pair_domain, text(server.netbios_domain));
    put_pair(pairs, pair_computer, text(server.netbios_computer));
    put_pair(pairs, pair_dns_domain, text(server.dns_domain));
    put_pair(pairs, pair_dns_computer, text(server.netbios_computer + "." + server.dns_domain));
    std::string time;
    put(time, static_cast<std::uint64_t>(seconds + seconds_from_1601_to_1970) * 10'000'000, 8);
    put_pair(pairs, pair_time, time);
    put_pair(pairs, pair_end, {});
    return pairs;
}

/// Whether the pairs of a response say that the message carries a MIC.
bool has_mic(std::string_view response) {
    for (std::size_t at = pairs_at; at + 4 <= response.size();) {
        const auto kind = number_at(response, at, 2);
        const std::size_t size = number_at(response, at + 2, 2);
        if (kind == pair_end || size > response.size() - at - 4) return false;
        if (kind == pair_flags && size == 4) return (number_at(response, at + 4, 4) & 2U) != 0;
        at += 4 + size;
    }
    return false;
}

bool is_mic_good(const NtlmAnswer& answer, const NtlmChallenge& challenge, std::string_view key) {
    if (answer.message.size() < mic_at + 16) return false;
    std::string unsigned_message = answer.message;
    const std::string mic = unsigned_message.substr(mic_at, 16);
    unsigned_message.replace(mic_at, 16, 16, '\0');
    return hmac_md5(key, challenge.negotiate + challenge.message + unsigned_message) == mic;
}

}  // namespace

unsigned ntlm_kind(std::string_view message) {
    if (message.size() < 12 || !message.starts_with(signature)) return 0;
    const auto kind = number_at(message, 8, 4);
    return kind <= 3 ? kind : 0;
}

std::optional<NtlmChallenge> ntlm_challenge(std::string_view negotiate, const NtlmServer& server,
                                            std::uint64_t nonce, std::int64_t seconds) {
    if (ntlm_kind(negotiate) != 1 || negotiate.size() < 16) return std::nullopt;
    const auto asked = number_at(negotiate, 12, 4);
    auto flags =
        (asked & taken_over) | ntlm | target_is_domain | extended_session | has_target_info;
    if ((flags & unicode) == 0) flags |= oem;
    constexpr std::size_t head = 56;
    const auto name =
        (flags & unicode) != 0 ? octets(utf16(server.netbios_domain)) : server.netbios_domain;
    const auto info = target_info(server, seconds);
    NtlmChallenge made{.negotiate = std::string(negotiate)};
    put(made.nonce, nonce, 8);
    std::string& message = made.message;
    message = signature;
    put(message, 2, 4);
    put(message, name.size(), 2);
    put(message, name.size(), 2);
    put(message, head, 4);
    put(message, flags, 4);
    message += made.nonce;
    put(message, 0, 8);
    put(message, info.size(), 2);
    put(message, info.size(), 2);
    put(message, head + name.size(), 4);
    // Windows Server 2019 (10.0.17763), NTLM revision 15.
    put(message, (flags & has_version) != 0 ? 0x0F00000045630000ULL + 0x0AULL : 0ULL, 8);
    message += name + info;
    return made;
}

std::optional<NtlmAnswer> read_ntlm_answer(std::string_view authenticate) {
    constexpr std::size_t head = 64;
    if (ntlm_kind(authenticate) != 3 || authenticate.size() < head) return std::nullopt;
    const auto flags = number_at(authenticate, 60, 4);
    const auto response = field(authenticate, 20);
    const auto domain = field(authenticate, 28);
    const auto user = field(authenticate, 36);
    if (!response || !domain || !user) return std::nullopt;
    return NtlmAnswer{.domain = name_in(*domain, flags),
                      .user = name_in(*user, flags),
                      .response = std::string(*response),
                      .message = std::string(authenticate)};
}

std::string ntlm_key(std::string_view user, std::string_view domain, std::string_view password) {
    return hmac_md5(md4(octets(utf16(password))),
                    octets(upper(utf16(user))) + octets(utf16(domain)));
}

std::string ntlm_proof(std::string_view key, std::string_view nonce, std::string_view blob) {
    return hmac_md5(key, std::string(nonce) + std::string(blob));
}

NtlmVerdict check_ntlm(const NtlmAnswer& answer, const NtlmChallenge& challenge,
                       std::string_view password) {
    const std::string_view response = answer.response;
    if (response.size() <= version_1_size || response.size() < pairs_at)
        return NtlmVerdict::not_version_2;
    const auto proof = response.substr(0, proof_size);
    const auto key = ntlm_key(answer.user, answer.domain, password);
    if (ntlm_proof(key, challenge.nonce, response.substr(proof_size)) != proof)
        return NtlmVerdict::wrong;
    // Without key exchange the key that signs is that of the session.
    if (has_mic(response) && !is_mic_good(answer, challenge, hmac_md5(key, proof)))
        return NtlmVerdict::wrong;
    return NtlmVerdict::good;
}

}  // namespace hqsync::sim
