// RefIds of objects and of type names are counted apart, in the order in which they are written.
#include "management/clixml_writer.hpp"

#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "management/clixml_escape.hpp"
#include "management/clixml_primitive.hpp"
#include "wire/writer.hpp"

namespace hqsync::management::clixml {

namespace {

constexpr std::size_t depth_max = 100;

struct Label {
    std::optional<std::string_view> name = {};
    std::string_view stream;
};

class Writer {
public:
    explicit Writer(const Encrypt& encrypt) : encrypt_(encrypt) {}

    Result<void> value(const Value& value, const Label& label = {});
    wire::Writer& xml() { return xml_; }

private:
    Result<void> object(const ObjectPointer& object, const Label& label);
    Result<void> body(const Object& object);
    Result<void> list(const List& list, const Label& label);
    Result<void> dictionary(const Dictionary& dictionary, const Label& label);
    Result<void> secret(const Secret& secret, const Label& label);
    Result<void> properties(std::string_view tag, const std::vector<Property>& properties);
    void progress(const Progress& progress, const Label& label);
    void types(const std::vector<std::string>& names);
    void open(std::string_view tag, const Label& label);
    void leaf(std::string_view tag, std::string_view text, const Label& label) {
        open(tag, label);
        xml_.text(text).close();
    }
    bool name_again(const ObjectPointer& object, const Label& label);

    const Encrypt& encrypt_;
    wire::Writer xml_;
    std::map<ObjectPointer, std::size_t> objects_;
    std::map<std::vector<std::string>, std::size_t> types_;
    std::size_t depth_ = 0;
};

void Writer::open(std::string_view tag, const Label& label) {
    xml_.open(tag);
    if (!label.stream.empty()) xml_.attribute("S", label.stream);
    if (label.name) xml_.attribute("N", escape(*label.name));
}

Result<void> Writer::value(const Value& value, const Label& label) {
    if (const auto text = written(value)) {
        leaf(text->tag, text->text, label);
        return {};
    }
    if (const auto* object = value.as<ObjectPointer>(); object != nullptr && *object) {
        return this->object(*object, label);
    }
    if (const auto* one = value.as<List>()) return list(*one, label);
    if (const auto* one = value.as<Dictionary>()) return dictionary(*one, label);
    if (const auto* one = value.as<Secret>()) return secret(*one, label);
    if (const auto* one = value.as<ProgressPointer>(); one != nullptr && *one) {
        progress(**one, label);
        return {};
    }
    if (const auto* one = value.as<ForeignPointer>(); one != nullptr && *one) {
        leaf((*one)->tag, escape((*one)->text), label);
        return {};
    }
    if (const auto* one = value.as<Enclosing>(); one != nullptr) {
        if (name_again(one->object.lock(), label)) return {};
    }
    leaf("Nil", "", label);
    return {};
}

/// Writes <Ref> when the object was written before, or is under way.
bool Writer::name_again(const ObjectPointer& object, const Label& label) {
    const auto known = objects_.find(object);
    if (known == objects_.end()) return false;
    open("Ref", label);
    xml_.attribute("RefId", std::to_string(known->second)).close();
    return true;
}

Result<void> Writer::object(const ObjectPointer& object, const Label& label) {
    if (name_again(object, label)) return {};
    if (depth_ == depth_max) {
        return fail({Reach::item, "clixml.too_big", "objects within objects nest too deep"});
    }
    const auto id = objects_.size();
    objects_.emplace(object, id);
    open("Obj", label);
    xml_.attribute("RefId", std::to_string(id));
    ++depth_;
    const auto wrote = body(*object);
    --depth_;
    if (!wrote) return wrote;
    xml_.close();
    return {};
}

Result<void> Writer::body(const Object& object) {
    if (!object.types.empty()) types(object.types);
    if (object.text) xml_.element("ToString", escape(*object.text));
    for (const auto& one : object.content) {
        const auto wrote = value(one);
        if (!wrote) return wrote;
    }
    const auto adapted = properties("Props", object.adapted);
    if (!adapted) return adapted;
    return properties("MS", object.extended);
}

Result<void> Writer::properties(std::string_view tag, const std::vector<Property>& properties) {
    if (properties.empty()) return {};
    xml_.open(tag);
    for (const auto& one : properties) {
        const auto wrote = value(one.value, {one.name, {}});
        if (!wrote) return wrote;
    }
    xml_.close();
    return {};
}

void Writer::types(const std::vector<std::string>& names) {
    const auto [known, is_new] = types_.emplace(names, types_.size());
    xml_.open(is_new ? "TN" : "TNRef").attribute("RefId", std::to_string(known->second));
    if (is_new) {
        for (const auto& name : names)
            xml_.element("T", escape(name));
    }
    xml_.close();
}

Result<void> Writer::list(const List& list, const Label& label) {
    constexpr std::string_view tags[] = {"LST", "IE", "QUE", "STK"};
    if (++depth_ > depth_max) {
        return fail({Reach::item, "clixml.too_big", "lists within lists nest too deep"});
    }
    open(tags[static_cast<std::size_t>(list.kind)], label);
    for (const auto& item : list.items) {
        const auto wrote = value(item);
        if (!wrote) return wrote;
    }
    xml_.close();
    --depth_;
    return {};
}

Result<void> Writer::dictionary(const Dictionary& dictionary, const Label& label) {
    if (++depth_ > depth_max) {
        return fail({Reach::item, "clixml.too_big", "dictionaries nest too deep"});
    }
    open("DCT", label);
    for (const auto& [key, held] : dictionary.entries) {
        xml_.open("En");
        const auto wrote_key = value(key, {"Key", {}});
        if (!wrote_key) return wrote_key;
        const auto wrote = value(held, {"Value", {}});
        if (!wrote) return wrote;
        xml_.close();
    }
    xml_.close();
    --depth_;
    return {};
}

Result<void> Writer::secret(const Secret& secret, const Label& label) {
    if (!encrypt_) {
        return fail(
            {Reach::item, "clixml.secret", "a secret cannot be sent without a session key"});
    }
    const auto cipher = encrypt_(secret.text);
    if (!cipher) return fail(cipher.error());
    leaf("SS", to_base64(*cipher), label);
    return {};
}

void Writer::progress(const Progress& progress, const Label& label) {
    open("PR", label);
    xml_.element("AV", escape(progress.activity));
    xml_.element("AI", std::to_string(progress.activity_id));
    if (progress.operation) {
        xml_.element("CO", escape(*progress.operation));
    } else {
        xml_.element("Nil", "");
    }
    xml_.element("PI", std::to_string(progress.parent_id.value_or(-1)));
    xml_.element("PC", std::to_string(progress.percent));
    xml_.element("T", escape(progress.type));
    xml_.element("SR", std::to_string(progress.seconds_remaining));
    xml_.element("SD", escape(progress.status));
    xml_.close();
}

}  // namespace

Result<std::string> write(const Value& value, const Encrypt& encrypt) {
    Writer writer(encrypt);
    const auto wrote = writer.value(value);
    if (!wrote) return fail(wrote.error());
    return std::move(writer.xml()).done();
}

Result<std::string> write_document(std::span<const Streamed> values, const Encrypt& encrypt) {
    Writer writer(encrypt);
    writer.xml()
        .open("Objs")
        .attribute("Version", "1.1.0.1")
        .attribute("xmlns", "http://schemas.microsoft.com/powershell/2004/04");
    for (const auto& [stream, value] : values) {
        const auto wrote = writer.value(value, {{}, stream});
        if (!wrote) return fail(wrote.error());
    }
    return std::move(writer.xml()).done();
}

}  // namespace hqsync::management::clixml
