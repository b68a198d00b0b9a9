// The server's half of the protocol, as far as tests need it.
#include "unit/management/psrp_played_shell.hpp"

#include <algorithm>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <fmt/format.h>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include "base/base64.hpp"
#include "management/clixml_reader.hpp"
#include "management/clixml_writer.hpp"

namespace hqsync::management::test {

namespace {

using clixml::bag;
using clixml::Value;
using psrp::Message;
using psrp::MessageType;

/// Others get their turn, as over a real line.
Task<void> yield() {
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
}

/// Encrypts for a PUBLICKEYBLOB as the server's CryptoAPI does.
std::string simple_blob(const std::string& public_key, const std::string& key) {
    const auto blob = from_base64(public_key).value_or("");
    const auto* const octets = reinterpret_cast<const unsigned char*>(blob.data());
    BIGNUM* const exponent = BN_lebin2bn(octets + 16, 4, nullptr);
    BIGNUM* const modulus = BN_lebin2bn(octets + 20, 256, nullptr);
    OSSL_PARAM_BLD* const build = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus);
    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent);
    OSSL_PARAM* const params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX* const maker = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
    EVP_PKEY* rsa = nullptr;
    EVP_PKEY_fromdata_init(maker);
    EVP_PKEY_fromdata(maker, &rsa, EVP_PKEY_PUBLIC_KEY, params);
    EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new(rsa, nullptr);
    EVP_PKEY_encrypt_init(context);
    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING);
    std::string cipher(256, '\0');
    std::size_t length = cipher.size();
    EVP_PKEY_encrypt(context, reinterpret_cast<unsigned char*>(cipher.data()), &length,
                     reinterpret_cast<const unsigned char*>(key.data()), key.size());
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(rsa);
    EVP_PKEY_CTX_free(maker);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(modulus);
    BN_free(exponent);
    std::ranges::reverse(cipher);
    return to_base64(std::string("\x01\x02\0\0\x10\x66\0\0\0\xA4\0\0", 12) + cipher);
}

Message from_server(MessageType type, const Value& data) {
    const bool is_of_pipeline = static_cast<std::uint32_t>(type) >= 0x00041000;
    Message message;
    message.destination = psrp::Destination::client;
    message.type = type;
    if (is_of_pipeline) message.pipeline = *psrp::Guid::from_text(std::string(32, '1'));
    message.data = "\xEF\xBB\xBF" + *clixml::write(data);
    return message;
}

/// "Create" with what its fragments hold, in the words of the log.
std::string words_of(const Envelope& request, psrp::Assembler& assembler) {
    static const std::map<std::string, std::string> operations = {
        {"Create", "create"},   {"Command", "command"}, {"Send", "send"},
        {"Receive", "receive"}, {"Signal", "signal"},   {"Delete", "remove"}};
    const auto known = operations.find(request.action);
    std::string words = known == operations.end() ? request.action : known->second;
    for (const auto& [carrier, command_id, bytes] : request.carried) {
        if (carrier.starts_with("Stream:")) words += " " + carrier.substr(7);
        for (const auto& octets : *assembler.take(bytes))
            words += " " + std::string(name(psrp::decode(octets)->type));
    }
    return words;
}

}  // namespace

std::string_view name(MessageType type) {
    switch (type) {
        case MessageType::session_capability: return "SESSION_CAPABILITY";
        case MessageType::init_runspace_pool: return "INIT_RUNSPACEPOOL";
        case MessageType::public_key: return "PUBLIC_KEY";
        case MessageType::create_pipeline: return "CREATE_PIPELINE";
        case MessageType::get_command_metadata: return "GET_COMMAND_METADATA";
        case MessageType::pipeline_input: return "PIPELINE_INPUT";
        case MessageType::end_of_pipeline_input: return "END_OF_PIPELINE_INPUT";
        case MessageType::pipeline_host_response: return "PIPELINE_HOST_RESPONSE";
        case MessageType::runspace_pool_host_response: return "RUNSPACEPOOL_HOST_RESPONSE";
        default: return "OTHER";
    }
}

Task<void> PlayedClock::sleep_for(Milliseconds pause) {
    pass(pause);
    co_return;
}

void PlayedShell::say(std::vector<Message> all) {
    Received received;
    for (const auto& message : all) {
        const bool is_of_pool = message.pipeline == psrp::Guid();
        for (auto& fragment : psrp::cut(psrp::encode(message), next_object_++, 1000))
            received.chunks.push_back(
                {"stdout", is_of_pool ? "" : command_id, std::move(fragment)});
    }
    answers.emplace_back(std::move(received));
}

