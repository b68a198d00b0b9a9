// Which operation a request is; Receives that wait are answered by the operations that bring
// output, and by the clock.
#include "sim/ps_face.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sim/base64.hpp"
#include "sim/ps_guid.hpp"

namespace hqsync::sim {

namespace {

constexpr std::string_view shell_namespace =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";
constexpr std::string_view exchange = "http://schemas.microsoft.com/powershell/Microsoft.Exchange";
constexpr std::string_view stop_signal = "powershell/signal/crtl_c";
/// What is done to a shell that is there; the last three are known and not offered.
constexpr std::array<std::string_view, 9> shell_verbs{
    "Delete", "Get", "Command", "Send", "Receive", "Signal", "Disconnect", "Reconnect", "Connect"};
constexpr std::size_t envelope_rest = 2'048;  ///< an answer without streams, with room
constexpr std::size_t fragment_usual = 32'768;

std::string upper(std::string_view text) {
    std::string made(text);
    for (char& letter : made) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 32);
    }
    return made;
}

bool is_name(pugi::xml_node node, std::string_view name) {
    return name == node.name();
}

/// Base64 of an element; nothing for what is none.
std::optional<std::string> octets_in(pugi::xml_node node) {
    std::string text;
    for (const char letter : std::string_view(node.text().get())) {
        if (!std::string_view(" \t\r\n").contains(letter)) text += letter;
    }
    return from_base64(text);
}

Reply not_understood(const WsmanRequest& request, const std::string& what) {
    auto fault = schema_violation();
    fault.message = fmt::format("{}({})", fault.reason, what);
    return wsman_fault(request.message_id, fault);
}

std::string duration(std::int64_t seconds) {
    return fmt::format("P{}DT{}H{}M{}S", seconds / 86'400, seconds / 3'600 % 24, seconds / 60 % 60,
                       seconds % 60);
}

WsmanFault access_denied() {
    return {.side = "s:Sender",
            .subcode = "w:AccessDenied",
            .code = "5",
            .reason = "Access is denied. "};
}

WsmanFault unsupported() {
    return {.side = "s:Sender",
            .subcode = "w:UnsupportedFeature",
            .code = "2150858818",
            .reason =
                "The WS-Management service does not support the specified feature. Remove "
                "the unsupported feature from the request and retry. "};
}

bool is_cmd(std::string_view resource) {
    return resource == std::string(shell_namespace) + "/cmd";
}

}  // namespace

void PsFace::answer(const Request& request, const std::string& user, const Done& done) {
    ++counters_.requests;
    tick();
    auto asked = read_wsman(request.body);
    if (!asked) return done(wsman_fault(asked.error().relates_to, asked.error()));
    const auto verb = asked->verb();
    if (verb == "Create") return done(create(*asked, user));
    if (verb == "Enumerate") return done(enumerate(*asked, user));
    if (verb == "Get" && asked->resource == "http://schemas.microsoft.com/wbem/wsman/1/config")
        return done(wsman_fault(asked->message_id, access_denied()));
    if (std::ranges::find(shell_verbs, verb) == shell_verbs.end())
        return done(wsman_fault(asked->message_id, unknown_action()));
    asked->shell = upper(asked->shell);
    Shell* const one = shell(asked->shell);
    if (one == nullptr) return done(wsman_fault(asked->message_id, unknown_shell()));
    if (one->resource != asked->resource && asked->resource != shell_namespace)
        return done(wsman_fault(asked->message_id, unknown_resource()));
    if (one->user != user) return done(wsman_fault(asked->message_id, access_denied()));
    one->used = now_();
    if (verb == "Receive") return receive(*std::move(asked), *one, request.connection, done);
    done(operate(*asked, *one));
    answer_waits();
}

