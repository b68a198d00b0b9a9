// References are written out; one to an object around them becomes "^" and how far up it is.
#include "unit/management/clixml_meaning.hpp"

#include <cstdlib>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "management/clixml_escape.hpp"
#include "wire/reader.hpp"

namespace hqsync::management::test {

namespace {

using wire::Element;

std::string trimmed(const std::string& text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos) return "";
    return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool is_free_text(std::string_view tag) {
    return tag == "S" || tag == "URI" || tag == "XD" || tag == "SBK";
}

class Meaning {
public:
    explicit Meaning(Element root) { collect(root); }

    std::string of(Element element) {
        const auto tag = std::string(element.name());
        if (tag == "Obj") return object(element);
        if (tag == "Ref") return reference(element);
        if (tag == "PR") return "PR " + progress(element);
        if (tag == "Sg") return fmt::format("Sg={}", std::strtof(text(element), nullptr));
        if (tag == "Db") return fmt::format("Db={}", std::strtod(text(element), nullptr));
        if (is_free_text(tag)) return tag + "=" + clixml::unescape(element.text());
        if (!element.first()) return tag + "=" + trimmed(element.text());
        return tag + "{" + (tag == "En" ? named(element) : all(element)) + "}";
    }

private:
    void collect(Element element) {
        if (const auto id = element.attribute("RefId")) {
            if (element.name() == "Obj") objects_[std::string(*id)] = element;
            if (element.name() == "TN") types_[std::string(*id)] = element;
        }
        for (const auto child : element.children())
            collect(child);
    }

    const char* text(Element element) {
        text_ = trimmed(element.text());
        return text_.c_str();
    }

    std::string all(Element element) {
        std::string each;
        for (const auto child : element.children())
            each += of(child) + ";";
        return each;
    }

    /// Names mean something here only.
    std::string named(Element element) {
        std::string each;
        for (const auto child : element.children())
            each += clixml::unescape(child.attribute("N").value_or("")) + ":" + of(child) + ";";
        return each;
    }

    std::string reference(Element element) {
        const auto id = std::string(element.attribute("RefId").value_or("?"));
        return objects_.contains(id) ? object(objects_[id]) : "?";
    }

    std::string object(Element element) {
        for (std::size_t up = 0; up < around_.size(); ++up) {
            if (around_[around_.size() - 1 - up] == element) return fmt::format("^{}", up);
        }
        around_.push_back(element);
        std::string types;
        std::string words;
        std::string content;
        std::string adapted;
        std::string extended;
        for (const auto child : element.children()) {
            const auto tag = child.name();
            if (tag == "TN" || tag == "TNRef") {
                const auto known = types_.find(std::string(child.attribute("RefId").value_or("")));
                types = names(known == types_.end() ? child : known->second);
            } else if (tag == "ToString") {
                words = "'" + clixml::unescape(child.text()) + "'";
            } else if (tag == "Props" || tag == "MS") {
                (tag == "MS" ? extended : adapted) += named(child);
            } else {
                content += of(child) + ";";
            }
        }
        around_.pop_back();
        return fmt::format("Obj<{}>{}[{}]P[{}]M[{}]", types, words, content, adapted, extended);
    }

    static std::string names(Element element) {
        std::string all;
        for (const auto child : element.children())
            all += clixml::unescape(child.text()) + ",";
        return all;
    }

    static std::string progress(Element element) {
        std::string all;
        for (const auto* tag : {"AV", "AI", "CO", "PI", "PC", "T", "SR", "SD"}) {
            auto words = trimmed(element.child(tag).text());
            const auto is_number_or_none = std::string_view("PI PC SR").contains(tag);
            if (words.empty() && is_number_or_none) words = "-1";
            all += std::string(tag) + "=" + clixml::unescape(words) + ";";
        }
        return all;
    }

    std::map<std::string, Element> objects_;
    std::map<std::string, Element> types_;
    std::vector<Element> around_;
    std::string text_;
};

}  // namespace

std::string meaning(const std::string& clixml) {
    const auto document = wire::Document::read(clixml, {std::size_t{64} << 20, 200, 1'000'000});
    if (!document) return "";
    return Meaning(document->root()).of(document->root());
}

}  // namespace hqsync::management::test
