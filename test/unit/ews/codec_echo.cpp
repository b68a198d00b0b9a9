// Applies Set- and DeleteItemField one after the other.
#include "unit/ews/codec_echo.hpp"

#include <sstream>

#include "unit/ews/answers_samples.hpp"

namespace hqsync::ews::test {

namespace {

using pugi::xml_node;

std::string text_of(xml_node node) {
    std::ostringstream text;
    node.print(text, "", pugi::format_raw);
    return text.str();
}

/// Child of this name, made when it is missing.
xml_node made(xml_node parent, const std::string& name) {
    const auto there = parent.child(name.c_str());
    return there ? there : parent.append_child(name.c_str());
}

/// "contacts:GivenName" is t:GivenName, "contacts:PhysicalAddress:City" is t:City.
std::string element_of(const std::string& uri) {
    return "t:" + uri.substr(uri.rfind(':') + 1);
}

/// Where the entries of an indexed path lie.
std::string dictionary_of(const std::string& uri) {
    if (uri == "contacts:EmailAddress") return "t:EmailAddresses";
    if (uri == "contacts:PhoneNumber") return "t:PhoneNumbers";
    return uri.starts_with("contacts:PhysicalAddress:") ? "t:PhysicalAddresses" : "unknown";
}

xml_node property_with(xml_node contact, const std::string& path) {
    for (const auto property : contact.children("t:ExtendedProperty")) {
        if (text_of(property.first_child()) == path) return property;
    }
    return {};
}

void apply_indexed(xml_node contact, xml_node path, xml_node payload) {
    const std::string uri = path.attribute("FieldURI").value();
    const auto* key = path.attribute("FieldIndex").value();
    auto dictionary = made(contact, dictionary_of(uri));
    auto entry = dictionary.find_child_by_attribute("Key", key);
    const auto new_entry = payload.first_child().first_child();
    if (dictionary_of(uri) != "t:PhysicalAddresses") {
        if (entry) dictionary.remove_child(entry);
        if (new_entry) dictionary.append_copy(new_entry);
        return;
    }
    if (!entry) {
        entry = dictionary.append_child("t:Entry");
        entry.append_attribute("Key") = key;
    }
    entry.remove_child(element_of(uri).c_str());
    if (new_entry) entry.append_copy(new_entry.first_child());
}

}  // namespace

void Echo::create(const std::string& operation) {
    pugi::xml_document request;
    request.load_string(operation.c_str(), pugi::parse_default | pugi::parse_ws_pcdata);
    kept_.reset();
    kept_.append_copy(request.select_node("//*[name()='t:Contact']").node());
}

void Echo::update(const std::string& operation) {
    pugi::xml_document request;
    request.load_string(operation.c_str(), pugi::parse_default | pugi::parse_ws_pcdata);
    for (const auto action : request.select_node("//*[name()='t:Updates']").node().children())
        apply(action);
}

void Echo::apply(xml_node action) {
    const auto path = action.first_child();
    const auto payload = action.child("t:Contact").first_child();
    const std::string kind = path.name();
    auto kept = contact();
    if (kind == "t:IndexedFieldURI") return apply_indexed(kept, path, action.child("t:Contact"));
    if (kind == "t:FieldURI") {
        kept.remove_child(element_of(path.attribute("FieldURI").value()).c_str());
    } else if (const auto property = property_with(kept, text_of(path))) {
        kept.remove_child(property);
    }
    if (payload) kept.append_copy(payload);
}

std::string Echo::shown() const {
    std::string inside;
    for (const auto child : contact().children())
        inside += text_of(child);
    return contact_answer(inside);
}

}  // namespace hqsync::ews::test
