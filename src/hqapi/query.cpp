// Options are split at commas and semicolons that stand outside of texts and parentheses.
#include "hqapi/query.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "contact/text.hpp"

namespace hqsync::hqapi {

namespace {

Checked<std::vector<std::string_view>> split(std::string_view text, char at,
                                             std::string_view option) {
    std::vector<std::string_view> parts;
    std::size_t start = 0;
    int depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\'') in_text = !in_text;
        if (in_text) continue;
        if (text[i] == '(') ++depth;
        if (text[i] == ')' && --depth < 0) break;
        if (text[i] != at || depth > 0) continue;
        parts.push_back(trimmed(text.substr(start, i - start)));
        start = i + 1;
    }
    if (depth != 0 || in_text)
        return refuse(fmt::format("{}: parentheses or quotes do not match.", option));
    parts.push_back(trimmed(text.substr(start)));
    return parts;
}

Checked<std::size_t> read_number(std::string_view text, std::string_view option) {
    std::size_t number = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = wrong == std::errc{} && end == text.data() + text.size();
    if (!is_number || number > 2'147'483'647)
        return refuse(fmt::format("{}: expected a whole number, 0 or more.", option));
    return number;
}

class QueryReader {
public:
    QueryReader(const Entity& entity, Reads reads, std::size_t depth,
                std::optional<Cardinality> above)
        : reads_(reads), depth_(depth), above_(above) {
        query_.entity = &entity;
    }

    Checked<Query> read(const Options& options) {
        if (auto known = check_names(options); !known) return std::unexpected(known.error());
        // Conditions are read against what is expanded.
        using Take = Checked<bool> (QueryReader::*)(std::string_view);
        constexpr std::array<std::pair<std::string_view, Take>, 8> steps{{
            {"$expand", &QueryReader::take_expand},
            {"$select", &QueryReader::take_select},
            {"$filter", &QueryReader::take_filter},
            {"$orderby", &QueryReader::take_orderby},
            {"$top", &QueryReader::take_top},
            {"$skip", &QueryReader::take_skip},
            {"$count", &QueryReader::take_count},
            {"$skiptoken", &QueryReader::take_token},
        }};
        for (const auto& [name, take] : steps) {
            const auto text = option(options, name);
            if (!text) continue;
            const auto taken = (this->*take)(trimmed(*text));
            if (!taken) return std::unexpected(taken.error());
        }
        return std::move(query_);
    }

private:
    Checked<bool> check_names(const Options& options) const {
        constexpr std::array<std::string_view, 9> of_lists{"$expand",  "$select", "$filter",
                                                           "$orderby", "$top",    "$skip",
                                                           "$count",   "$format", "$skiptoken"};
        constexpr std::array<std::string_view, 3> of_records{"$expand", "$select", "$format"};
        std::vector<std::string_view> seen;
        for (const auto& [name, value] : options) {
            const bool is_known = reads_ == Reads::list
                                      ? std::ranges::find(of_lists, name) != of_lists.end()
                                      : std::ranges::find(of_records, name) != of_records.end();
            if (!is_known)
                return refuse(fmt::format("There is no option \"{}\" here.", name.substr(0, 40)));
            if (std::ranges::find(seen, name) != seen.end())
                return refuse(fmt::format("{}: is there twice.", name));
            seen.push_back(name);
            if (name == "$format" && value != "json" && !value.starts_with("application/json"))
                return refuse("$format: only json is offered.");
        }
        return true;
    }

    Checked<bool> take_expand(std::string_view text) {
        const auto parts = split(text, ',', "$expand");
        if (!parts) return std::unexpected(parts.error());
        for (const auto part : *parts) {
            const auto open = part.find('(');
            const auto name = trimmed(part.substr(0, open));
            const auto* const navigation = query_.entity->navigation(name);
            if (navigation == nullptr) {
                return refuse(fmt::format("$expand: {} has no relation \"{}\".",
                                          query_.entity->name, name.substr(0, 60)));
            }
            if (std::ranges::find(names_, name) != names_.end())
                return refuse(fmt::format("$expand: {} is there twice.", name));
            names_.push_back(navigation->name);
            auto nested =
                nested_query(*navigation, open == std::string_view::npos ? std::string_view{}
                                                                         : part.substr(open));
            if (!nested) return std::unexpected(nested.error());
            query_.expand.push_back({navigation, *std::move(nested)});
        }
        return true;
    }

    Checked<Query> nested_query(const Navigation& navigation, std::string_view text) const {
        if (depth_ >= expand_depth_max) {
            return refuse(fmt::format("$expand: {}: it is nested deeper than {}.", navigation.name,
                                      expand_depth_max));
        }
        if (above_ && *above_ != navigation.cardinality) {
            return refuse(fmt::format(
                "$expand: {}: a nested path that mixes single records and lists is not supported; "
                "read the lists apart.",
                navigation.name));
        }
        Options options;
        if (!text.empty()) {
            if (!text.ends_with(')'))
                return refuse(
                    fmt::format("$expand: {}: nothing may follow its options.", navigation.name));
            const auto parts = split(text.substr(1, text.size() - 2), ';', "$expand");
            if (!parts) return std::unexpected(parts.error());
            for (const auto part : *parts) {
                const auto equals = part.find('=');
                const auto value =
                    equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
                if (!part.empty())
                    options.emplace_back(trimmed(part.substr(0, equals)), trimmed(value));
            }
        }
        const auto reads =
            navigation.cardinality == Cardinality::many ? Reads::list : Reads::single;
        QueryReader nested(navigation.entity(), reads, depth_ + 1, navigation.cardinality);
        auto query = nested.read(options);
        if (query || query.error().message.starts_with("$expand: ")) return query;
        return refuse(fmt::format("$expand: {}: {}", navigation.name, query.error().message));
    }

    Checked<bool> take_select(std::string_view text) {
        const auto parts = split(text, ',', "$select");
        if (!parts) return std::unexpected(parts.error());
        bool is_all = false;
        std::vector<const Property*> chosen;
        for (const auto name : *parts) {
            if (name == "*") {
                is_all = true;
                continue;
            }
            const auto* const property = query_.entity->property(name);
            if (property == nullptr && query_.entity->navigation(name) == nullptr) {
                return refuse(fmt::format("$select: {} has no property \"{}\".",
                                          query_.entity->name, name.substr(0, 60)));
            }
            if (property != nullptr) chosen.push_back(property);
        }
        if (!is_all) query_.select = std::move(chosen);
        return true;
    }

    Checked<bool> take_filter(std::string_view text) {
        auto condition = read_condition(text, {*query_.entity, names_, "$filter"});
        if (!condition) return std::unexpected(condition.error());
        query_.filter = *std::move(condition);
        return true;
    }

    Checked<bool> take_orderby(std::string_view text) {
        auto sorts = read_sorts(text, {*query_.entity, names_, "$orderby"});
        if (!sorts) return std::unexpected(sorts.error());
        if (sorts->size() > sorts_max)
            return refuse(fmt::format("$orderby: more than {} keys.", sorts_max));
        query_.sorts = *std::move(sorts);
        return true;
    }

    Checked<bool> take_top(std::string_view text) {
        const auto number = read_number(text, "$top");
        if (!number) return std::unexpected(number.error());
        query_.top = *number;
        return true;
    }

    Checked<bool> take_skip(std::string_view text) {
        const auto number = read_number(text, "$skip");
        if (!number) return std::unexpected(number.error());
        query_.skip = *number;
        return true;
    }

    Checked<bool> take_count(std::string_view text) {
        if (text != "true" && text != "false") return refuse("$count: expected true or false.");
        if (text == "true") query_.count = Query::Count::wanted;
        return true;
    }

    Checked<bool> take_token(std::string_view text) {
        if (depth_ > 0) return refuse("There is no option \"$skiptoken\" here.");
        query_.token = text;
        return true;
    }

    Reads reads_;
    std::size_t depth_;
    std::optional<Cardinality> above_;
    std::vector<std::string_view> names_;  ///< of what is expanded
    Query query_;
};

}  // namespace

Checked<Query> read_query(const Options& options, const Entity& entity, Reads reads) {
    return QueryReader(entity, reads, 0, std::nullopt).read(options);
}

}  // namespace hqsync::hqapi
