// Phone numbers in international format, as far as they are certain.
#pragma once

#include <string>
#include <utility>

#include "card/text_cache.hpp"

namespace hqsync::card {

/// Whether libphonenumber knows the numbers of this country (two capital letters).
bool is_phone_region(const std::string& region);

/// Behind a cache: libphonenumber takes about 20 µs a number. Not for two threads at once.
class Phones {
public:
    /// `region` is ISO 3166-1 alpha-2, for numbers without country code.
    explicit Phones(std::string region) : region_(std::move(region)) {}

    /// Unchanged when it is no number, or when reading it would be a guess: letters, "*" and "#"
    /// other than an extension; a short number without area code. Idempotent.
    std::string international(const std::string& number);

private:
    std::string region_;
    TextCache known_;
};

}  // namespace hqsync::card
