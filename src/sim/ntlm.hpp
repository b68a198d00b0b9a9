// NTLMv2 from the server's side ([MS-NLMP]): the challenge and the check of the answer. Knows no
// sockets and no accounts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hqsync::sim {

/// How the server calls itself in a challenge.
struct NtlmServer {
    std::string netbios_domain;    ///< "AGENTUR"
    std::string netbios_computer;  ///< "EXCHANGE"
    std::string dns_domain;        ///< "agentur.example"
};

/// What was said on a connection so far: both messages as sent, the nonce in the second.
struct NtlmChallenge {
    std::string negotiate;
    std::string message;
    std::string nonce;  ///< 8 bytes
};

/// An AUTHENTICATE_MESSAGE, taken apart. Names are UTF-8, as the client wrote them.
struct NtlmAnswer {
    std::string domain;
    std::string user;
    std::string response;  ///< NtChallengeResponse
    std::string message;   ///< as sent
};

enum class NtlmVerdict : std::uint8_t { good, wrong, not_version_2 };

/// 1 negotiate, 2 challenge, 3 authenticate; 0: no message of NTLM.
unsigned ntlm_kind(std::string_view message);

/// Nothing for a negotiate message that is too short. `seconds` since 1970 go into the challenge,
/// and make a client that knows of it sign all three messages (MIC).
std::optional<NtlmChallenge> ntlm_challenge(std::string_view negotiate, const NtlmServer& server,
                                            std::uint64_t nonce, std::int64_t seconds);

/// Nothing when lengths and offsets do not fit into the message.
std::optional<NtlmAnswer> read_ntlm_answer(std::string_view authenticate);

/// Only NTLMv2; a MIC is checked when the answer says that it has one.
NtlmVerdict check_ntlm(const NtlmAnswer& answer, const NtlmChallenge& challenge,
                       std::string_view password);

/// NTOWFv2: the key of a password. User names are taken without case, domains and passwords not.
std::string ntlm_key(std::string_view user, std::string_view domain, std::string_view password);

/// NTProofStr over the nonce and what follows the proof in a response.
std::string ntlm_proof(std::string_view key, std::string_view nonce, std::string_view blob);

}  // namespace hqsync::sim