Reply PsFace::operate(const WsmanRequest& request, Shell& shell) {
    const auto verb = request.verb();
    if (verb == "Delete") return remove(request);
    if (verb == "Get") return get(request, shell);
    if (verb == "Command") return run_command(request, shell);
    if (verb == "Send") return send(request, shell);
    if (verb == "Signal") return signal(request, shell);
    return wsman_fault(request.message_id, unsupported());
}

Reply PsFace::create(const WsmanRequest& request, const std::string& user) {
    const bool is_program = is_cmd(request.resource);
    if (request.resource != exchange && !is_program)
        return wsman_fault(request.message_id, unknown_resource());
    const auto body = request.body;
    if (!is_name(body, "rsp:Shell")) return not_understood(request, "rsp:Shell is missing");
    const auto held = std::ranges::count_if(
        shells_, [&user](const auto& one) { return one.second.user == user; });
    if (held >= limits.shells) {
        ++counters_.refused;
        return wsman_fault(request.message_id, too_many_shells(limits.shells));
    }
    Shell made{.id = upper(body.attribute("ShellId").value()),
               .user = user,
               .resource = request.resource,
               .input_streams = body.child("rsp:InputStreams").text().get(),
               .output_streams = body.child("rsp:OutputStreams").text().get(),
               .created = now_(),
               .used = now_(),
               .idle_seconds = limits.shell_idle_seconds};
    if (!is_guid_text(made.id) || shells_.contains(made.id)) made.id = new_guid();
    const auto wanted =
        wsman_seconds(body.child("rsp:IdleTimeOut").text().get()).value_or(made.idle_seconds);
    made.idle_seconds = std::clamp<std::int64_t>(wanted, 1, limits.shell_idle_seconds);
    if (!is_program) {
        const auto octets = octets_in(body.child("pwsh:creationXml"));
        if (!octets) return not_understood(request, "creationXml is no base64");
        const auto room = (request.envelope_max - envelope_rest) / 4 * 3 - 128;
        made.session = std::make_unique<PsShell>(world_, std::min(fragment_usual, room));
        if (const auto opened = made.session->open(*octets); !opened)
            return not_understood(request, opened.error());
    }
    ++counters_.opened;
    const auto described = describe(made);
    const auto answer = fmt::format(
        "<x:ResourceCreated><a:Address>{}</a:Address><a:ReferenceParameters><w:ResourceURI>{}"
        R"(</w:ResourceURI><w:SelectorSet><w:Selector Name="ShellId">{}</w:Selector>)"
        "</w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>{}",
        xml_escape(request.to), made.resource, made.id, described);
    shells_.emplace(made.id, std::move(made));
    return wsman_answer(request, answer);
}

std::string PsFace::describe(const Shell& shell) const {
    const auto now = now_();
    std::string more;
    if (shell.session) {
        more = fmt::format(
            "<rsp:MaxIdleTimeOut>PT{}.000S</rsp:MaxIdleTimeOut>"
            "<rsp:Locale>en-US</rsp:Locale><rsp:DataLocale>en-US</rsp:DataLocale>"
            "<rsp:CompressionMode>NoCompression</rsp:CompressionMode>"
            "<rsp:ProfileLoaded>No</rsp:ProfileLoaded><rsp:Encoding>UTF8"
            "</rsp:Encoding><rsp:BufferMode>Block</rsp:BufferMode>"
            "<rsp:State>Connected</rsp:State>",
            limits.shell_idle_seconds);
    }
    return fmt::format(
        R"(<rsp:Shell xmlns:rsp="{}"><rsp:ShellId>{}</rsp:ShellId><rsp:ResourceUri>{})"
        "</rsp:ResourceUri><rsp:Owner>{}</rsp:Owner><rsp:ClientIP>127.0.0.1</rsp:ClientIP>"
        "<rsp:IdleTimeOut>PT{}.000S</rsp:IdleTimeOut><rsp:InputStreams>{}</rsp:InputStreams>"
        "<rsp:OutputStreams>{}</rsp:OutputStreams>{}<rsp:ShellRunTime>{}</rsp:ShellRunTime>"
        "<rsp:ShellInactivity>{}</rsp:ShellInactivity></rsp:Shell>",
        shell_namespace, shell.id, shell.resource, xml_escape(shell.user), shell.idle_seconds,
        xml_escape(shell.input_streams), xml_escape(shell.output_streams), more,
        duration(now - shell.created), duration(now - shell.used));
}

