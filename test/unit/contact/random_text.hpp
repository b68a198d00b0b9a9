// Texts made of what canonical forms stumble over: prefixes, line ends, combining marks, bad
// octets.
#pragma once

#include <rapidcheck.h>

#include <string>
#include <vector>

namespace hqsync::test {

inline rc::Gen<std::string> random_text() {
    static const std::vector<std::string> pieces = {
        "0",      "00",     "1",          "49",     "171 1234567", "+",        "(",      ")",
        "(0)",    "*",      "#",          "/",      "//",          "://",      "http",   "?",
        ":",      ";",      ".",          "..",     "-",           "'",        " ",      "\t",
        "\r",     "\n",     "\r\n",       "\v",     "\u00A0",      "\u0085",   "\u2028", "\u0091",
        "a",      "A",      "e",          "E",      "K",           "\u212A",   "\u017F", "\u00DF",
        "\u1E9E", "\u0130", "\u0131",     "\u00E9", "\u0301",      "\u0308",   "\u0327", "\u0345",
        "\u0390", "\u1FFC", "\u03A9",     "\u037E", "\u2126",      "\u0416",   "\u738B", "\u2013",
        "\uFF10", "\u200B", "\U0001F600", "\xFF",   "\xC2",        "\xE2\x80", "ext. 5", "Jan",
        "Ohm",    "\u0142", "\u00D8",     "x",      "App.",        "von der",  "\x7F",   "\x01"};
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces)),
                        [](const std::vector<std::string>& chosen) {
                            std::string text;
                            for (const auto& piece : chosen)
                                text += piece;
                            return text;
                        });
}

/// Many at once: a property looks at a hundred of them only.
inline rc::Gen<std::vector<std::string>> random_texts() {
    return rc::gen::container<std::vector<std::string>>(20, random_text());
}

}  // namespace hqsync::test
