// Sorted vectors as sets: small, cheap to copy, and searched by halves.
#pragma once

#include <algorithm>
#include <iterator>
#include <vector>

namespace hqsync::placement {

/// Each value once.
template <class T>
std::vector<T> sorted(std::vector<T> values) {
    std::ranges::sort(values);
    const auto rest = std::ranges::unique(values);
    values.erase(rest.begin(), rest.end());
    return values;
}

template <class T>
bool contains(const std::vector<T>& sorted_values, const T& value) {
    return std::ranges::binary_search(sorted_values, value);
}

template <class T>
void insert(std::vector<T>& sorted_values, const T& value) {
    const auto place = std::ranges::lower_bound(sorted_values, value);
    if (place == sorted_values.end() || *place != value) sorted_values.insert(place, value);
}

template <class Left, class Right>
auto united(const Left& left, const Right& right) {
    std::vector<typename Left::value_type> both;
    both.reserve(left.size() + right.size());
    std::ranges::set_union(left, right, std::back_inserter(both));
    return both;
}

}  // namespace hqsync::placement