void PlayedShell::say(MessageType type, const Value& data) {
    say({from_server(type, data)});
}

void PlayedShell::say_raw(std::string bytes, std::string command) {
    Received received;
    received.chunks.push_back({"stdout", std::move(command), std::move(bytes)});
    answers.emplace_back(std::move(received));
}

void PlayedShell::say_opened(const std::string& version) {
    const Value text(clixml::Text{clixml::Lexical::version, version});
    say({from_server(MessageType::session_capability, bag({{"protocolversion", text}})),
         from_server(MessageType::runspace_pool_state,
                     bag({{"RunspaceState", Value(std::int32_t{2})}}))});
}

void PlayedShell::say_state(std::int32_t pipeline_state) {
    say(MessageType::pipeline_state, bag({{"PipelineState", Value(pipeline_state)}}));
}

std::string PlayedShell::last_data(MessageType type) const {
    const auto found = std::ranges::find(messages.rbegin(), messages.rend(), type, &Message::type);
    return found == messages.rend() ? "" : found->data;
}

void PlayedShell::say_session_key(const std::string& key) {
    const auto data = clixml::read(last_data(MessageType::public_key));
    const auto blob = clixml::string_in(property(*data, "PublicKey")).value_or("");
    say(MessageType::encrypted_session_key,
        bag({{"EncryptedSessionKey", Value(simple_blob(blob, key))}}));
}

Result<void> PlayedShell::note(std::string words, std::string_view bytes) {
    const auto operation = words;
    const auto whole = assembler_.take(bytes);
    for (const auto& octets : *whole) {
        messages.push_back(*psrp::decode(octets));
        words += " " + std::string(test::name(messages.back().type));
    }
    log.push_back(words);
    if (on_operation) on_operation(words);
    const auto fault = faults.find(operation);
    if (fault == faults.end()) return {};
    return fail(fault->second);
}

Task<Result<std::string>> PlayedShell::create(ShellRequest request) {
    co_await yield();
    const auto noted = note("create", request.creation);
    is_held = noted.has_value() || noted.error().outcome_unknown;
    if (!noted) co_return fail(noted.error());
    co_return request.shell_id;
}

Task<Result<std::string>> PlayedShell::command(std::string, std::string fragment) {
    co_await yield();
    const auto noted = note("command", fragment);
    if (!noted) co_return fail(noted.error());
    co_return command_id;
}

Task<Result<void>> PlayedShell::send(std::string, std::string_view stream, std::string bytes) {
    co_await yield();
    co_return note("send " + std::string(stream), bytes);
}

Task<Result<Received>> PlayedShell::receive(std::string) {
    co_await yield();
    const auto noted = note("receive", "");
    if (!noted) co_return fail(noted.error());
    if (answers.empty()) {
        clock_.pass(silence);
        co_return Received();
    }
    auto answer = std::move(answers.front());
    answers.pop_front();
    co_return answer;
}

Task<Result<void>> PlayedShell::signal(std::string, Signal signal) {
    co_await yield();
    co_return note(signal == Signal::terminate ? "signal terminate" : "signal ctrl_c", "");
}

Task<Result<void>> PlayedShell::remove() {
    co_await yield();
    const auto noted = note("remove", "");
    if (noted) is_held = false;
    co_return noted;
}

std::vector<std::string> replay(PlayedShell& shell, const std::string& transcript_name) {
    std::vector<std::string> asked;
    psrp::Assembler client;
    for (const auto& [request, response, is_lost] :
         transcript("pypsrp/" + transcript_name + ".yml")) {
        // Asks for the settings of WinRM; Exchange does not let everybody do that.
        if (request.action == "Get") continue;
        asked.push_back(words_of(request, client));
        if (request.action == "Command") shell.command_id = response.command_id;
        if (request.action != "Receive") continue;
        const bool is_timeout = response.fault == "2150858793" || is_lost;
        if (!response.fault.empty() && !is_timeout) {
            shell.answers.emplace_back(fail({Reach::run, "shell.gone", response.fault}));
            continue;
        }
        Received received;
        received.is_done = response.is_done;
        received.exit_code = response.exit_code;
        for (const auto& [carrier, command_id, bytes] : response.carried)
            received.chunks.push_back({carrier.substr(7), command_id, bytes});
        shell.answers.emplace_back(std::move(received));
    }
    return asked;
}

}  // namespace hqsync::management::test