Reply PsFace::enumerate(const WsmanRequest& request, const std::string& user) {
    if (!lists_shells) return wsman_fault(request.message_id, access_denied());
    const bool are_shells = request.resource == shell_namespace;
    if (!are_shells && request.resource != std::string(shell_namespace) + "/Command")
        return wsman_fault(request.message_id, unknown_resource());
    std::string items;
    for (const auto& [id, one] : shells_) {
        if (are_shells && one.user == user) items += describe(one);
    }
    if (!items.empty()) items = fmt::format("<w:Items>{}</w:Items>", items);
    return wsman_answer(request, fmt::format("<n:EnumerateResponse><n:EnumerationContext>"
                                             "</n:EnumerationContext>{}<w:EndOfSequence/>"
                                             "</n:EnumerateResponse>",
                                             items));
}

Reply PsFace::get(const WsmanRequest& request, const Shell& shell) const {
    return wsman_answer(request, describe(shell));
}

Reply PsFace::remove(const WsmanRequest& request) {
    end(request.shell);
    ++counters_.closed;
    return wsman_answer(request, {});
}

Reply PsFace::run_command(const WsmanRequest& request, Shell& shell) {
    const auto body = request.body;
    if (!is_name(body, "rsp:CommandLine")) return not_understood(request, "rsp:CommandLine");
    auto id = upper(body.attribute("CommandId").value());
    if (!is_guid_text(id)) id = new_guid();
    const auto held =
        shell.session ? std::ssize(shell.session->commands()) : std::ssize(shell.programs);
    if (held >= limits.shell_commands)
        return wsman_fault(request.message_id, too_many_commands(limits.shell_commands));
    if (shell.session) {
        if (shell.session->command(id) != nullptr)
            return not_understood(request, "the CommandId is taken");
        const auto octets = octets_in(body.child("rsp:Arguments"));
        if (!octets) return not_understood(request, "Arguments are no base64");
        if (const auto begun = shell.session->begin(id, *octets); !begun)
            return not_understood(request, begun.error());
    } else {
        shell.programs[id] = false;
    }
    ++counters_.pipelines;
    return wsman_answer(request,
                        fmt::format("<rsp:CommandResponse><rsp:CommandId>{}</rsp:CommandId>"
                                    "</rsp:CommandResponse>",
                                    id));
}

Reply PsFace::send(const WsmanRequest& request, Shell& shell) {
    if (!is_name(request.body, "rsp:Send")) return not_understood(request, "rsp:Send is missing");
    for (const auto stream : request.body.children("rsp:Stream")) {
        const auto command = upper(stream.attribute("CommandId").value());
        const bool is_there = shell.session ? shell.session->output(command) != nullptr
                                            : shell.programs.contains(command);
        if (!is_there) return wsman_fault(request.message_id, unknown_command());
        const auto octets = octets_in(stream);
        if (!octets) return not_understood(request, "a stream is no base64");
        if (!shell.session) continue;
        if (const auto fed = shell.session->feed(command, *octets); !fed)
            return not_understood(request, fed.error());
    }
    return wsman_answer(request, "<rsp:SendResponse/>");
}

