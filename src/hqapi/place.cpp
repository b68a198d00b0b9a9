// Paths are split at slashes; a key stands in parentheses, "(5)" or "(Id=5)".
#include "hqapi/place.hpp"

#include <charconv>

#include <fmt/format.h>

namespace hqsync::hqapi {

namespace {

Checked<Segment> read_segment(std::string_view text) {
    const auto open = text.find('(');
    Segment segment{.name = std::string(text.substr(0, open)), .key = {}};
    if (open == std::string_view::npos) return segment;
    auto key = text.substr(open + 1);
    if (key.starts_with("Id=")) key.remove_prefix(3);
    std::int64_t number = 0;
    const auto [end, wrong] = std::from_chars(key.data(), key.data() + key.size(), number);
    const bool is_number = wrong == std::errc{} && end + 1 == key.data() + key.size() &&
                           *end == ')' && number >= 0 && number <= 2'147'483'647;
    if (!is_number) {
        return refuse(
            fmt::format("{}: expected an id in the parentheses.", segment.name.substr(0, 60)));
    }
    segment.key = number;
    return segment;
}

}  // namespace

std::string Place::text() const {
    std::string all;
    for (const auto& [name, key] : segments) {
        all += "/" + name;
        if (key) all += fmt::format("({})", *key);
    }
    return all;
}

Checked<Place> read_place(std::string_view path) {
    Place place;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto part = path.substr(0, path.find('/'));
        path = path.substr(part.size());
        if (part.empty()) continue;
        auto segment = read_segment(part);
        if (!segment) return std::unexpected(segment.error());
        place.segments.push_back(*std::move(segment));
    }
    return place;
}

}  // namespace hqsync::hqapi
