// Servers of WS-Management on a real socket: answers that a test writes, and recorded ones.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "unit/http/scripted_server.hpp"
#include "unit/management/wsman_recordings.hpp"

namespace hqsync::test {

inline constexpr std::string_view soap_header =
    "Content-Type: application/soap+xml;charset=UTF-8\r\n";

/// What stands between the first such tags, whatever their prefix.
inline std::string between(const std::string& xml, const std::string& name) {
    for (auto at = xml.find(name); at != std::string::npos; at = xml.find(name, at + 1)) {
        const auto after = xml[at + name.size()];
        if ((after != '>' && after != ' ') || xml[xml.rfind('<', at) + 1] == '/') continue;
        const auto begin = xml.find('>', at) + 1;
        return xml.substr(begin, xml.find('<', begin) - begin);
    }
    return "";
}

/// The last part of the action: "Create".
inline std::string action(const Asked& asked) {
    const auto uri = between(asked.body, "Action");
    return uri.substr(uri.rfind('/') + 1);
}

/// The recorded answer, as one to this request.
inline std::string related(std::string response, const std::string& request) {
    const auto id = between(response, "RelatesTo");
    if (!id.empty()) response.replace(response.find(id), id.size(), between(request, "MessageID"));
    return response;
}

/// In its envelope, as an answer to `asked`.
inline std::string answered(const Asked& asked, std::string_view body, int status = 200) {
    return kept_answer(
        status,
        fmt::format(R"(<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>)"
                    R"(<a:RelatesTo xmlns:a="a">{}</a:RelatesTo></s:Header><s:Body>{}</s:Body>)"
                    R"(</s:Envelope>)",
                    between(asked.body, "MessageID"), body),
        soap_header);
}

inline std::string soap_fault(const Asked& asked, std::uint32_t code, std::string_view text = "") {
    return answered(asked,
                    fmt::format(R"(<s:Fault><s:Detail><f:WSManFault xmlns:f="f" Code="{}">)"
                                R"(<f:Message>{}</f:Message></f:WSManFault></s:Detail></s:Fault>)",
                                code, text),
                    500);
}

/// Answers in the recorded order and says when something else is asked than was.
class RecordedServer {
public:
    explicit RecordedServer(std::vector<Recorded> all) : rest_(all.begin(), all.end()) {}

    std::string operator()(const Asked& asked) {
        // The recorded client never told that a command is over.
        if (asked.body.find("signal/Terminate") != std::string::npos) {
            return answered(asked, R"(<rsp:SignalResponse xmlns:rsp="r"/>)");
        }
        if (rest_.empty() && action(asked) == "Delete") return answered(asked, "");
        if (rest_.empty()) return kept_answer(500, "nothing more was recorded");
        const auto one = rest_.front();
        rest_.pop_front();
        if (between(one.request, "Action") != between(asked.body, "Action"))
            return kept_answer(400, "something else was recorded");
        const bool is_fault = one.response.find(":Fault>") != std::string::npos;
        return kept_answer(is_fault ? 500 : 200, related(one.response, asked.body), soap_header);
    }

private:
    std::deque<Recorded> rest_;
};

/// What was recorded under this name, but for reads of the server's configuration.
inline std::vector<Recorded> recorded(const std::string& name) {
    std::vector<Recorded> found;
    for (const auto& one : recordings())
        if (one.file == name && one.request.find("transfer/Get<") == std::string::npos)
            found.push_back(one);
    return found;
}

}  // namespace hqsync::test
