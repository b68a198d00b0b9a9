// Phone numbers by libphonenumber, with its guesses left out.
#include "card/phones.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>

#include <phonenumbers/phonenumberutil.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace hqsync::card {

namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

std::string digits_of(std::string_view text) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits),
                         [](char letter) { return letter >= '0' && letter <= '9'; });
    return digits;
}

/// Octets before the first letter or dialling sign: what no one can take for anything but a number.
std::size_t plain_octets(const std::string& number) {
    const auto wide = icu::UnicodeString::fromUTF8(number);
    const icu::UnicodeString signs("*#~;,");
    std::int32_t end = 0;
    while (end < wide.length()) {
        const auto point = wide.char32At(end);
        if (u_isalpha(point) != 0 || signs.indexOf(point) >= 0) break;
        end = wide.moveIndex32(end, 1);
    }
    std::string plain;
    wide.tempSubString(0, end).toUTF8String(plain);
    return plain.size();
}

/// Behind a pointer, null when there is no number: moving a PhoneNumber would need protobuf itself.
using Reading = std::unique_ptr<const PhoneNumber>;

Reading parsed(const std::string& number, const std::string& region) {
    auto result = std::make_unique<PhoneNumber>();
    const auto error =
        PhoneNumberUtil::GetInstance()->ParseAndKeepRawInput(number, region, result.get());
    if (error != PhoneNumberUtil::NO_PARSING_ERROR) return nullptr;
    return result;
}

/// Without country code and trunk zero, "123456" is a number of the caller's own town, and which
/// town nobody says: only what the region's numbering plan knows is taken as a whole number.
bool is_whole(const PhoneNumber& number, std::string_view typed) {
    const auto& util = *PhoneNumberUtil::GetInstance();
    if (util.IsPossibleNumberWithReason(number) != PhoneNumberUtil::IS_POSSIBLE) return false;
    std::string national;
    util.GetNationalSignificantNumber(number, &national);
    const bool is_bare = number.country_code_source() == PhoneNumber::FROM_DEFAULT_COUNTRY &&
                         digits_of(typed) == national;
    return !is_bare || util.IsValidNumber(number);
}

/// libphonenumber reads three letters and more as keys of a keypad ("Durchwahl" becomes digits), so
/// letters and signs may only be those of an extension that it recognised as one.
Reading read(const std::string& number, const std::string& region) {
    const auto plain = plain_octets(number);
    const auto typed = number.substr(0, plain);
    auto whole = parsed(number, region);
    if (!whole || !is_whole(*whole, typed)) return nullptr;
    if (plain == number.size()) return whole;
    const auto before = parsed(typed, region);
    const bool is_extension = before && whole->has_extension() && !before->has_extension() &&
                              before->country_code() == whole->country_code() &&
                              before->national_number() == whole->national_number() &&
                              digits_of(number.substr(plain)) == whole->extension();
    if (!is_extension) return nullptr;
    return whole;
}

std::optional<std::string> formatted(const std::string& number, const std::string& region) {
    const auto read_number = read(number, region);
    if (!read_number) return std::nullopt;
    std::string text;
    PhoneNumberUtil::GetInstance()->Format(*read_number, PhoneNumberUtil::INTERNATIONAL, &text);
    return text;
}

}  // namespace

bool is_phone_region(const std::string& region) {
    return PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(region) != 0;
}

std::string Phones::international(const std::string& number) {
    if (number.empty()) return number;
    if (const auto* known = known_.find(number)) return *known;
    auto text = formatted(number, region_);
    // "+49 0049 …" loses a zero with every reading: a number that does not read back is none.
    const bool reads_back = text && formatted(*text, region_) == text;
    auto result = reads_back ? *text : number;
    known_.add(number, result);
    return result;
}

}  // namespace hqsync::card
