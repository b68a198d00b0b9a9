// One walk through header and body; ids and codes are trimmed, OMI puts them on lines of their own.
#include "management/wsman_answer.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/letter_case.hpp"
#include "wire/reader.hpp"

namespace hqsync::management::wsman {

namespace {

using wire::Element;

constexpr std::size_t text_max = 500;
/// A Receive brings 500 KB at most; OMI and proxies may be more generous, nobody needs more marks.
constexpr wire::Limits limits{std::size_t{16} << 20, 64, 100'000};

std::string trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

std::string attribute(Element element, std::string_view name) {
    return trimmed(element.attribute(name).value_or(""));
}

/// Behind the last of the signs: "Done" of ".../CommandState/Done", "TimedOut" of "w:TimedOut".
std::string last_part(const std::string& text, char sign) {
    return text.substr(text.rfind(sign) + 1);  // npos + 1 is 0
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    return read.ec == std::errc{} && read.ptr == end ? std::optional(value) : std::nullopt;
}

/// Windows: a server's message may hold line ends and control characters.
std::string one_line(std::string_view text) {
    std::string line;
    for (const char letter : trimmed(text)) {
        const bool is_blank = static_cast<unsigned char>(letter) <= ' ';
        if (is_blank && line.ends_with(' ')) continue;
        line += is_blank ? ' ' : letter;
    }
    if (line.size() > text_max) line.resize(text_max);
    // No half character at the end: octets 10xxxxxx, then the one that began it.
    if (line.size() == text_max) {
        while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xC0U) == 0x80U)
            line.pop_back();
        if (!line.empty() && static_cast<unsigned char>(line.back()) >= 0xC0U) line.pop_back();
    }
    return line;
}

/// The provider's own words lie deeper than the service's.
void take_wsman_fault(Element element, SoapFault& fault) {
    for (auto depth = 0; element && depth < 8; ++depth) {
        const auto code = number<std::uint32_t>(attribute(element, "Code"));
        if (code && !fault.code) fault.code = code;
        const auto message = element.child("Message");
        if (auto text = one_line(message.text()); !text.empty()) fault.text = std::move(text);
        const auto provider = message.child("ProviderFault");
        if (auto text = one_line(provider.text()); !text.empty()) fault.text = std::move(text);
        element = provider.child("WSManFault");
    }
}

/// Windows 2012 and later on CIM errors: no WSManFault, the HRESULT as a number.
void take_wmi_error(Element element, SoapFault& fault) {
    if (!element) return;
    const auto code = number<std::uint32_t>(trimmed(element.child("error_Code").text()));
    if (code) fault.code = code;
    if (auto text = one_line(element.child("Message").text()); !text.empty()) {
        fault.text = std::move(text);
    }
}

SoapFault fault_in(Element element) {
    SoapFault fault;
    const auto subcode = element.child("Code").child("Subcode").child("Value");
    fault.subcode = last_part(trimmed(subcode.text()), ':');
    fault.text = one_line(element.child("Reason").child("Text").text());
    const auto detail = element.child("Detail");
    take_wsman_fault(detail.child("WSManFault"), fault);
    take_wmi_error(detail.child("MSFT_WmiError"), fault);
    return fault;
}

/// SOAP: Windows writes the shell's id where the resource is addressed, and again in its own words.
void take_created(Element body, Answer& answer) {
    const auto created = body.child("ResourceCreated");
    const auto selectors = created.child("ReferenceParameters").child("SelectorSet");
    for (const auto selector : selectors.children()) {
        if (attribute(selector, "Name") == "ShellId") answer.shell_id = trimmed(selector.text());
    }
    const auto shell = body.child("Shell");
    if (answer.shell_id.empty()) answer.shell_id = trimmed(shell.child("ShellId").text());
    answer.idle_timeout = read_duration(trimmed(shell.child("IdleTimeOut").text()));
}

ShellInfo shell_info(Element shell) {
    const auto text = [shell](std::string_view name) { return trimmed(shell.child(name).text()); };
    return {text("ShellId"),
            text("ResourceUri"),
            text("Name"),
            text("Owner"),
            text("ClientIP"),
            text("State"),
            read_duration(text("IdleTimeOut")),
            read_duration(text("ShellRunTime")),
            read_duration(text("ShellInactivity"))};
}

void take_enumerated(Element enumerated, Answer& answer) {
    for (const auto one : enumerated.child("Items").children())
        if (one.name() == "Shell") answer.shells.push_back(shell_info(one));
}

Fault unreadable(const char* code, std::string detail) {
    return {Reach::mailbox, code, std::move(detail), {}, true};
}

Result<void> take_received(Element received, Answer& answer) {
    for (const auto one : received.children()) {
        if (one.name() == "CommandState") {
            answer.is_done = last_part(attribute(one, "State"), '/') == "Done";
            answer.exit_code = number<std::int64_t>(trimmed(one.child("ExitCode").text()));
        }
        if (one.name() != "Stream") continue;
        auto octets = from_base64(one.text());
        if (!octets) {
            return fail(unreadable("wsman.base64", "a stream of the server's is no base64"));
        }
        const auto end = attribute(one, "End");
        answer.streams.push_back({attribute(one, "Name"), attribute(one, "CommandId"),
                                  std::move(*octets),
                                  end == "true" || end == "TRUE" || end == "1"});
    }
    return {};
}

}  // namespace

