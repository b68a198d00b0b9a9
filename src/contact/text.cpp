// Unicode texts by ICU, after a look whether they are plain ASCII.
#include "contact/text.hpp"

#include <algorithm>
#include <array>

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include "base/letter_case.hpp"

namespace hqsync {

namespace {

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(
        text, [](char letter) { return static_cast<unsigned char>(letter) < 0x80; });
}

icu::UnicodeString in_nfc(const icu::UnicodeString& text) {
    UErrorCode error = U_ZERO_ERROR;
    // The instance belongs to ICU and is shared; getting it cannot fail with ICU's data there.
    const auto* normalizer = icu::Normalizer2::getNFCInstance(error);
    if (U_FAILURE(error)) return text;
    auto result = normalizer->normalize(text, error);
    return U_FAILURE(error) ? text : result;
}

icu::UnicodeString from_utf8(std::string_view text) {
    return icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

std::string to_utf8(const icu::UnicodeString& text) {
    std::string result;
    text.toUTF8String(result);
    return result;
}

}  // namespace

std::string composed(std::string_view text) {
    if (is_ascii(text)) return std::string(text);
    return to_utf8(in_nfc(from_utf8(text)));
}

std::string folded(std::string_view text) {
    if (is_ascii(text)) return lower_case(text);
    auto wide = in_nfc(from_utf8(text));
    wide.foldCase();
    return to_utf8(in_nfc(wide));
}

std::string with_plain_line_ends(std::string_view text) {
    // CR LF first, or it would count as two.
    constexpr std::array<std::string_view, 7> ends = {
        "\r\n", "\r", "\v", "\f", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};
    std::string result;
    while (!text.empty()) {
        const auto end =
            std::ranges::find_if(ends, [&](std::string_view one) { return text.starts_with(one); });
        const auto length = end == ends.end() ? 1 : end->size();
        result += end == ends.end() ? text.front() : '\n';
        text.remove_prefix(length);
    }
    return result;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view hard_blank = "\xC2\xA0";
    const auto is_blank = [](char letter) {
        return letter == ' ' || (letter >= '\t' && letter <= '\r');
    };
    while (!text.empty()) {
        if (is_blank(text.front())) {
            text.remove_prefix(1);
        } else if (text.starts_with(hard_blank)) {
            text.remove_prefix(2);
        } else if (is_blank(text.back())) {
            text.remove_suffix(1);
        } else if (text.ends_with(hard_blank)) {
            text.remove_suffix(2);
        } else {
            break;
        }
    }
    return text;
}

}  // namespace hqsync
