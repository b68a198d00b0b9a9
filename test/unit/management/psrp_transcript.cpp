// The files use one corner of YAML: a list of maps with plain scalars, which may go on in lines
// that are indented deeper.
#include "unit/management/psrp_transcript.hpp"

#include <charconv>
#include <sstream>

#include "base/base64.hpp"
#include "unit/management/psrp_reference.hpp"
#include "wire/reader.hpp"

namespace hqsync::management::test {

namespace {

using wire::Element;

struct Texts {
    std::string request;
    std::string response;
    bool is_lost = false;
};

std::vector<Texts> messages(const std::string& yaml) {
    std::vector<Texts> all;
    std::string* open = nullptr;
    std::istringstream lines(yaml);
    for (std::string line; std::getline(lines, line);) {
        constexpr std::string_view request = "- request: ";
        constexpr std::string_view response = "  response: ";
        if (line.starts_with(request)) {
            all.emplace_back();
            open = &all.back().request;
            *open = line.substr(request.size());
        } else if (line.starts_with(response)) {
            open = &all.back().response;
            *open = line.substr(response.size());
        } else if (line.starts_with("    ") && open != nullptr) {
            *open += " " + line.substr(4);
        } else if (!line.empty()) {
            open = nullptr;
            if (line.starts_with("  timeout:") || line.starts_with("  http_error:"))
                all.back().is_lost = true;
        }
    }
    return all;
}

std::string after_last(std::string_view text, char mark) {
    return std::string(text.substr(text.rfind(mark) + 1));
}

void note_fault(Envelope& envelope, Element element) {
    if (element.name() == "WSManFault" && envelope.fault.empty())
        envelope.fault = element.attribute("Code").value_or("");
    for (const auto child : element.children())
        note_fault(envelope, child);
}

void note_carried(Envelope& envelope, Element element, const std::string& around) {
    const auto name = element.name();
    const auto own = std::string(element.attribute("CommandId").value_or(around));
    const bool is_stream = name == "Stream";
    if (is_stream || name == "creationXml" || name == "Arguments" || name == "connectXml" ||
        name == "connectResponseXml") {
        auto carrier = std::string(name);
        if (is_stream) carrier += ":" + std::string(element.attribute("Name").value_or(""));
        const auto octets = from_base64(element.text());
        if (octets && !octets->empty()) envelope.carried.push_back({carrier, own, *octets});
        return;
    }
    if (name == "ShellId") envelope.shell_id = element.text();
    if (name == "CommandId") envelope.command_id = element.text();
    if (name == "Signal") envelope.command_id = own;
    if (name == "CommandState")
        envelope.is_done = element.attribute("State").value_or("").ends_with("/CommandState/Done");
    if (name == "ExitCode") {
        const auto text = element.text();
        std::int64_t code = 0;
        std::from_chars(text.data(), text.data() + text.size(), code);
        envelope.exit_code = code;
    }
    for (const auto child : element.children())
        note_carried(envelope, child, own);
}

Envelope envelope(const std::string& text) {
    Envelope result;
    const auto document = wire::Document::read(text);
    if (!document) return result;
    const auto root = document->root();
    result.action = after_last(root.child("Header").child("Action").text(), '/');
    note_fault(result, root.child("Body").child("Fault"));
    if (!root.child("Body").child("Fault")) note_carried(result, root.child("Body"), "");
    return result;
}

}  // namespace

std::vector<Round> transcript(const std::string& name) {
    std::vector<Round> rounds;
    for (const auto& [request, response, is_lost] : messages(transcript_file(name)))
        rounds.push_back({envelope(request), envelope(response), is_lost});
    return rounds;
}

}  // namespace hqsync::management::test