Result<Answer> read_answer(std::string xml, std::string_view message_id) {
    auto document = wire::Document::read(std::move(xml), limits);
    if (!document) {
        auto fault = document.error();
        fault.outcome_unknown = true;
        return fail(std::move(fault));
    }
    const auto envelope = document->root();
    if (envelope.name() != "Envelope" || !envelope.child("Body")) {
        return fail(unreadable("wsman.no_soap",
                               "the server's answer is no SOAP envelope: is there a web server or "
                               "a proxy at this address instead of Exchange?"));
    }
    const auto header = envelope.child("Header");
    const auto relates_to = trimmed(header.child("RelatesTo").text());
    if (!relates_to.empty() && !equal_without_case(relates_to, message_id)) {
        return fail(unreadable("wsman.mismatch", "the server answered another request than ours"));
    }
    Answer answer;
    answer.action = last_part(trimmed(header.child("Action").text()), '/');
    const auto body = envelope.child("Body");
    if (const auto fault = body.child("Fault")) {
        answer.fault = fault_in(fault);
        return answer;
    }
    take_created(body, answer);
    answer.command_id = trimmed(body.child("CommandResponse").child("CommandId").text());
    take_enumerated(body.child("EnumerateResponse"), answer);
    const auto taken = take_received(body.child("ReceiveResponse"), answer);
    if (!taken) return fail(taken.error());
    return answer;
}

std::optional<Milliseconds> read_duration(std::string_view text) {
    if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
    text.remove_prefix(1);
    double seconds = 0;
    bool is_time = false;
    while (!text.empty()) {
        if (text.starts_with('T') && !is_time) {
            is_time = true;
            text.remove_prefix(1);
            continue;
        }
        double value = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), value,
                                          std::chars_format::fixed);
        if (read.ec != std::errc{} || value < 0) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
        const char unit = text.empty() ? ' ' : text.front();
        if (!is_time && unit == 'D')
            seconds += value * 86'400;
        else if (is_time && unit == 'H')
            seconds += value * 3'600;
        else if (is_time && unit == 'M')
            seconds += value * 60;
        else if (is_time && unit == 'S')
            seconds += value;
        else
            return std::nullopt;
        text.remove_prefix(1);
    }
    constexpr double longest = 9e12;
    return Milliseconds(std::llround(std::min(seconds * 1000, longest)));
}

}  // namespace hqsync::management::wsman
