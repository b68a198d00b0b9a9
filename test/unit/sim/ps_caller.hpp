// Envelopes and messages of a PowerShell client, made by hand, and what comes back.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base64.hpp"
#include "sim/ps_clixml.hpp"
#include "sim/ps_face.hpp"
#include "sim/ps_guid.hpp"
#include "sim/ps_message.hpp"

namespace hqsync::sim {

inline std::string reference_text(const std::string& name) {
    const std::ifstream file(std::string(HQSYNC_REFERENCE_DIR) + "/psrp-transcripts/" + name);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

inline constexpr std::string_view ps_exchange =
    "http://schemas.microsoft.com/powershell/Microsoft.Exchange";
inline constexpr std::string_view ps_shell_uri =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";

/// A whole message of a client in one fragment.
inline std::string client_octets(std::uint64_t object, PsType type, std::string_view pipeline,
                                 std::string_view data) {
    auto message = write_message({.type = type,
                                  .pool = "11111111-2222-3333-4444-555555555555",
                                  .pipeline = std::string(pipeline),
                                  .data = {}});
    message[0] = 2;                      // for the server
    message.resize(message.size() - 3);  // no byte order mark
    message += data;
    return fragments_of(object, message, 32'000).front();
}

inline std::string argument_xml(std::string_view name, std::string_view value) {
    return fmt::format(R"(<Obj RefId="9"><MS><S N="N">{}</S>{}</MS></Obj>)", name, value);
}

inline std::string command_xml(std::string_view name, std::string_view arguments = "",
                               std::string_view is_script = "false") {
    return fmt::format(R"(<Obj RefId="6"><MS><S N="Cmd">{}</S><B N="IsScript">{}</B>)"
                       R"(<Obj N="Args" RefId="8"><LST>{}</LST></Obj></MS></Obj>)",
                       name, is_script, arguments);
}

inline std::string pipeline_xml(std::string_view commands, std::string_view no_input = "true") {
    return fmt::format(R"(<Obj RefId="0"><MS><B N="NoInput">{}</B><Obj N="PowerShell" RefId="4">)"
                       R"(<MS><B N="IsNested">false</B><Nil N="ExtraCmds" /><Obj N="Cmds" )"
                       R"(RefId="5"><LST>{}</LST></Obj></MS></Obj></MS></Obj>)",
                       no_input, commands);
}

struct PsMessageSeen {
    PsType type{};
    PsValue value;
};

struct PsCaller {
    std::int64_t seconds = 1'790'000'000;
    std::int64_t milliseconds = 0;
    Domain domain{"agentur.example", 1, [this] { return seconds; }};
    Organisation organisation{domain, "hqsync@agentur.example", "app-1"};
    PsWorld world{.organisation = organisation,
                  .rights = {},
                  .milliseconds = [this] { return milliseconds; },
                  .trouble = {}};
    PsFace face{world, [this] { return seconds; }};
    std::string user = "AGENTUR\\hqsync";
    std::string shell;
    std::uint64_t objects = 2;
    std::vector<Reply> replies;
    PsAssembly assembly;

    static std::string envelope(std::string_view action, std::string_view body,
                                std::string_view resource, std::string_view shell_id,
                                std::string_view timeout = "PT20S") {
        const auto selected =
            shell_id.empty()
                ? std::string()
                : fmt::format(R"(<w:SelectorSet><w:Selector Name="ShellId">{}</w:Selector>)"
                              "</w:SelectorSet>",
                              shell_id);
        return fmt::format(
            R"(<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" )"
            R"(xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" )"
            R"(xmlns:rsp="{0}" )"
            R"(xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header>)"
            R"(<wsa:Action s:mustUnderstand="true">{1}</wsa:Action>)"
            R"(<wsa:To>http://exchange/PowerShell/</wsa:To>)"
            R"(<w:MaxEnvelopeSize s:mustUnderstand="true">153600</w:MaxEnvelopeSize>)"
            R"(<wsa:MessageID>uuid:AAAAAAAA-0000-4000-8000-000000000001</wsa:MessageID>)"
            R"(<w:OperationTimeout>{2}</w:OperationTimeout>)"
            R"(<w:ResourceURI s:mustUnderstand="true">{3}</w:ResourceURI>{4}</s:Header>)"
            R"(<s:Body>{5}</s:Body></s:Envelope>)",
            ps_shell_uri, action, timeout, resource, selected, body);
    }

    static std::string action(std::string_view verb) {
        const bool is_transfer = verb == "Create" || verb == "Delete" || verb == "Get";
        return is_transfer ? fmt::format("http://schemas.xmlsoap.org/ws/2004/09/transfer/{}", verb)
                           : fmt::format("{}/{}", ps_shell_uri, verb);
    }

    /// The answer, or one of status 0 while there is none.
    Reply ask_raw(std::string text, std::uint64_t connection = 1) {
        Request request{.method = "POST", .target = "/PowerShell/", .body = std::move(text)};
        request.connection = connection;
        const auto own = std::make_shared<Reply>(Reply{.status = 0});
        face.answer(request, user, [this, own](Reply reply) {
            *own = reply;
            replies.push_back(std::move(reply));
        });
        return *own;
    }

    Reply ask(std::string_view verb, std::string_view body, std::string_view timeout = "PT20S") {
        return ask_raw(envelope(action(verb), body, ps_exchange, shell, timeout));
    }

    static std::string opening(std::string_view version = "2.3") {
        return client_octets(
                   1, PsType::session_capability, nil_guid,
                   fmt::format(R"(<Obj RefId="0"><MS><Version N="protocolversion">{}</Version>)"
                               R"(<Version N="PSVersion">2.0</Version><Version )"
                               R"(N="SerializationVersion">1.1.0.1</Version></MS></Obj>)",
                               version)) +
               client_octets(2, PsType::init_runspace_pool, nil_guid,
                             R"(<Obj RefId="0"><MS><I32 N="MinRunspaces">1</I32>)"
                             R"(<I32 N="MaxRunspaces">1</I32></MS></Obj>)");
    }

    static std::string creation(std::string_view octets, std::string_view id) {
        return fmt::format(
            R"(<rsp:Shell ShellId="{}"><rsp:InputStreams>stdin pr</rsp:InputStreams>)"
            R"(<rsp:OutputStreams>stdout</rsp:OutputStreams><creationXml )"
            R"(xmlns="http://schemas.microsoft.com/powershell">{}</creationXml>)"
            "</rsp:Shell>",
            id, to_base64(octets));
    }

    Reply create() {
        const auto id = new_guid();
        auto reply = ask_raw(envelope(action("Create"), creation(opening(), id), ps_exchange, ""));
        if (reply.status == 200) shell = id;
        return reply;
    }

    Reply receive(std::string_view command = "", std::string_view timeout = "PT20S") {
        const auto named =
            command.empty() ? std::string() : fmt::format(R"( CommandId="{}")", command);
        return ask("Receive",
                   fmt::format("<rsp:Receive><rsp:DesiredStream{}>stdout</rsp:DesiredStream>"
                               "</rsp:Receive>",
                               named),
                   timeout);
    }

    Reply command(std::string_view id, std::string_view data,
                  PsType type = PsType::create_pipeline) {
        return ask("Command",
                   fmt::format(R"(<rsp:CommandLine CommandId="{}"><rsp:Command/><rsp:Arguments>{})"
                               "</rsp:Arguments></rsp:CommandLine>",
                               id, to_base64(client_octets(++objects, type, id, data))));
    }

    Reply signal(std::string_view id, std::string_view code) {
        return ask("Signal", fmt::format(R"(<rsp:Signal CommandId="{}"><rsp:Code>{}</rsp:Code>)"
                                         "</rsp:Signal>",
                                         id, code));
    }

    Reply send(std::string_view id, std::string_view octets) {
        const auto named = id.empty() ? std::string() : fmt::format(R"( CommandId="{}")", id);
        return ask("Send", fmt::format(R"(<rsp:Send><rsp:Stream Name="stdin"{}>{}</rsp:Stream>)"
                                       "</rsp:Send>",
                                       named, to_base64(octets)));
    }

    /// The messages in an answer; fragments that go on in the next one are kept for it.
    std::vector<PsMessageSeen> messages(const Reply& reply) {
        std::vector<PsMessageSeen> seen;
        std::string_view rest = reply.body;
        while (true) {
            const auto at = rest.find("<rsp:Stream ");
            if (at == std::string_view::npos) return seen;
            rest.remove_prefix(rest.find('>', at) + 1);
            const auto octets = from_base64(rest.substr(0, rest.find('<')));
            for (auto& whole : assembly.feed(octets.value()).value()) {
                whole[0] = 2;
                auto message = read_message(whole).value();
                seen.push_back({message.type, read_clixml(message.data).value()});
            }
        }
    }

    /// Runs a pipeline to its end and closes it.
    std::vector<PsMessageSeen> run(std::string_view commands) {
        const auto id = new_guid();
        command(id, pipeline_xml(commands));
        std::vector<PsMessageSeen> all;
        for (int i = 0; i < 1000; ++i) {
            const auto reply = receive(id);
            for (auto& one : messages(reply))
                all.push_back(std::move(one));
            if (reply.body.find("CommandState/Done") != std::string::npos) break;
            if (reply.status != 200) break;
        }
        signal(id, fmt::format("{}/signal/Terminate", ps_shell_uri));
        return all;
    }
};

/// "output 3, warning 1, state 4": what came, in a line.
inline std::string summary(const std::vector<PsMessageSeen>& all) {
    std::size_t outputs = 0;
    std::size_t warnings = 0;
    std::size_t errors = 0;
    std::string state = "none";
    for (const auto& one : all) {
        if (one.type == PsType::pipeline_output) ++outputs;
        if (one.type == PsType::warning_record) ++warnings;
        if (one.type == PsType::error_record) ++errors;
        if (one.type == PsType::pipeline_state) state = one.value.property("PipelineState")->text;
    }
    return fmt::format("output {} warning {} error {} state {}", outputs, warnings, errors, state);
}

}  // namespace hqsync::sim
