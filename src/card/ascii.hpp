// Names in ASCII for placeholder e-mails: German rules first, then Latin to ASCII.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "card/text_cache.hpp"

namespace hqsync::card {

/// ICU's transliterators (0.3 s and 7 MB to make, so made when the first name needs them).
/// Not for two threads at once.
class Ascii {
public:
    Ascii();
    ~Ascii();
    Ascii(const Ascii&) = delete;
    Ascii& operator=(const Ascii&) = delete;

    /// A part of an e-mail's local part: transliterated, white space and hyphens one "-", all other
    /// characters outside A-Z a-z 0-9 dropped, no "-" at the ends.
    std::string local_part(std::string_view name);

private:
    struct Transliterators;
    std::string transliterated(std::string_view text);

    std::unique_ptr<Transliterators> transliterators_;
    TextCache known_;
};

}  // namespace hqsync::card
