// Reads errors; whatever is missing of them is left empty.
#include "ews/fault_xml.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace hqsync::ews {

namespace {

using wire::Element;

std::optional<long> number(std::string_view text) {
    long value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

std::string attribute(Element element, std::string_view name) {
    return std::string(element.attribute(name).value_or(""));
}

/// "a:ErrorServerBusy" without its prefix.
std::string local_code(const std::string& code) {
    return code.substr(code.rfind(':') + 1);  // npos + 1 is 0
}

/// "contacts:Birthday", "contacts:EmailAddress/EmailAddress1", or what an extended one is named.
std::string property_of(Element path) {
    auto uri = attribute(path, "FieldURI");
    if (path.name() == "IndexedFieldURI") {
        return fmt::format("{}/{}", uri, attribute(path, "FieldIndex"));
    }
    if (path.name() == "FieldURI" || path.name() == "ExceptionFieldURI") return uri;
    for (const auto name : {"PropertyName", "PropertyTag", "PropertyId"}) {
        if (auto value = attribute(path, name); !value.empty()) return value;
    }
    return {};
}

/// EWS: a wait of days is no wait; a mistake of the server must not stop a mailbox for ever.
constexpr std::size_t word_max = 128;
constexpr long back_off_max = 86'400'000;

void take_value(Element value, ErrorText& error) {
    const auto name = attribute(value, "Name");
    const auto text = value.text();
    if (name == "BackOffMilliseconds") {
        const auto wait = number(text);
        if (wait) error.back_off = std::chrono::milliseconds(std::clamp(*wait, 0L, back_off_max));
    } else if (name == "InnerErrorResponseCode") {
        error.inner = plain_word(text);
    } else if (error.code == "ErrorNonPrimarySmtpAddress" && text.find('@') != std::string::npos) {
        // Named "Primary" where it was seen; there is no other address in that error.
        error.address = text;
    }
}

void take_message_xml(Element message_xml, ErrorText& error) {
    for (const auto one : message_xml.children()) {
        if (one.name() == "Value") take_value(one, error);
        if (one.name() == "LineNumber") error.line = number(one.text()).value_or(0);
        if (one.name() == "LinePosition") error.position = number(one.text()).value_or(0);
        if (one.name().ends_with("FieldURI")) error.property = plain_word(property_of(one));
    }
}

}  // namespace

std::string plain_word(std::string_view text) {
    std::string word(text.substr(0, word_max));
    std::erase_if(word, [](char sign) {
        const bool is_letter = (sign >= 'a' && sign <= 'z') || (sign >= 'A' && sign <= 'Z');
        const bool is_digit = sign >= '0' && sign <= '9';
        return !is_letter && !is_digit && std::string_view("-_:/.").find(sign) == std::string::npos;
    });
    return word;
}

ErrorText error_in(Element holder) {
    ErrorText error;
    error.code = plain_word(holder.child("ResponseCode").text());
    error.text = holder.child("MessageText").text();
    if (error.text.empty()) error.text = holder.child("Message").text();
    // Older servers say where a violation is beside the message.
    error.line = number(holder.child("Line").text()).value_or(0);
    error.position = number(holder.child("Position").text()).value_or(0);
    take_message_xml(holder.child("MessageXml"), error);
    return error;
}

std::optional<ErrorText> fault_in(Element envelope) {
    const auto fault = envelope.child("Body").child("Fault");
    if (!fault) return std::nullopt;
    auto error = error_in(fault.child("detail"));
    if (error.code.empty()) {
        error.code = plain_word(local_code(fault.child("faultcode").text()));
    }
    if (error.text.empty()) error.text = fault.child("faultstring").text();
    return error;
}

std::optional<ErrorText> read_fault(std::string_view xml) {
    // Answers are long and seldom faults: they are not read twice for nothing.
    if (xml.find("Fault>") == std::string_view::npos) return std::nullopt;
    const auto document = wire::Document::read(std::string(xml));
    return document ? fault_in(document->root()) : std::nullopt;
}

}  // namespace hqsync::ews
