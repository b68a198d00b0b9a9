// Descends the XML tree once; references are resolved on the way, because they only point back.
#include "management/clixml_reader.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "management/clixml_escape.hpp"
#include "management/clixml_primitive.hpp"
#include "wire/reader.hpp"

namespace hqsync::management::clixml {

namespace {

using wire::Element;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

struct Known {
    std::shared_ptr<Object> object;
    bool is_open = true;
    std::size_t height = 0;  ///< containers below each other, itself included
};

std::optional<List::Kind> list_kind(std::string_view tag) {
    if (tag == "LST") return List::Kind::list;
    if (tag == "IE") return List::Kind::enumerable;
    if (tag == "QUE") return List::Kind::queue;
    if (tag == "STK") return List::Kind::stack;
    return std::nullopt;
}

class Reader {
public:
    explicit Reader(const ReadLimits& limits) : limits_(limits) {}

    Result<Value> value(Element element);

private:
    struct Step;

    Result<Value> object(Element element);
    Result<void> part(Object& object, Element element);
    Result<void> fill(std::vector<Property>& properties, Element element);
    Result<std::vector<std::string>> types(Element element);
    Result<Value> reference(Element element);
    Result<Value> list(List::Kind kind, Element element);
    Result<Value> dictionary(Element element);
    Result<Value> progress(Element element);
    Result<Value> leaf(Element element);

    [[nodiscard]] Fault fault(const char* code, std::string_view what) const {
        return {Reach::run, code, fmt::format("{}, at {}", what, fmt::join(path_, "/"))};
    }
    Result<std::size_t> leave(std::size_t height_around);
    Result<void> note_height(std::size_t height);

