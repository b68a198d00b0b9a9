// Texts already worked out by a slow library, at most so many.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace hqsync::card {

/// Forgets everything when it is full: HQ's records come round in the same order each time, and
/// then forgetting the oldest would miss as often, at the price of a list. Long texts are not kept,
/// so that the limit bounds memory too.
class TextCache {
public:
    static constexpr std::size_t entries_max = 100'000;
    static constexpr std::size_t octets_max = 200;  ///< of one text, before and after

    explicit TextCache(std::size_t limit = entries_max) : limit_(limit) {}

    /// nullptr when it is not known. The pointer lives until the next `add`.
    [[nodiscard]] const std::string* find(const std::string& text) const {
        const auto known = known_.find(text);
        return known == known_.end() ? nullptr : &known->second;
    }

    void add(std::string text, std::string result) {
        if (text.size() > octets_max || result.size() > octets_max) return;
        if (known_.size() >= limit_) known_.clear();
        known_.insert_or_assign(std::move(text), std::move(result));
    }

    [[nodiscard]] std::size_t size() const { return known_.size(); }

private:
    std::size_t limit_;
    std::unordered_map<std::string, std::string> known_;
};

}  // namespace hqsync::card
