// Each call is one envelope and its answer; only Create may be led elsewhere.
#include "management/wsman_shell.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "management/wsman_errors.hpp"
#include "management/wsman_ids.hpp"

namespace hqsync::management::wsman {

namespace {

constexpr std::size_t fragment_header = 21;

/// "2.3" is at least 2.2.
bool takes_large_envelopes(std::string_view version) {
    unsigned major = 0;
    unsigned minor = 0;
    const auto* end = version.data() + version.size();
    const auto first = std::from_chars(version.data(), end, major);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.') return false;
    std::from_chars(first.ptr + 1, end, minor);
    return major > 2 || (major == 2 && minor >= 2);
}

bool may_hold_soap(const http::Response& answer) {
    const auto type = answer.header("content-type").value_or("");
    return !answer.body.empty() && type.find("xml") != std::string::npos;
}

/// Windows and OMI give GUIDs. It is shown and written down: nothing that a terminal would act on.
bool is_shell_id(std::string_view id) {
    constexpr std::size_t octets_max = 100;
    return !id.empty() && id.size() <= octets_max &&
           std::ranges::all_of(id, [](char letter) { return letter > ' ' && letter < '\x7F'; });
}

bool got_no_answer(const Fault& fault) {
    return fault.code == "http.lost" || fault.code == "http.connect" ||
           fault.code == "http.timeout" || fault.code == "shell.connection_lost";
}

Fault not_open() {
    return {Reach::run, "shell.not_open", "there is no session"};
}

}  // namespace

/// The server's answer, or a status that leads elsewhere.
struct WsmanShell::Reply {
    std::optional<Answer> answer;
    http::Response response;
};

WsmanShell::WsmanShell(ShellOptions options, Transport& transport)
    : options_(std::move(options)), transport_(transport) {
    header_.url = options_.url;
    header_.resource_uri = options_.resource_uri;
    header_.session_id = fmt::format("uuid:{}", new_id());
    header_.language = options_.language;
}

Task<Result<WsmanShell::Reply>> WsmanShell::ask_once(Header header, Operation operation,
                                                     Milliseconds timeout) {
    header.operation_timeout = timeout;
    const auto message_id = fmt::format("uuid:{}", new_id());
    Post post{header.url, envelope(header, message_id, operation),
              timeout + options_.network_delay};
    if (post.soap.size() > header.envelope_max) {
        co_return fail({Reach::run, "shell.too_big",
                        fmt::format("a request of {} octets, where the server takes {}",
                                    post.soap.size(), header.envelope_max)});
    }
    auto response = co_await transport_.post(std::move(post));
    if (!response) co_return fail(response.error());
    if (is_redirect(response->status)) co_return Reply{{}, std::move(*response)};
    if (response->status != 200 && !may_hold_soap(*response)) {
        co_return fail(judge_status(response->status).fault);
    }
    auto answer = read_answer(std::move(response->body), message_id);
    if (!answer && response->status != 200) co_return fail(judge_status(response->status).fault);
    if (!answer) co_return fail(answer.error());
    if (answer->fault) {
        const auto verdict = judge(*answer->fault);
        if (verdict.kind != Kind::keep_waiting) co_return fail(verdict.fault);
    } else if (response->status != 200) {
        co_return fail(judge_status(response->status).fault);
    }
    co_return Reply{std::move(*answer), {}};
}

Task<Result<Answer>> WsmanShell::ask(Operation operation, Milliseconds timeout) {
    if (header_.shell_id.empty()) co_return fail(not_open());
    auto reply = co_await ask_once(header_, std::move(operation), timeout);
    if (!reply) co_return fail(reply.error());
    if (!reply->answer) co_return fail(judge_status(reply->response.status).fault);
    co_return std::move(*reply->answer);
}

Task<Result<Answer>> WsmanShell::create_anywhere(Create create) {
    const auto first = parse_url(options_.url);
    if (!first) co_return fail({Reach::configuration, "http.url", "the address is no http URL"});
    auto asked = *first;
    for (std::size_t times = 0; times <= options_.redirects.times_max; ++times) {
        if (is_retired(asked)) co_return fail(retired(asked));
        header_.url = options_.tells_ps_version ? with_ps_version(asked) : asked.text();
        if (times > 0 && options_.on_redirect) {
            const auto heard = options_.on_redirect(header_.url);
            if (!heard) co_return fail(heard.error());
        }
        auto reply = co_await ask_once(header_, create, options_.create_timeout);
        if (!reply) co_return fail(reply.error());
        if (reply->answer) co_return std::move(*reply->answer);
        const auto target = redirect_target(reply->response, *first, asked, options_.redirects);
        if (!target) co_return fail(target.error());
        asked = *target;
    }
    co_return fail({Reach::configuration, "shell.redirect",
                    fmt::format("more than {} redirects, the last to {}",
                                options_.redirects.times_max, asked.text())});
}

Task<Result<std::string>> WsmanShell::create(ShellRequest request) {
    header_.shell_id.clear();
    header_.envelope_max = envelope_first;
    idle_timeout_.reset();
    Create create{.shell_id = request.shell_id, .octets = std::move(request.creation)};
    create.protocol_version = std::move(request.protocol_version);
    create.idle_timeout = request.idle_timeout;
    auto answer = co_await create_anywhere(std::move(create));
    if (!answer) {
        if (answer.error().outcome_unknown) header_.shell_id = std::move(request.shell_id);
        co_return fail(answer.error());
    }
    if (answer->fault || !is_shell_id(answer->shell_id)) {
        header_.shell_id = std::move(request.shell_id);
        co_return fail({Reach::run,
                        "shell.failed",
                        "the server did not say in time which session it opened",
                        {},
                        true,
                        true});
    }
    header_.shell_id = answer->shell_id;
    idle_timeout_ = answer->idle_timeout;
    co_return header_.shell_id;
}

Task<Result<std::string>> WsmanShell::command(std::string command_id, std::string fragment) {
    const auto room = check_room(fragment.size());
    if (!room) co_return fail(room.error());
    auto answer =
        co_await ask(Command{command_id, std::move(fragment)}, options_.operation_timeout);
    if (!answer) co_return fail(answer.error());
    if (answer->fault) {
        co_return fail({Reach::run,
                        "shell.failed",
                        "the server did not begin the command in time",
                        {},
                        true,
                        true});
    }
    // WinRM: the server may give the command an id of its own.
    co_return answer->command_id.empty() ? command_id : answer->command_id;
}

Task<Result<void>> WsmanShell::send(std::string command_id, std::string_view stream,
                                    std::string bytes) {
    const auto room = check_room(bytes.size());
    if (!room) co_return fail(room.error());
    auto answer = co_await ask(Send{std::move(command_id), std::string(stream), std::move(bytes)},
                               options_.operation_timeout);
    if (!answer) co_return fail(answer.error());
    if (answer->fault) {
        co_return fail({Reach::run,
                        "shell.failed",
                        "the server did not take the input in time",
                        {},
                        true,
                        true});
    }
    co_return Result<void>{};
}

Task<Result<Received>> WsmanShell::receive(std::string command_id) {
    auto answer = co_await ask(Receive{std::move(command_id)}, options_.receive_timeout);
    if (!answer) co_return fail(answer.error());
    Received received;
    for (auto& stream : answer->streams) {
        if (stream.octets.empty()) continue;
        received.chunks.push_back(
            {std::move(stream.name), std::move(stream.command_id), std::move(stream.octets)});
    }
    received.is_done = answer->is_done;
    received.exit_code = answer->exit_code;
    co_return received;
}

Task<Result<void>> WsmanShell::signal(std::string command_id, management::Signal signal) {
    const auto code = signal == management::Signal::ctrl_c ? signal_stop : signal_terminate;
    auto answer =
        co_await ask(Signal{std::move(command_id), std::string(code)}, options_.operation_timeout);
    if (!answer) co_return fail(answer.error());
    co_return Result<void>{};
}

Task<Result<void>> WsmanShell::remove() {
    if (header_.shell_id.empty()) co_return Result<void>{};
    auto answer = co_await ask(Delete{}, options_.operation_timeout);
    const bool is_undecided = answer ? answer->fault.has_value() : got_no_answer(answer.error());
    if (is_undecided) answer = co_await ask(Delete{}, options_.operation_timeout);
    if (!answer && answer.error().code != "shell.gone") co_return fail(answer.error());
    if (answer && answer->fault) {
        co_return fail({Reach::run,
                        "shell.failed",
                        "the server did not end the session in time",
                        {},
                        true,
                        true});
    }
    header_.shell_id.clear();
    co_return Result<void>{};
}

void WsmanShell::adopt(std::string shell_id) {
    const auto url = parse_url(options_.url);
    header_.url = url && options_.tells_ps_version ? with_ps_version(*url) : options_.url;
    header_.shell_id = std::move(shell_id);
}

Task<Result<std::vector<ShellInfo>>> WsmanShell::shells() {
    auto header = header_;
    header.shell_id.clear();
    header.resource_uri = shells_resource;
    const auto url = parse_url(header.url);
    if (url && options_.tells_ps_version) header.url = with_ps_version(*url);
    auto reply = co_await ask_once(std::move(header), Enumerate{}, options_.operation_timeout);
    if (!reply) co_return fail(reply.error());
    if (!reply->answer) co_return fail(judge_status(reply->response.status).fault);
    co_return std::move(reply->answer->shells);
}

Result<void> WsmanShell::check_room(std::size_t octets) const {
    const auto room = payload_max(header_);
    if (octets <= room) return {};
    return fail({Reach::run, "shell.too_big",
                 fmt::format("{} octets, where one message to the server holds {}", octets, room)});
}

std::size_t WsmanShell::max_fragment_blob() const {
    const auto room = payload_max(header_);
    return room > fragment_header ? room - fragment_header : 0;
}

void WsmanShell::agreed_protocol(std::string_view version) {
    if (takes_large_envelopes(version)) header_.envelope_max = envelope_later;
}

}  // namespace hqsync::management::wsman
