// RFC 7235: several schemes in one header field, or one in each.
#include "http/offered_schemes.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace hqsync::http {

namespace {

/// A word of the server's, for a terminal.
std::string plain_word(std::string_view text) {
    std::string word(text.substr(0, 40));
    std::erase_if(word, [](char letter) {
        const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
        return !is_letter && (letter < '0' || letter > '9') && letter != '-' && letter != '_';
    });
    return word;
}

}  // namespace

std::vector<std::string> offered_schemes(const Response& answer) {
    std::vector<std::string> schemes;
    for (const auto& [name, value] : answer.headers) {
        if (name != "www-authenticate") continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const auto comma = std::min(rest.find(','), rest.size());
            auto piece = rest.substr(0, comma);
            rest.remove_prefix(std::min(comma + 1, rest.size()));
            piece.remove_prefix(std::min(piece.find_first_not_of(' '), piece.size()));
            const auto word = piece.substr(0, piece.find(' '));
            // Behind a comma may also stand a parameter of the scheme before.
            if (!word.empty() && word.find('=') == std::string_view::npos) {
                schemes.push_back(plain_word(word));
            }
        }
    }
    return schemes;
}

}  // namespace hqsync::http
