// The table of faults (management-sessions.md, "Faults"; numbers as in Windows' wsmerror.h).
#include "management/wsman_errors.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace hqsync::management::wsman {

namespace {

using enum Kind;

struct Row {
    std::uint32_t code;        ///< 0: by `subcode` only
    std::string_view subcode;  ///< empty: by `code` only
    Kind kind;
    std::string_view detail;
};

constexpr std::string_view waiting = "nothing came within the operation's time";
constexpr std::string_view gone = "the session or the command is unknown there";
constexpr std::string_view aborted = "the server ended the operation";
constexpr std::string_view too_many_sessions =
    "as many sessions as are allowed are open: remove some, or wait until unused ones expire "
    "(after 15 minutes at Exchange)";
constexpr std::string_view too_many_operations =
    "as many operations as are allowed are under way: end some, or wait";
constexpr std::string_view too_much_load = "the account has used up its load: wait";
constexpr std::string_view no_right =
    "the account may not open management sessions: it needs a role at Exchange and "
    "RemotePowerShellEnabled (Set-User)";
constexpr std::string_view wrong_name =
    "there is no such configuration at this address: it has to be the directory PowerShell of an "
    "Exchange server";
constexpr std::string_view wrong_address = "this address is not the one to ask";
constexpr std::string_view elsewhere = "the server wants another one to be asked";
constexpr std::string_view nowhere = "the server wants another one to be asked, but names none";
constexpr std::string_view failed = "the server failed at it";
constexpr std::string_view too_big = "the request is larger than the server takes";
constexpr std::string_view bad_request =
    "the server refuses the request: a fault of hqsync, report it";

constexpr auto rows = std::to_array<Row>({
    {2150858793, "TimedOut", keep_waiting, waiting},
    // Windows: one code for a wrong shell and a wrong command; the second is no quota's fault.
    {2150858843, "InvalidSelectors", session_gone, gone},
    {2150858813, "", session_gone, gone},
    {2150858845, "", session_gone, gone},
    {2150859082, "", session_gone, "the session is closed"},
    {2150858904, "", session_gone, "the session is closed"},
    {2150859084, "", session_gone, gone},
    {2150859085, "", session_gone, gone},
    {2150859230, "", session_gone, "the session was disconnected"},
    {995, "", session_gone, aborted},
    {2150858815, "QuotaLimit", quota, too_many_sessions},
    {2150859173, "", quota, too_many_sessions},
    {2150859174, "", quota, too_many_operations},
    {2150859175, "", quota, too_much_load},
    {2150859176, "", quota, "the server has used up what it may: wait"},
    {2150859179, "", quota, "as many accounts as are allowed have sessions open: wait"},
    {2150859236, "", quota, too_many_sessions},
    {2150859237, "", quota, "as many accounts as are allowed have sessions open: wait"},
    {2150859238, "", quota, too_many_sessions},
    {2150859239, "", quota, too_many_operations},
    {2150859240, "", quota, too_many_operations},
    {2150859241, "", quota, "the session holds as many commands as it may: remove it"},
    {2150859242, "", quota, "the server cannot give what a session needs: wait"},
    {5, "AccessDenied", not_allowed, no_right},
    {2150859180, "", not_allowed, "the server allows no remote sessions"},
    {2150859229, "", not_allowed, "the server allows no remote access"},
    {2150859235, "", not_allowed, "the server allows no remote sessions for this account"},
    {2150858811, "DestinationUnreachable", configuration, wrong_name},
    {2150858752, "", configuration, wrong_name},
    {2150858812, "", configuration, wrong_address},
    {2150858754, "", configuration, wrong_address},
    {2150859027, "", configuration, wrong_address},
    {2150858906, "", configuration, "the server cannot load what runs its sessions"},
    {2150859152, "", configuration, "the server's configuration of sessions is broken"},
    {2150859161, "", redirect, elsewhere},
    {2150859178, "", redirect, nowhere},
    {2150859189, "", redirect, nowhere},
    {2150859191, "", redirect,
     "the server wants another one to be asked at an address that is none"},
    {2150858883, "InternalError", transient, failed},
    {2150858755, "", transient, failed},
    {2150859026, "", transient, "the server is not there for now"},
    {2150859120, "", transient, failed},
    {2150858817, "SchemaValidationError", bug, bad_request},
    {2150858819, "", bug, bad_request},
    {2150858791, "", bug, bad_request},
    {2150858753, "ActionNotSupported", bug, bad_request},
    {2150858768, "MustUnderstand", bug, bad_request},
    {2150858769, "MessageInformationHeaderRequired", bug, bad_request},
    {2150858767, "InvalidMessageInformationHeader", bug, bad_request},
    {2150858818, "UnsupportedFeature", bug, bad_request},
    {2150858796, "EncodingLimit", bug, too_big},
    {2150858824, "", bug, too_big},
    {2150858825, "", bug, too_big},
    {2150859025, "", bug, too_big},
    {2150858842, "", bug, bad_request},
    {2150858810, "InvalidParameter", bug, bad_request},
    {2150859140, "InvalidOptions", bug, bad_request},
    {2150859147, "", bug, bad_request},
    {2150859149, "", bug, bad_request},
});

constexpr Row unknown_row = {0, "", transient, "the server gave a fault that is not known"};
constexpr Row empty_row = {0, "", transient, "the server gave a fault without any detail"};

/// Exchange ends a session that was not used for so long (MaxShellIdleTimeoutMinutes).
constexpr Milliseconds idle_end{15 * 60'000};

const Row& row_of(const SoapFault& fault) {
    if (fault.code) {
        const auto found = std::ranges::find(rows, *fault.code, &Row::code);
        if (found != rows.end()) return *found;
    }
    if (!fault.subcode.empty()) {
        const auto found = std::ranges::find(rows, fault.subcode, &Row::subcode);
        if (found != rows.end()) return *found;
    }
    const bool is_empty = !fault.code && fault.subcode.empty() && fault.text.empty();
    return is_empty ? empty_row : unknown_row;
}

/// Exchange says how long only in words: "… will not be approved for at least 12000 milliseconds."
std::optional<Milliseconds> wait_in(std::string_view text) {
    const auto unit = text.find(" milliseconds");
    if (unit == std::string_view::npos) return std::nullopt;
    auto begin = unit;
    while (begin > 0 && text[begin - 1] >= '0' && text[begin - 1] <= '9')
        --begin;
    Milliseconds::rep count = 0;
    const auto read = std::from_chars(text.data() + begin, text.data() + unit, count);
    if (read.ec != std::errc{} || begin == unit) return std::nullopt;
    return std::min(Milliseconds(count), idle_end);
}

Reach reach_of(Kind kind) {
    switch (kind) {
        case keep_waiting:
        case transient:
        case session_gone:
        case quota: return Reach::run;
        case not_allowed:
        case configuration:
        case redirect:
        case bug: return Reach::configuration;
    }
    return Reach::run;
}

Verdict verdict_of(Kind kind, std::string detail) {
    Verdict verdict{kind, {}};
    verdict.fault.reach = reach_of(kind);
    verdict.fault.code = fmt::format("shell.{}", word(kind));
    verdict.fault.detail = std::move(detail);
    verdict.fault.transient =
        kind == keep_waiting || kind == transient || kind == quota || kind == session_gone;
    verdict.fault.outcome_unknown = kind == transient || kind == session_gone;
    return verdict;
}

}  // namespace

std::string_view word(Kind kind) {
    switch (kind) {
        case keep_waiting: return "keep_waiting";
        case transient: return "failed";
        case session_gone: return "gone";
        case quota: return "too_many";
        case not_allowed:
        case configuration: return "refused";
        case redirect: return "redirect";
        case bug: return "bug";
    }
    return "";
}

Verdict judge(const SoapFault& fault) {
    const auto& row = row_of(fault);
    auto detail = std::string(row.detail);
    if (fault.code || !fault.subcode.empty()) {
        detail += fault.code ? fmt::format(" ({}{}{})", *fault.code,
                                           fault.subcode.empty() ? "" : ", ", fault.subcode)
                             : fmt::format(" ({})", fault.subcode);
    }
    if (!fault.text.empty() && row.kind != keep_waiting) {
        detail += fmt::format("; the server says: {}", fault.text);
    }
    auto verdict = verdict_of(row.kind, std::move(detail));
    if (row.kind == quota) verdict.fault.retry_after = wait_in(fault.text).value_or(idle_end);
    return verdict;
}

Verdict judge_status(long status) {
    const auto say = [status](Kind kind, std::string_view detail) {
        return verdict_of(kind, fmt::format("{} (HTTP {})", detail, status));
    };
    switch (status) {
        case 301:
        case 302:
        case 307:
        case 308: return say(redirect, elsewhere);
        case 403: return say(not_allowed, no_right);
        case 404:
        case 405: return say(configuration, wrong_name);
        case 413: return say(bug, too_big);
        case 429: {
            auto verdict = say(quota, "the server asks to wait");
            verdict.fault.retry_after = Milliseconds(60'000);
            return verdict;
        }
        default: break;
    }
    if (status >= 500 || status == 408) return say(transient, failed);
    if (status >= 400) return say(bug, bad_request);
    return say(transient, "the server's answer holds no SOAP message");
}

}  // namespace hqsync::management::wsman
