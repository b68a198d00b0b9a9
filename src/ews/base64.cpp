// By OpenSSL's block functions, in blocks that fit their int lengths.
#include "ews/base64.hpp"

#include <algorithm>

#include <openssl/evp.h>

namespace hqsync::ews {

namespace {

const unsigned char* octets_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// A multiple of 12, so that neither form ends within a group.
constexpr std::size_t block_max = 12U << 20U;

}  // namespace

std::string to_base64(std::string_view octets) {
    std::string result;
    std::string block;
    while (!octets.empty()) {
        const auto size = std::min(octets.size(), block_max);
        block.resize((size + 2) / 3 * 4 + 1);  // and the terminating zero
        const auto written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(block.data()),
                                             octets_of(octets), static_cast<int>(size));
        result.append(block, 0, static_cast<std::size_t>(written));
        octets.remove_prefix(size);
    }
    return result;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string plain;
    std::ranges::copy_if(text, std::back_inserter(plain), [](char letter) {
        return letter != ' ' && letter != '\t' && letter != '\n' && letter != '\r';
    });
    const auto padding = plain.size() - std::min(plain.find('='), plain.size());
    if (plain.size() % 4 != 0 || padding > 2 ||
        plain.find_first_not_of('=', plain.size() - padding) != std::string::npos) {
        return std::nullopt;
    }
    std::string result;
    std::string block;
    for (std::string_view rest = plain; !rest.empty();) {
        const auto size = std::min(rest.size(), block_max);
        block.resize(size / 4 * 3);
        const auto read = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(block.data()),
                                          octets_of(rest), static_cast<int>(size));
        if (read < 0) return std::nullopt;
        result.append(block, 0, static_cast<std::size_t>(read));
        rest.remove_prefix(size);
    }
    result.resize(result.size() - padding);  // OpenSSL counts the padding as zeros
    return result;
}

}  // namespace hqsync::ews
