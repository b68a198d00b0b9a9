// OPATH: filters such as "RecipientTypeDetails -eq 'UserMailbox' -and Alias -like 'a*'".
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/ps_value.hpp"

namespace hqsync::sim {

class Opath {
public:
    /// The text of what is wrong, with the position (from 1). At most 32 levels of parentheses.
    static std::expected<Opath, std::string> parse(std::string_view text);

    /// The value of a property; null: it has none.
    using Properties = std::function<const PsValue*(std::string_view)>;
    /// Lists match when one of their items does. Texts are compared without case.
    [[nodiscard]] bool matches(const Properties& properties) const;
    /// Every property that it names.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

private:
    enum class Kind : std::uint8_t { all, any, negation, comparison };
    struct Node {
        Kind kind = Kind::comparison;
        std::string property;
        std::string comparison;  ///< "eq", "like"
        std::string value;
        bool is_null = false;
        std::vector<Node> parts;
    };
    class Parser;

    static bool fits(const Node& node, const Properties& properties);
    static bool compares(const Node& node, const PsValue* value);

    Node root_;
    std::vector<std::string> names_;
};

/// "*" stands for any letters; without case of ASCII letters and others that have one.
[[nodiscard]] bool is_like(std::string_view text, std::string_view pattern);

}  // namespace hqsync::sim
