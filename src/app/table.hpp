// Plain text tables for a terminal: columns as wide as their widest cell, UTF-8 counted by signs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hqsync::app {

/// Columns of a terminal that the text takes: combining marks take none, East Asian wide signs two,
/// an octet that is no UTF-8 one.
std::size_t width(std::string_view text);

class Table {
public:
    enum class Align : std::uint8_t { left, right };
    struct Column {
        std::string title;
        Align align = Align::left;
    };

    explicit Table(std::vector<Column> columns);
    /// As many cells as there are columns; control characters in them become blanks.
    void add(std::vector<std::string> cells);
    /// Title line, rule, rows; each line ends with "\n" and has no blanks before it.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool empty() const { return rows_.empty(); }

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace hqsync::app
