// ICU's names, read once: asking ICU for one takes longer than making the rest of a card.
#include "card/countries.hpp"

#include <map>

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include "contact/text.hpp"

namespace hqsync::card {

namespace {

struct Countries {
    std::map<std::string, std::string> names;  ///< folded code of two letters to German name
    std::map<std::string, std::string> codes;  ///< folded name or code to code of two letters
};

std::string name_in(const icu::Locale& language, const char* code) {
    icu::UnicodeString shown;
    icu::Locale("", code).getDisplayCountry(language, shown);
    std::string name;
    shown.toUTF8String(name);
    return name;
}

Countries read_countries() {
    Countries countries;
    // ICU's list of the codes of ISO 3166-1 ends with a null pointer.
    for (const auto* code = icu::Locale::getISOCountries(); *code != nullptr; ++code) {
        const auto german = name_in(icu::Locale::getGerman(), *code);
        countries.names.emplace(folded(*code), german.empty() ? *code : german);
        for (const std::string& text :
             {std::string(*code), std::string(icu::Locale("", *code).getISO3Country()), german,
              name_in(icu::Locale::getEnglish(), *code)}) {
            if (!text.empty()) countries.codes.emplace(folded(text), *code);
        }
    }
    return countries;
}

const Countries& all_countries() {
    static const Countries countries = read_countries();
    return countries;
}

}  // namespace

std::string country_name(const std::string& code) {
    if (code.size() != 2) return code;
    const auto& names = all_countries().names;
    const auto known = names.find(folded(code));
    return known == names.end() ? code : known->second;
}

std::optional<std::string> country_code(const std::string& text) {
    const auto& codes = all_countries().codes;
    const auto known = codes.find(folded(text));
    if (known == codes.end()) return std::nullopt;
    return known->second;
}

}  // namespace hqsync::card
