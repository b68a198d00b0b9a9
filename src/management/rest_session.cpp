// The way of a command: its pages, each a request with its tries.
#include "management/rest_session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/letter_case.hpp"
#include "management/redirect.hpp"
#include "management/wsman_ids.hpp"

namespace hqsync::management::rest {

namespace {

/// The mailbox that every organisation has.
constexpr std::string_view system_mailbox =
    "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}";

constexpr std::size_t large_pages = 5'000;

/// Only reads: may be done twice.
bool is_reading(const std::string& command) {
    constexpr std::array<std::string_view, 4> verbs = {"get-", "test-", "search-", "measure-"};
    return std::ranges::any_of(verbs, [&](std::string_view verb) {
        return equal_without_case(std::string_view(command).substr(0, verb.size()), verb);
    });
}

/// Of a command, or of a tenant: a GUID or a domain.
bool is_name(std::string_view text) {
    return !text.empty() && text.size() < 256 &&
           std::ranges::all_of(
               text,
               [](char letter) {
                   const bool is_letter =
                       (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
                   return is_letter || (letter >= '0' && letter <= '9') || letter == '-' ||
                          letter == '.' || letter == '_';
               });
}

Fault stopped(const std::string& command) {
    return {Reach::item, "command.stopped", fmt::format("{}: it was stopped", command)};
}

Fault over_time(const std::string& command) {
    return {Reach::item, "command.stopped", fmt::format("{}: its time is over", command), {}, true};
}

/// What an HTTP fault allows: nothing was sent, or nobody knows.
Verdict judge_transport(const Fault& fault) {
    if (!fault.transient) return {Remedy::none, fault};
    return {fault.outcome_unknown ? Remedy::uncertain : Remedy::wait, fault};
}

}  // namespace

/// One request; the same for all its tries.
struct RestSession::Call {
    std::string command;  ///< its name
    std::string method = "POST";
    std::string url;
    std::string body;
    http::Headers headers;
    std::size_t page_size = 0;
    Instant deadline;
    bool may_repeat = false;  ///< also when the outcome is unknown
};

struct RestSession::Progress {
    Output output;
};

RestSession::RestSession(Options options, Tokens tokens, http::Sender& sender, Clock& clock)
    : options_(std::move(options)),
      tokens_(std::move(tokens)),
      sender_(sender),
      clock_(clock),
      random_(options_.seed),
      connection_id_(wsman::new_id()) {}

Task<Result<void>> RestSession::open() {
    const auto checked = check_address();
    if (!checked) co_return fail(checked.error());
    const auto token = co_await tokens_.get();
    if (!token) co_return fail(token.error());
    co_return Result<void>{};
}

/// They become parts of an address and of headers.
Result<void> RestSession::check_address() const {
    const bool is_plain = std::ranges::none_of(options_.anchor, [](char letter) {
        return static_cast<unsigned char>(letter) < ' ' || letter == 0x7F;
    });
    if (parse_url(options_.url) && is_name(options_.tenant) && is_plain) return {};
    return fail(
        {Reach::configuration, "rest.address",
         "Exchange Online needs the address of the cloud and the tenant, a GUID or domain"});
}

Task<Result<void>> RestSession::close() {
    co_return Result<void>{};
}

Task<Result<void>> RestSession::stop() {
    if (flags_->is_running) flags_->is_stopped = true;
    co_return Result<void>{};
}

Task<Result<Output>> RestSession::run(Command command) {
    const auto checked = check_address();
    if (!checked) co_return fail(checked.error());
    if (!is_name(command.name)) {
        co_return fail({Reach::item, "command.unknown",
                        "a command's name has letters, digits and \"-\" only"});
    }
    auto body = write_command(command);
    if (!body) co_return fail(body.error());
    struct Running {
        std::shared_ptr<Flags> flags;
        ~Running() { *flags = {}; }
    };
    flags_->is_running = true;
    const Running running{flags_};
    Call call;
    call.command = command.name;
    call.url = fmt::format("{}/adminapi/beta/{}/InvokeCommand", options_.url, options_.tenant);
    call.body = std::move(*body);
    call.page_size = options_.page_size;
    call.deadline = clock_.now() + options_.run_timeout;
    call.may_repeat = is_reading(command.name);
    Progress progress;
    auto done = co_await pages(call, &progress);
    if (!done && done.error().code == "rest.paging_lost" && call.may_repeat) {
        // The backend that kept the pages is gone: from the beginning, in fewer of them.
        progress = {};
        call.page_size = std::max(options_.page_size, large_pages);
        done = co_await pages(call, &progress);
    }
    if (!done) co_return fail(done.error());
    auto& output = progress.output;
    if (call.may_repeat && !output.warnings.empty()) output.is_truncated = true;
    co_return std::move(output);
}

/// A next page is asked for by the same body (POST): by another way the server does not find it.
Task<Result<void>> RestSession::pages(Call call, Progress* progress) {
    auto& output = progress->output;
    std::size_t octets = 0;
    for (std::size_t count = 0;; ++count) {
        if (flags_->is_stopped) co_return fail(stopped(call.command));
        auto answer = co_await send(call);
        if (!answer) co_return fail(answer.error());
        if (answer->status < 200 || answer->status >= 300) {
            auto verdict = judge(*answer, call.command, clock_.now());
            output.errors.push_back(std::move(verdict.record));
            output.is_truncated = count > 0;
            co_return Result<void>{};
        }
        octets += answer->body.size();
        auto page = read_page(answer->body);
        if (!page) co_return fail(page.error());
        std::ranges::move(page->objects, std::back_inserter(output.objects));
        std::ranges::move(page->warnings, std::back_inserter(output.warnings));
        for (auto& text : page->errors)
            output.errors.push_back({std::move(text), {}, "NotSpecified", {}, {}});
        if (page->next_link.empty()) co_return Result<void>{};
        const bool is_enough = output.objects.size() >= options_.objects_max ||
                               octets >= options_.octets_max || count + 1 >= options_.pages_max;
        if (is_enough) {
            output.is_truncated = true;
            co_return Result<void>{};
        }
        auto next = checked_link(page->next_link);
        if (!next) co_return fail(next.error());
        call.url = std::move(*next);
    }
}

/// The token goes nowhere but to the host that it was meant for.
Result<std::string> RestSession::checked_link(const std::string& link) const {
    const auto base = parse_url(options_.url);
    const auto next = parse_url(link);
    const bool is_same = base && next && base->scheme == next->scheme && base->port == next->port &&
                         (base->host == next->host || (base->host == "outlook.office365.com" &&
                                                       next->host == "outlook.office.com"));
    if (is_same) return next->text();
    return fail({Reach::run,
                 "rest.malformed",
                 "the next page lies at another host: not followed",
                 {},
                 false});
}

/// Answers of success, and those that `pages` makes a record of.
Task<Result<http::Response>> RestSession::send(Call call) {
    bool had_new_token = false;
    for (int tries = 1;; ++tries) {
        if (flags_->is_stopped) co_return fail(stopped(call.command));
        if (clock_.now() >= call.deadline) co_return fail(over_time(call.command));
        auto token = co_await tokens_.get();
        if (!token) co_return fail(token.error());
        auto answer = co_await attempt(call, *token);
        if (answer && answer->status >= 200 && answer->status < 300) co_return answer;
        const auto verdict =
            answer ? judge(*answer, call.command, clock_.now()) : judge_transport(answer.error());
        if (verdict.remedy == Remedy::of_the_command) co_return answer;
        if (verdict.remedy == Remedy::token && !had_new_token) {
            had_new_token = true;
            if (tokens_.refused) tokens_.refused(*token);
            continue;
        }
        const auto pause = judge_try(call, verdict, tries);
        if (!pause) co_return fail(pause.error());
        const auto wait = std::max(*pause, back_off(tries));
        if (clock_.now() + wait >= call.deadline) co_return fail(verdict.fault);
        co_await clock_.sleep_for(wait);
    }
}

/// How long the server wants to be left alone, or the fault that stands.
Result<Milliseconds> RestSession::judge_try(const Call& call, const Verdict& verdict,
                                            int tries) const {
    const bool may =
        verdict.remedy == Remedy::wait || (verdict.remedy == Remedy::uncertain && call.may_repeat);
    const auto asked = verdict.fault.retry_after.value_or(Milliseconds(0));
    if (may && tries < options_.tries_max && asked <= options_.wait_max) return asked;
    return fail(verdict.fault);
}

Milliseconds RestSession::back_off(int tries) {
    const auto whole = options_.back_off.count() << std::min(tries - 1, 6);
    std::uniform_int_distribution<Milliseconds::rep> spread(whole - whole / 4, whole + whole / 4);
    return Milliseconds(spread(random_));
}

http::Request RestSession::request_of(const Call& call, const std::string& token) const {
    http::Request request;
    request.method = call.method;
    request.url = call.url;
    request.body = call.body;
    const auto anchor = options_.anchor.empty()
                            ? fmt::format("{}@{}", system_mailbox, options_.tenant)
                            : options_.anchor;
    request.headers = {{"Authorization", fmt::format("Bearer {}", token)},
                       {"Accept", "application/json"},
                       {"Accept-Language", "en-US"},
                       {"X-AnchorMailbox", anchor},
                       {"connection-id", connection_id_},
                       {"client-request-id", wsman::new_id()}};
    if (!call.body.empty()) {
        request.headers.emplace_back("Content-Type", "application/json");
        request.headers.emplace_back("Prefer", fmt::format("odata.maxpagesize={}", call.page_size));
        request.headers.emplace_back("X-CmdletName", call.command);
        request.headers.emplace_back("X-ResponseFormat", "json");
        request.headers.emplace_back("X-SerializationLevel", "Partial");
    }
    request.headers.insert(request.headers.end(), call.headers.begin(), call.headers.end());
    // Pages lie at one server: its cookies lead back to it.
    request.cookie_jar = connection_id_;
    request.resend = call.may_repeat ? http::Resend::allowed : http::Resend::never;
    return request;
}

Task<Result<http::Response>> RestSession::attempt(Call call, std::string token) {
    auto request = request_of(call, token);
    const auto left = std::chrono::duration_cast<Milliseconds>(call.deadline - clock_.now());
    request.timeout = std::min(options_.command_timeout, left);
    auto answer = co_await sender_.send(std::move(request));
    co_return answer;
}

Task<Result<std::vector<CommandInfo>>> RestSession::commands() {
    const auto checked = check_address();
    if (!checked) co_return fail(checked.error());
    Call call;
    call.command = "EXOModuleFile";
    call.method = "GET";
    call.url = fmt::format("{}/adminapi/v1.0/{}/EXOModuleFile?Version=3.9.0", options_.url,
                           options_.tenant);
    call.headers = {{"CommandName", "*"}};
    call.deadline = clock_.now() + options_.run_timeout;
    call.may_repeat = true;
    auto answer = co_await send(call);
    if (!answer) co_return fail(answer.error());
    if (answer->status < 200 || answer->status >= 300) {
        co_return fail(judge(*answer, call.command, clock_.now()).fault);
    }
    const auto names = read_exported(answer->body);
    if (!names) co_return fail(names.error());
    std::vector<CommandInfo> infos;
    for (const auto& name : *names) {
        CommandInfo info;
        info.name = name;
        info.kind = "Cmdlet";
        infos.push_back(std::move(info));
    }
    co_return infos;
}

}  // namespace hqsync::management::rest
