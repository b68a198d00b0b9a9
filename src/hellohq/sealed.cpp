// libsodium's secretbox (XSalsa20 and Poly1305).
#include "hellohq/sealed.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "login/assertion.hpp"

namespace hqsync::hellohq {

namespace {

constexpr std::size_t key_text_min = 32;

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

Fault key_fault(std::string detail) {
    return {Reach::configuration, "login.key", std::move(detail)};
}

Fault file_fault(const std::filesystem::path& file) {
    return {Reach::configuration, "login.file",
            fmt::format("cannot write {}: {}", file.string(), std::strerror(errno))};
}

/// Safe to call again.
bool is_ready() {
    return sodium_init() >= 0;
}

}  // namespace

Result<std::string> sealing_key(std::string_view key_text) {
    if (!is_ready()) return fail(key_fault("libsodium does not start"));
    if (key_text.size() < key_text_min) {
        return fail(
            key_fault(fmt::format("the key that seals the login has fewer than {} "
                                  "characters; \"openssl rand -hex 32\" makes one",
                                  key_text_min)));
    }
    std::string key(crypto_secretbox_KEYBYTES, '\0');
    crypto_generichash(octets(key), key.size(), octets(key_text), key_text.size(), nullptr, 0);
    return key;
}

std::string sealed(std::string_view text, const std::string& key) {
    std::string nonce(crypto_secretbox_NONCEBYTES, '\0');
    randombytes_buf(nonce.data(), nonce.size());
    std::string box(crypto_secretbox_MACBYTES + text.size(), '\0');
    crypto_secretbox_easy(octets(box), octets(text), text.size(), octets(nonce), octets(key));
    return nonce + box;
}

Result<std::string> opened(std::string_view sealed_text, const std::string& key) {
    constexpr auto head = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    const Fault unreadable{Reach::configuration, "login.sealed",
                           "the stored login at helloHQ does not open with this key; use the key "
                           "it was made with, or log in again with hqsync hq login"};
    if (!is_ready() || sealed_text.size() < head) return fail(unreadable);
    const auto nonce = sealed_text.substr(0, crypto_secretbox_NONCEBYTES);
    const auto box = sealed_text.substr(nonce.size());
    std::string text(box.size() - crypto_secretbox_MACBYTES, '\0');
    const auto result = crypto_secretbox_open_easy(octets(text), octets(box), box.size(),
                                                   octets(nonce), octets(std::string_view(key)));
    if (result != 0) return fail(unreadable);
    return text;
}

std::string random_text(std::size_t count) {
    is_ready();
    std::string text(count, '\0');
    randombytes_buf(text.data(), text.size());
    return login::base64url(text);
}

Result<void> make_key_file(const std::filesystem::path& file) {
    if (!is_ready()) return fail(key_fault("libsodium does not start"));
    std::string key;
    for (int i = 0; i < 8; ++i)
        key += fmt::format("{:08x}", randombytes_random());
    return write_private_file(file, key + "\n");
}

Result<void> write_private_file(const std::filesystem::path& file, std::string_view text) {
    auto beside = file;
    beside += ".new";
    ::unlink(beside.c_str());
    const int handle = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (handle < 0) return fail(file_fault(beside));
    const auto written = ::write(handle, text.data(), text.size());
    const bool is_kept = written == static_cast<ssize_t>(text.size()) && ::fsync(handle) == 0;
    ::close(handle);
    if (!is_kept || ::rename(beside.c_str(), file.c_str()) != 0) return fail(file_fault(file));
    // Without this a power cut could bring the former file back.
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    const int place = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place >= 0) {
        ::fsync(place);
        ::close(place);
    }
    return {};
}

}  // namespace hqsync::hellohq
