// Transliteration by ICU, behind a cache of the names met.
#include "card/ascii.hpp"

#include <algorithm>
#include <stdexcept>

#include <unicode/translit.h>
#include <unicode/uchar.h>

#include "contact/text.hpp"

namespace hqsync::card {

namespace {

std::unique_ptr<icu::Transliterator> make(const char* id) {
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(
        icu::Transliterator::createInstance(id, UTRANS_FORWARD, error));
    if (U_FAILURE(error) || !made) throw std::runtime_error("ICU lacks the transliterator");
    return made;
}

bool is_plain(std::string_view text) {
    return std::ranges::all_of(
        text, [](char letter) { return static_cast<unsigned char>(letter) < 0x80; });
}

bool is_name_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9');
}

/// Every white space and dash of Unicode as a plain hyphen: ICU would make some of them vanish.
icu::UnicodeString with_plain_separators(const icu::UnicodeString& text) {
    icu::UnicodeString result;
    for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
        const auto point = text.char32At(i);
        const bool is_separator =
            u_isUWhiteSpace(point) != 0 || u_charType(point) == U_DASH_PUNCTUATION;
        result.append(is_separator ? static_cast<UChar32>(u'-') : point);
    }
    return result;
}

}  // namespace

struct Ascii::Transliterators {
    std::unique_ptr<icu::Transliterator> to_latin = make("Any-Latin");
    std::unique_ptr<icu::Transliterator> german = make("de-ASCII");
    std::unique_ptr<icu::Transliterator> to_ascii = make("Latin-ASCII");
};

Ascii::Ascii() = default;
Ascii::~Ascii() = default;

std::string Ascii::transliterated(std::string_view text) {
    if (is_plain(text)) return std::string(text);
    if (!transliterators_) transliterators_ = std::make_unique<Transliterators>();
    auto wide = with_plain_separators(icu::UnicodeString::fromUTF8(composed(text)));
    transliterators_->to_latin->transliterate(wide);
    transliterators_->german->transliterate(wide);
    transliterators_->to_ascii->transliterate(wide);
    std::string result;
    wide.toUTF8String(result);
    return result;
}

std::string Ascii::local_part(std::string_view name) {
    if (const auto* known = known_.find(std::string(name))) return *known;
    std::string part;
    for (const char letter : transliterated(name)) {
        const bool is_separator =
            letter == '-' || letter == ' ' || (letter >= '\t' && letter <= '\r');
        if (is_name_letter(letter)) part += letter;
        if (is_separator && !part.empty() && part.back() != '-') part += '-';
    }
    if (part.ends_with('-')) part.pop_back();
    known_.add(std::string(name), part);
    return part;
}

}  // namespace hqsync::card
