// Lays out plain text tables.
#include "app/table.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "base/utf8.hpp"

namespace hqsync::app {
namespace {

struct Range {
    std::uint32_t first;
    std::uint32_t last;
};

constexpr std::array combining = {
    Range{0x0300, 0x036F}, Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200F},
    Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F},
};
constexpr std::array wide = {
    Range{0x1100, 0x115F},   Range{0x2E80, 0xA4CF},   Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F}, Range{0x1F900, 0x1F9FF},
    Range{0x20000, 0x3FFFD},
};

std::size_t width_of(std::uint32_t code) {
    const auto holds = [code](const Range& range) {
        return code >= range.first && code <= range.last;
    };
    if (std::ranges::any_of(combining, holds)) return 0;
    return std::ranges::any_of(wide, holds) ? 2 : 1;
}

}  // namespace

std::size_t width(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const auto sign = first_sign(text);
        columns += width_of(sign.code);
        text.remove_prefix(sign.octets);
    }
    return columns;
}

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<std::string> cells) {
    assert(cells.size() == columns_.size());
    for (auto& cell : cells)
        cell = printable(std::move(cell));
    rows_.push_back(std::move(cells));
}

std::string Table::text() const {
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        auto widest = width(columns_[column].title);
        for (const auto& row : rows_)
            widest = std::max(widest, width(row[column]));
        widths.push_back(widest);
    }
    std::string result;
    const auto line = [&](const auto& cell_of) {
        std::string text;
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            const std::string cell = cell_of(column);
            const std::string blanks(widths[column] - std::min(widths[column], width(cell)), ' ');
            if (column > 0) text += "  ";
            text += columns_[column].align == Align::right ? blanks + cell : cell + blanks;
        }
        text.erase(text.find_last_not_of(' ') + 1);
        result += text + "\n";
    };
    line([&](std::size_t column) { return columns_[column].title; });
    line([&](std::size_t column) { return std::string(widths[column], '-'); });
    for (const auto& row : rows_)
        line([&](std::size_t column) { return row[column]; });
    return result;
}

}  // namespace hqsync::app
