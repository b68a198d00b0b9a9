// The table of statuses and exceptions, and the four forms of an error's body.
#include "management/rest_errors.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "management/rest_date.hpp"

namespace hqsync::management::rest {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t message_max = 1000;
constexpr Milliseconds wait_max{std::chrono::hours(1)};

enum class Meaning : std::uint8_t { busy, uncertain, parameter, unknown, unconfirmed, failed };

struct Row {
    std::string_view word;  ///< in the exception's type, the code or the id
    Meaning meaning;
};

constexpr auto rows = std::to_array<Row>({
    // Seen with status 400 too, before the command began.
    {"CmdletProxyNotAvailable", Meaning::busy},
    {"ServerBusy", Meaning::busy},
    {"OverBudget", Meaning::busy},
    {"Throttl", Meaning::busy},
    {"TransientException", Meaning::uncertain},
    {"BackendCommunication", Meaning::uncertain},
    {"AmbiguousParameterSetException", Meaning::parameter},
    {"ParameterTransformationException", Meaning::parameter},
    {"ParameterBindingException", Meaning::parameter},
    {"ParameterValidationException", Meaning::parameter},
    {"ValidationMetadataException", Meaning::parameter},
    {"CommandNotFoundException", Meaning::unknown},
    {"CmdletAccessDenied", Meaning::unknown},
    {"HostFunctionNotImplemented", Meaning::unconfirmed},
});

/// One line, bounded, without control characters.
std::string one_line(std::string_view text) {
    std::string line;
    for (const char letter : text.substr(0, message_max)) {
        const bool is_blank = static_cast<unsigned char>(letter) <= ' ';
        if (is_blank && (line.empty() || line.ends_with(' '))) continue;
        line += is_blank ? ' ' : letter;
    }
    while (!line.empty() && (line.ends_with(' ') || (line.back() & 0xC0) == 0x80))
        line.pop_back();
    if (!line.empty() && static_cast<unsigned char>(line.back()) >= 0xC0U) line.pop_back();
    return line;
}

std::string text_of(dom::element holder, std::string_view name) {
    std::string_view text;
    return holder[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::string word_of(std::string_view text) {
    std::string word(text.substr(0, 200));
    std::erase_if(word, [](char letter) {
        const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
        return !is_letter && (letter < '0' || letter > '9') &&
               std::string_view(".-_+`").find(letter) == std::string_view::npos;
    });
    return word;
}

/// "Ex6F9304|Full.Exception.Type|text", or JSON {Message, TypeName, InnerError}, or text.
void take_detail(const std::string& message, ErrorText& error) {
    dom::parser parser;
    dom::element json;
    if (message.starts_with('{') && parser.parse(message).get(json) == simdjson::SUCCESS) {
        if (auto text = text_of(json, "Message"); !text.empty()) error.message = std::move(text);
        if (auto type = text_of(json, "TypeName"); !type.empty()) error.type = word_of(type);
        return;
    }
    const auto first = message.find('|');
    const auto second = first == std::string::npos ? first : message.find('|', first + 1);
    if (second == std::string::npos) {
        if (!message.empty()) error.message = message;
        return;
    }
    error.id = word_of(message.substr(0, first));
    error.type = word_of(message.substr(first + 1, second - first - 1));
    error.message = message.substr(second + 1);
}

bool is_plain_throttling(std::string_view body) {
    // Comes without any code (management-sessions.md, "Throttling").
    return body.size() < 2000 &&
           body.find("maximum number of concurrent requests") != std::string_view::npos;
}

std::string short_type(const std::string& type) {
    return type.substr(type.rfind('.') + 1);  // npos + 1 is 0
}

std::string category_of(long status, const std::string& type) {
    if (status == 404 || type.find("NotFound") != std::string::npos) return "ObjectNotFound";
    if (status == 409 || type.find("AlreadyExists") != std::string::npos) return "ResourceExists";
    if (type.find("AccessDenied") != std::string::npos) return "PermissionDenied";
    return "NotSpecified";
}

/// What the server asked for: Retry-After, else when its count of requests begins anew.
std::optional<Milliseconds> asked_wait(const http::Response& answer, Instant now) {
    if (const auto header = answer.header("retry-after")) {
        std::int64_t seconds = 0;
        const auto* end = header->data() + header->size();
        const auto read = std::from_chars(header->data(), end, seconds);
        if (read.ec == std::errc{} && read.ptr == end && seconds >= 0) {
            return std::min(Milliseconds(std::min<std::int64_t>(seconds, 86'400) * 1000), wait_max);
        }
        if (const auto date = read_http_date(*header))
            return std::clamp(Milliseconds(*date - now), Milliseconds(0), wait_max);
    }
    if (answer.header("rate-limit-remaining").value_or("") != "0") return std::nullopt;
    const auto reset = read_iso_date(answer.header("rate-limit-reset").value_or(""));
    if (!reset) return std::nullopt;
    return std::clamp(Milliseconds(*reset - now), Milliseconds(0), wait_max);
}

Verdict say(Remedy remedy, Reach reach, std::string code, std::string detail) {
    Verdict verdict{remedy, {reach, std::move(code), std::move(detail)}};
    verdict.fault.transient = remedy == Remedy::wait || remedy == Remedy::uncertain;
    verdict.fault.outcome_unknown = remedy == Remedy::uncertain;
    return verdict;
}

Verdict busy(const http::Response& answer, const std::string& command, Instant now) {
    auto verdict =
        say(Remedy::wait, Reach::run, "rest.busy",
            fmt::format("{}: Exchange Online asks to wait (HTTP {})", command, answer.status));
    verdict.fault.retry_after = asked_wait(answer, now);
    return verdict;
}

Verdict uncertain(const http::Response& answer, const std::string& command, Instant now) {
    auto verdict = say(
        Remedy::uncertain, Reach::run, "rest.failed",
        fmt::format("{}: Exchange Online failed at it, for now (HTTP {})", command, answer.status));
    verdict.fault.retry_after = asked_wait(answer, now);
    return verdict;
}

Verdict of_the_command(const http::Response& answer, const ErrorText& error,
                       const std::string& command) {
    auto verdict = say(Remedy::of_the_command, Reach::item, "command.failed",
                       fmt::format("{}: {}", command, one_line(error.message)));
    verdict.record = {one_line(error.message),
                      error.id.empty() ? error.type : fmt::format("{},{}", error.id, error.type),
                      category_of(answer.status, error.type), one_line(error.target),
                      short_type(error.type)};
    return verdict;
}

std::optional<Meaning> meaning_of(const ErrorText& error) {
    const auto found = std::ranges::find_if(rows, [&](const Row& row) {
        return error.type.find(row.word) != std::string::npos ||
               error.code.find(row.word) != std::string::npos ||
               error.id.find(row.word) != std::string::npos;
    });
    return found == rows.end() ? std::nullopt : std::optional(found->meaning);
}

Verdict judge_text(const http::Response& answer, const ErrorText& error, const std::string& command,
                   Instant now) {
    const auto detail = fmt::format("{}: {}", command, one_line(error.message));
    switch (meaning_of(error).value_or(Meaning::failed)) {
        case Meaning::busy: return busy(answer, command, now);
        case Meaning::uncertain: return uncertain(answer, command, now);
        case Meaning::parameter: return say(Remedy::none, Reach::item, "command.parameter", detail);
        case Meaning::unknown: return say(Remedy::none, Reach::item, "command.unknown", detail);
        case Meaning::unconfirmed:
            return say(Remedy::none, Reach::item, "command.unconfirmed", detail);
        case Meaning::failed: break;
    }
    // "Expired or Invalid pagination request. Default Expiry time is 00:30:00": it has no code.
    if (error.message.find("pagination request") != std::string::npos) {
        return say(Remedy::restart, Reach::run, "rest.paging_lost", detail);
    }
    if (error.id.starts_with("Ex") || !error.type.empty())
        return of_the_command(answer, error, command);
    return say(Remedy::none, Reach::item, "command.failed", detail);
}

}  // namespace

std::optional<ErrorText> read_error(std::string_view body) {
    // A body of zeros is what a 403 has (declared as packed); no parser is to see it.
    const auto first = body.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || body[first] != '{') return std::nullopt;
    dom::parser parser;
    dom::element answer;
    if (parser.parse(body.data(), body.size()).get(answer) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    dom::element error;
    if (answer["error"].get(error) != simdjson::SUCCESS || !error.is_object()) return std::nullopt;
    ErrorText text;
    text.code = word_of(text_of(error, "code"));
    text.message = text_of(error, "message");
    dom::element inner;
    if (error["innererror"]["internalexception"].get(inner) == simdjson::SUCCESS) {
        if (auto words = text_of(inner, "message"); !words.empty()) text.message = std::move(words);
        text.type = word_of(text_of(inner, "type"));
    }
    dom::array details;
    if (error["details"].get(details) == simdjson::SUCCESS && details.begin() != details.end()) {
        const dom::element detail = *details.begin();
        text.target = text_of(detail, "target");
        take_detail(text_of(detail, "message"), text);
    }
    return text;
}

Verdict judge(const http::Response& answer, const std::string& command, Instant now) {
    const auto status = answer.status;
    if (status == 401) {
        return say(Remedy::token, Reach::configuration, "login.refused",
                   "Exchange Online refuses the token (HTTP 401): the application needs the "
                   "permission Exchange.ManageAsApp of \"Office 365 Exchange Online\", consented "
                   "by an administrator");
    }
    if (status == 429 || status == 503 || is_plain_throttling(answer.body)) {
        return busy(answer, command, now);
    }
    if (status >= 500 || status == 408) {
        // Also a 500 may hold the words of a command that said no.
        const auto error = read_error(answer.body);
        if (error && error->id.starts_with("Ex")) return judge_text(answer, *error, command, now);
        return uncertain(answer, command, now);
    }
    if (const auto error = read_error(answer.body)) return judge_text(answer, *error, command, now);
    if (status == 403) {
        const bool is_zeros = answer.body.find_first_not_of('\0') == std::string::npos;
        if (is_zeros) {
            return say(Remedy::none, Reach::item, "command.unknown",
                       fmt::format("{}: there is no such command, or no role of the application "
                                   "allows it (HTTP 403)",
                                   command));
        }
        return say(Remedy::none, Reach::configuration, "rest.forbidden",
                   "the application has no role in the directory (HTTP 403): give it Exchange "
                   "Recipient Administrator, Exchange Administrator or a role group of its own");
    }
    if (status == 404 || status == 405) {
        return say(Remedy::none, Reach::configuration, "rest.address",
                   fmt::format("there is no such interface at this address (HTTP {}): check the "
                               "address and the tenant",
                               status));
    }
    if (status >= 300 && status < 400) {
        return say(Remedy::none, Reach::configuration, "rest.address",
                   fmt::format("Exchange Online leads elsewhere (HTTP {}): it is not followed with "
                               "the token",
                               status));
    }
    return say(Remedy::none, Reach::item, "command.failed",
               fmt::format("{}: Exchange Online refuses it (HTTP {})", command, status));
}

}  // namespace hqsync::management::rest