    const ReadLimits& limits_;
    std::map<std::string, Known, std::less<>> objects_;
    std::map<std::string, std::vector<std::string>, std::less<>> types_;
    std::vector<std::string_view> path_;
    std::size_t type_octets_ = 0;
    std::size_t height_ = 0;  ///< of what the container under way holds
};

/// The path while an element is read: a property's name, else the tag.
struct Reader::Step {
    Step(Reader& reader, Element element) : path(reader.path_) {
        path.push_back(element.attribute("N").value_or(element.name()));
    }
    ~Step() { path.pop_back(); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

    std::vector<std::string_view>& path;
};

Result<Value> Reader::value(Element element) {
    const Step step(*this, element);
    const auto tag = element.name();
    if (tag == "Obj") return object(element);
    if (tag == "Nil") return Value();
    if (tag == "Ref") return reference(element);
    if (tag == "DCT") return dictionary(element);
    if (tag == "PR") return progress(element);
    if (const auto kind = list_kind(tag)) return list(*kind, element);
    return leaf(element);
}

Result<Value> Reader::leaf(Element element) {
    const auto* const primitive = find_primitive(element.name());
    if (primitive == nullptr) {
        return Value(std::make_shared<const Foreign>(
            Foreign{std::string(element.name()), unescape(element.text())}));
    }
    if (element.first()) return fail(fault("clixml.malformed", "an element within a primitive"));
    auto value = primitive->read(element.text());
    if (!value) {
        return fail(fault("clixml.malformed",
                          fmt::format("the text of <{}> is no such value", element.name())));
    }
    return *std::move(value);
}

Result<Value> Reader::object(Element element) {
    const auto id = element.attribute("RefId");
    auto object = std::make_shared<Object>();
    if (id) objects_.insert_or_assign(std::string(*id), Known{object});
    const auto height_around = std::exchange(height_, 0);
    for (const auto child : element.children()) {
        const auto read = part(*object, child);
        if (!read) return fail(read.error());
    }
    const auto height = leave(height_around);
    if (!height) return fail(height.error());
    if (id) {
        // An object within may have taken the same id; the last one keeps it, as it came last.
        auto& known = objects_.find(*id)->second;
        if (known.object == object) known = Known{object, false, *height};
    }
    return Value(ObjectPointer(std::move(object)));
}

/// Answers the height of the container that ends here; what is around it is at least that high.
Result<std::size_t> Reader::leave(std::size_t height_around) {
    const auto height = height_ + 1;
    height_ = height_around;
    const auto noted = note_height(height);
    if (!noted) return fail(noted.error());
    return height;
}

Result<void> Reader::note_height(std::size_t height) {
    if (height > limits_.depth) {
        return fail(fault("clixml.too_big", "objects name each other too deep"));
    }
    height_ = std::max(height_, height);
    return {};
}

Result<void> Reader::part(Object& object, Element element) {
    const auto tag = element.name();
    if (tag == "TN" || tag == "TNRef") {
        auto names = types(element);
        if (!names) return fail(names.error());
        object.types = *std::move(names);
        return {};
    }
    if (tag == "ToString") {
        object.text = unescape(element.text());
        return {};
    }
    if (tag == "Props") return fill(object.adapted, element);
    if (tag == "MS") return fill(object.extended, element);
    auto content = value(element);
    if (!content) return fail(content.error());
    object.content.push_back(*std::move(content));
    return {};
}

Result<void> Reader::fill(std::vector<Property>& properties, Element element) {
    const Step step(*this, element);
    for (const auto child : element.children()) {
        auto read = value(child);
        if (!read) return fail(read.error());
        properties.push_back({unescape(child.attribute("N").value_or("")), *std::move(read)});
    }
    return {};
}

Result<std::vector<std::string>> Reader::types(Element element) {
    const Step step(*this, element);
    const auto id = element.attribute("RefId");
    if (element.name() == "TNRef") {
        const auto found = id ? types_.find(*id) : types_.end();
        if (found == types_.end()) {
            return fail(fault("clixml.reference", "type names that were not there before"));
        }
        // Each object has its own copy: long names could fill the memory from a few octets each.
        for (const auto& name : found->second)
            type_octets_ += name.size() + sizeof(std::string);
        if (type_octets_ > limits_.octets) {
            return fail(fault("clixml.too_big", "the type names of all objects are too long"));
        }
        return found->second;
    }
    std::vector<std::string> names;
    for (const auto child : element.children()) {
        if (child.name() == "T") names.push_back(unescape(child.text()));
    }
    if (id) types_.insert_or_assign(std::string(*id), names);
    return names;
}

Result<Value> Reader::reference(Element element) {
    const auto id = element.attribute("RefId");
    const auto found = id ? objects_.find(*id) : objects_.end();
    if (found == objects_.end()) {
        return fail(fault("clixml.reference", "an object that was not there before"));
    }
    const auto& known = found->second;
    if (known.is_open) return Value(Enclosing{known.object});
    const auto noted = note_height(known.height);
    if (!noted) return fail(noted.error());
    return Value(ObjectPointer(known.object));
}

Result<Value> Reader::list(List::Kind kind, Element element) {
    List result{kind, {}};
    const auto height_around = std::exchange(height_, 0);
    for (const auto child : element.children()) {
        auto item = value(child);
        if (!item) return fail(item.error());
        result.items.push_back(*std::move(item));
    }
    const auto noted = leave(height_around);
    if (!noted) return fail(noted.error());
    return Value(std::move(result));
}

Result<Value> Reader::dictionary(Element element) {
    Dictionary result;
    const auto height_around = std::exchange(height_, 0);
    for (const auto entry : element.children()) {
        const Step step(*this, entry);
        std::optional<Value> key;
        std::optional<Value> held;
        for (const auto child : entry.children()) {
            auto read = value(child);
            if (!read) return fail(read.error());
            const auto name = child.attribute("N").value_or("");
            if (name == "Key") {
                key = *std::move(read);
            } else if (name == "Value") {
                held = *std::move(read);
            }
        }
        if (!key || !held) {
            return fail(fault("clixml.malformed", "an entry without a key or a value"));
        }
        result.entries.push_back({*std::move(key), *std::move(held)});
    }
    const auto noted = leave(height_around);
    if (!noted) return fail(noted.error());
    return Value(std::move(result));
}

std::int32_t integer_or(Element element, std::int32_t otherwise) {
    const auto text = element.text();
    std::int32_t number = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

Result<Value> Reader::progress(Element element) {
    Progress result;
    result.activity = unescape(element.child("AV").text());
    result.activity_id = integer_or(element.child("AI"), 0);
    const auto parent = element.child("PI");
    if (parent && !parent.text().empty()) result.parent_id = integer_or(parent, -1);
    const auto operation = element.child("CO");
    if (operation) result.operation = unescape(operation.text());
    result.percent = integer_or(element.child("PC"), -1);
    result.seconds_remaining = integer_or(element.child("SR"), -1);
    result.status = unescape(element.child("SD").text());
    result.type = unescape(element.child("T").text());
    return Value(std::make_shared<const Progress>(std::move(result)));
}

/// The faults of the XML floor, as ours.
Fault translated(const Fault& fault) {
    const bool is_size = fault.code == "xml.too_big";
    return {Reach::run, is_size ? "clixml.too_big" : "clixml.malformed", fault.detail};
}

Result<wire::Document> parse(std::string_view text, const ReadLimits& limits) {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (text.size() > limits.octets) {
        return fail({Reach::run, "clixml.too_big",
                     fmt::format("{} octets, where {} are the limit", text.size(), limits.octets)});
    }
    auto document =
        wire::Document::read(std::string(text), {limits.octets, limits.depth, limits.elements});
    if (!document) return fail(translated(document.error()));
    return document;
}

}  // namespace

Result<Value> read(std::string_view text, ReadLimits limits) {
    if (text.empty() || text == byte_order_mark) return Value();
    const auto document = parse(text, limits);
    if (!document) return fail(document.error());
    return Reader(limits).value(document->root());
}

Result<std::vector<Streamed>> read_document(std::string_view text, ReadLimits limits) {
    const auto document = parse(text, limits);
    if (!document) return fail(document.error());
    std::vector<Streamed> result;
    Reader reader(limits);
    const auto add = [&](Element element) -> Result<void> {
        auto value = reader.value(element);
        if (!value) return fail(value.error());
        result.push_back({std::string(element.attribute("S").value_or("")), *std::move(value)});
        return {};
    };
    const auto root = document->root();
    if (root.name() != "Objs") {
        const auto added = add(root);
        if (!added) return fail(added.error());
        return result;
    }
    for (const auto element : root.children()) {
        const auto added = add(element);
        if (!added) return fail(added.error());
    }
    return result;
}

}  // namespace hqsync::management::clixml