Reply PsFace::signal(const WsmanRequest& request, Shell& shell) {
    if (!is_name(request.body, "rsp:Signal")) return not_understood(request, "rsp:Signal");
    const auto command = upper(request.body.attribute("CommandId").value());
    const std::string_view code = request.body.child("rsp:Code").text().get();
    if (!shell.session) {
        if (shell.programs.erase(command) == 0)
            return wsman_fault(request.message_id, unknown_command());
        return wsman_answer(request, "<rsp:SignalResponse/>");
    }
    if (shell.session->command(command) == nullptr)
        return wsman_fault(request.message_id, unknown_command());
    if (code == stop_signal) {
        shell.session->stop(command);
    } else {
        shell.session->close(command);
        for (auto at = waits_.begin(); at != waits_.end();) {
            if (at->request.shell != shell.id || at->command != command) {
                ++at;
                continue;
            }
            const auto gone = std::move(*at);
            at = waits_.erase(at);
            gone.done(wsman_fault(gone.request.message_id, aborted()));
        }
    }
    return wsman_answer(request, "<rsp:SignalResponse/>");
}

void PsFace::receive(WsmanRequest request, Shell& shell, std::uint64_t connection,
                     const Done& done) {
    const auto desired = request.body.child("rsp:DesiredStream");
    if (!is_name(request.body, "rsp:Receive") || !desired)
        return done(not_understood(request, "rsp:DesiredStream is missing"));
    const auto command = upper(desired.attribute("CommandId").value());
    if (!shell.session) return done(read_program(request, shell, command));
    if (shell.session->output(command) == nullptr)
        return done(wsman_fault(request.message_id, unknown_command()));
    const auto* const one = shell.session->command(command);
    if (one != nullptr && one->is_told)
        return done(wsman_fault(request.message_id, unknown_command()));
    if (auto reply = output(request, shell, command)) return done(*std::move(reply));
    const auto wait = std::min(request.timeout_milliseconds, limits.operation_seconds * 1000);
    waits_.push_back({.request = std::move(request),
                      .command = command,
                      .until = world_.milliseconds() + wait,
                      .connection = connection,
                      .done = done});
}

Reply PsFace::read_program(const WsmanRequest& request, Shell& shell, const std::string& command) {
    const auto at = shell.programs.find(command);
    if (at == shell.programs.end() || at->second)
        return wsman_fault(request.message_id, unknown_command());
    at->second = true;
    const auto text = to_base64("The simulator runs no programs.\r\n");
    return wsman_answer(
        request,
        fmt::format(R"(<rsp:ReceiveResponse><rsp:Stream Name="stderr" CommandId="{0}">{1})"
                    R"(</rsp:Stream><rsp:Stream Name="stdout" CommandId="{0}" End="true" />)"
                    R"(<rsp:Stream Name="stderr" CommandId="{0}" End="true" />)"
                    R"(<rsp:CommandState CommandId="{0}" State="{2}/CommandState/Done">)"
                    "<rsp:ExitCode>1</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>",
                    command, text, shell_namespace));
}

std::optional<Reply> PsFace::output(const WsmanRequest& request, Shell& shell,
                                    const std::string& command) {
    auto& queue = *shell.session->output(command);
    PsCommand* const one = shell.session->command(command);
    const bool is_finished = one != nullptr && one->progress == PsProgress::finished;
    if (queue.empty() && !is_finished) return std::nullopt;
    const auto named = command.empty() ? std::string() : fmt::format(R"( CommandId="{}")", command);
    std::string streams;
    while (!queue.empty()) {
        auto stream = fmt::format(R"(<rsp:Stream Name="stdout"{}>{}</rsp:Stream>)", named,
                                  to_base64(queue.front().octets));
        const bool is_full = streams.size() + stream.size() + envelope_rest > request.envelope_max;
        if (!streams.empty() && (is_full || queue.front().starts_answer)) break;
        streams += stream;
        queue.pop_front();
    }
    if (is_finished && queue.empty()) {
        one->is_told = true;
        streams += fmt::format(R"(<rsp:CommandState{} State="{}/CommandState/Done"><rsp:ExitCode>0)"
                               "</rsp:ExitCode></rsp:CommandState>",
                               named, shell_namespace);
    }
    return wsman_answer(request,
                        fmt::format("<rsp:ReceiveResponse>{}</rsp:ReceiveResponse>", streams));
}

}  // namespace hqsync::sim
