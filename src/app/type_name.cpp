// Reads reflection's grammar of type names: NAME`COUNT[[ARGUMENT, ASSEMBLY],…][,]…
#include "app/type_name.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hqsync::app {
namespace {

constexpr int depth_max = 16;

/// Without namespaces, outer types and the number of arguments.
std::string last_name(std::string_view full) {
    if (const auto dot = full.find_last_of(".+"); dot != std::string_view::npos)
        full.remove_prefix(dot + 1);
    return std::string(full.substr(0, full.find('`')));
}

class TypeName {
public:
    explicit TypeName(std::string_view text) : text_(text) {}

    std::optional<std::string> whole() {
        auto type = one(0);
        if (!type || !text_.empty()) return std::nullopt;
        return type;
    }

private:
    bool take(std::string_view mark) {
        if (!text_.starts_with(mark)) return false;
        text_.remove_prefix(mark.size());
        return true;
    }

    std::optional<std::string> one(int depth) {
        if (depth > depth_max) return std::nullopt;
        const auto full = text_.substr(0, text_.find_first_of("[],"));
        auto name = last_name(full);
        text_.remove_prefix(full.size());
        if (name.empty()) return std::nullopt;
        if (full.find('`') != std::string_view::npos && take("[")) {
            const auto arguments = list(depth + 1);
            if (!arguments) return std::nullopt;
            const bool is_nullable = full == "System.Nullable`1" && arguments->size() == 1;
            name = is_nullable ? arguments->front() + "?"
                               : fmt::format("{}<{}>", name, fmt::join(*arguments, ", "));
        }
        while (text_.starts_with("[]") || text_.starts_with("[,")) {
            const auto end = text_.find_first_not_of(',', 1);
            if (end == std::string_view::npos || text_[end] != ']') return std::nullopt;
            name += text_.substr(0, end + 1);
            text_.remove_prefix(end + 1);
        }
        return name;
    }

    /// Behind "[": each argument in brackets with its assembly, or bare.
    std::optional<std::vector<std::string>> list(int depth) {
        std::vector<std::string> result;
        do {
            const bool has_assembly = take("[");
            auto type = one(depth);
            if (!type) return std::nullopt;
            result.push_back(*std::move(type));
            if (!has_assembly) continue;
            text_.remove_prefix(std::min(text_.find(']'), text_.size()));
            if (!take("]")) return std::nullopt;
        } while (take(","));
        if (!take("]")) return std::nullopt;
        return result;
    }

    std::string_view text_;
};

}  // namespace

std::string short_type_name(std::string_view name) {
    return TypeName(name).whole().value_or(std::string(name));
}

}  // namespace hqsync::app
