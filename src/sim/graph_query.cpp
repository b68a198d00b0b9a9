// Expressions are compared as skeletons: literals out, white space out, lower case.
#include "sim/graph_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace hqsync::sim {

namespace {

struct Skeleton {
    std::string shape;
    std::vector<std::string> literals;
};

Skeleton skeleton(std::string_view text) {
    Skeleton made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ' ') continue;
        if (text[i] != '\'') {
            made.shape += text[i];
            continue;
        }
        std::string literal;
        for (++i; i < text.size(); ++i) {
            if (text[i] == '\'') {
                if (i + 1 >= text.size() || text[i + 1] != '\'') break;
                ++i;
            }
            literal += text[i];
        }
        made.literals.push_back(std::move(literal));
        made.shape += '?';
    }
    made.shape = lower(made.shape);
    return made;
}

std::optional<std::size_t> number(std::string_view text) {
    std::size_t value = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (wrong != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool is_same(std::string_view one, std::string_view other) {
    return lower(one) == lower(other);
}

}  // namespace

std::expected<View, Reply> read_view(const Request& request) {
    View view;
    if (const auto select = request.option("$select")) {
        std::string_view rest = *select;
        while (!rest.empty()) {
            const auto comma = rest.find(',');
            std::string name(rest.substr(0, comma));
            std::erase(name, ' ');
            view.select.insert(std::move(name));
            rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
        }
    }
    if (lower(request.header("prefer")).find("idtype=\"immutableid\"") != std::string::npos) {
        view.ids = IdForm::immutable;
    }
    const auto expand = request.option("$expand");
    if (!expand) return view;
    const auto found = skeleton(*expand);
    std::string shape = "singlevalueextendedproperties($filter=";
    for (std::size_t i = 0; i < found.literals.size(); ++i)
        shape += i == 0 ? "ideq?" : "orideq?";
    shape += ")";
    if (found.literals.empty() || found.shape != shape) {
        return std::unexpected(error(400, "ErrorInvalidRequest", "The $expand is not supported."));
    }
    for (const auto& id : found.literals)
        view.marks.push_back(canonical_mark(id));
    return view;
}

std::expected<Filter, Reply> read_filter(const Request& request) {
    Filter filter;
    const auto text = request.option("$filter");
    if (!text) return filter;
    const auto found = skeleton(*text);
    if (found.shape == "displaynameeq?") {
        filter.display_name = found.literals[0];
        return filter;
    }
    const auto shape = [](std::string_view name) {
        return fmt::format("singlevalueextendedproperties/any({0}:{0}/ideq?and{0}/valueeq?)", name);
    };
    const auto open = found.shape.find('(');
    const auto colon = found.shape.find(':');
    if (open < colon && colon != std::string::npos &&
        found.shape == shape(found.shape.substr(open + 1, colon - open - 1))) {
        filter.mark = {canonical_mark(found.literals[0]), found.literals[1]};
        return filter;
    }
    return std::unexpected(
        error(400, "ErrorInvalidUrlQueryFilter", "The $filter is not supported."));
}

bool matches(const Filter& filter, std::string_view name, const Marks& marks) {
    if (filter.display_name && !is_same(*filter.display_name, name)) return false;
    if (!filter.mark) return true;
    const auto at = marks.find(filter.mark->first);
    return at != marks.end() && is_same(at->second, filter.mark->second);
}

std::expected<std::size_t, Reply> read_number(const Request& request, std::string_view option,
                                              std::size_t otherwise) {
    const auto text = request.option(option);
    if (!text) return otherwise;
    const auto value = number(*text);
    if (!value || (option == "$top" && (*value == 0 || *value > 1000))) {
        return std::unexpected(
            error(400, "BadRequest", fmt::format("Invalid value for {} query option.", option)));
    }
    return *value;
}

std::size_t page_size(const Request& request, std::size_t otherwise) {
    constexpr std::string_view name = "odata.maxpagesize=";
    const auto prefer = lower(request.header("prefer"));
    const auto at = prefer.find(name);
    if (at == std::string::npos) return otherwise;
    const auto rest = std::string_view(prefer).substr(at + name.size());
    return number(rest.substr(0, rest.find_first_not_of("0123456789"))).value_or(otherwise);
}

}  // namespace hqsync::sim
