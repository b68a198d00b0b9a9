// The table of Graph's errors.
#include "graph/errors.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include <curl/curl.h>
#include <fmt/format.h>
#include <simdjson.h>

#include "base/letter_case.hpp"

namespace hqsync::graph {

namespace {

struct Row {
    std::string_view code;  ///< in lower case; a prefix when it ends in "*"
    Remedy remedy;
    Reach reach;
    std::string_view as;  ///< our code; empty: Graph's
    std::string_view detail;
};

constexpr std::array<Row, 30> rows = {{
    {"erroritemnotfound", Remedy::none, Reach::item, "gone", "the item is gone"},
    {"errorinvalididmalformed", Remedy::none, Reach::item, "gone", "the id is unknown there"},
    {"errorirresolvableconflict", Remedy::none, Reach::item, "conflict",
     "somebody changed the item meanwhile; the next pass reads it again"},
    {"errorfolderexists", Remedy::none, Reach::folder, "folder_exists", "the name is taken"},
    {"errorsyncfoldernotfound", Remedy::none, Reach::folder, "folder_gone", "the folder is gone"},
    {"syncstate*", Remedy::none, Reach::folder, "sync_state_lost", "the delta token is worthless"},
    {"errorinvalidsyncstatedata", Remedy::none, Reach::folder, "sync_state_lost",
     "the delta token is worthless"},
    {"resync*", Remedy::none, Reach::folder, "sync_state_lost", "the delta token is worthless"},
    {"errorquotaexceeded", Remedy::none, Reach::mailbox, "", "the mailbox is full: make room"},
    {"mailboxnotenabledforrestapi", Remedy::none, Reach::mailbox, "",
     "no mailbox in Exchange Online: it has no licence, or lies on premises"},
    {"mailboxnotsupportedforrestapi", Remedy::none, Reach::mailbox, "",
     "no mailbox in Exchange Online"},
    {"errorinvaliduser", Remedy::none, Reach::mailbox, "", "Exchange knows no such address"},
    {"resourcenotfound", Remedy::none, Reach::mailbox, "", "the tenant knows no such user"},
    {"request_resourcenotfound", Remedy::none, Reach::mailbox, "", "the tenant knows no such user"},
    {"erroraccessdenied", Remedy::none, Reach::mailbox, "",
     "the application may not act on this mailbox: look at its RBAC scope"},
    {"authorization_requestdenied", Remedy::none, Reach::configuration, "",
     "the application lacks a permission in Entra"},
    {"invalidauthenticationtoken", Remedy::token, Reach::configuration, "",
     "the token was refused twice"},
    {"authenticationerror", Remedy::none, Reach::mailbox, "", "no access to this mailbox"},
    {"applicationthrottled", Remedy::wait, Reach::mailbox, "throttled", "too many requests"},
    {"toomanyrequests", Remedy::wait, Reach::mailbox, "throttled", "too many requests"},
    {"activitylimitreached", Remedy::wait, Reach::mailbox, "throttled", "too many requests"},
    {"errortoomanyobjectsopened", Remedy::wait, Reach::mailbox, "throttled", "too many requests"},
    {"errorserverbusy", Remedy::uncertain, Reach::mailbox, "", "Exchange is busy"},
    {"errormailboxstoreunavailable", Remedy::uncertain, Reach::mailbox, "",
     "the mailbox database is not there for now"},
    {"errormailboxmoveinprogress", Remedy::uncertain, Reach::mailbox, "",
     "the mailbox is being moved"},
    {"mailboxinfostale", Remedy::uncertain, Reach::mailbox, "", "the mailbox has just moved"},
    {"errorcorruptdata", Remedy::uncertain, Reach::item, "", "Exchange cannot read this item"},
    {"errorinternalservererror", Remedy::uncertain, Reach::item, "", "Exchange failed at it"},
    {"unknownerror", Remedy::uncertain, Reach::item, "", "Exchange failed at it"},
    {"errornamedpropsquotaexceeded", Remedy::none, Reach::mailbox, "",
     "the mailbox has no room for named properties"},
}};

const Row* row_of(std::string_view code) {
    const auto key = lower_case(code);
    const auto found = std::ranges::find_if(rows, [&](const Row& row) {
        if (row.code.ends_with('*'))
            return key.starts_with(row.code.substr(0, row.code.size() - 1));
        return key == row.code;
    });
    return found == rows.end() ? nullptr : &*found;
}

Row row_of_status(long status) {
    switch (status) {
        case 401: return {"", Remedy::token, Reach::configuration, "unauthorized", "token refused"};
        case 403: return {"", Remedy::none, Reach::mailbox, "forbidden", "no access"};
        case 404: return {"", Remedy::none, Reach::item, "gone", "not there"};
        case 409:
        case 412: return {"", Remedy::none, Reach::item, "conflict", "changed meanwhile"};
        case 410: return {"", Remedy::none, Reach::folder, "sync_state_lost", "start again"};
        case 424: return {"", Remedy::uncertain, Reach::item, "dependency", "not tried"};
        case 429: return {"", Remedy::wait, Reach::mailbox, "throttled", "too many requests"};
        case 500: return {"", Remedy::uncertain, Reach::item, "", "Exchange failed at it"};
        case 503:
            return {"", Remedy::uncertain, Reach::mailbox, "unavailable", "Exchange is not there"};
        case 408:
        case 502:
        case 504: return {"", Remedy::uncertain, Reach::item, "", "no answer in time"};
        default: return {"", Remedy::none, Reach::item, "", "refused"};
    }
}

}  // namespace

Verdict judge(long status, std::string_view code) {
    const auto* known = row_of(code);
    const auto row = known != nullptr ? *known : row_of_status(status);
    Fault fault;
    fault.reach = row.reach;
    fault.code = !row.as.empty() ? std::string(row.as)
                 : !code.empty() ? std::string(code)
                                 : fmt::format("http_{}", status);
    fault.detail =
        fmt::format("{} (HTTP {}{}{})", row.detail, status, code.empty() ? "" : ", ", code);
    fault.transient = row.remedy == Remedy::wait || row.remedy == Remedy::uncertain;
    return {row.remedy, std::move(fault)};
}

std::string error_code(std::string_view body) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(body.data(), body.size()).get(object) != simdjson::SUCCESS) return {};
    simdjson::dom::object error;
    if (object["error"].get(error) != simdjson::SUCCESS) return {};
    std::string deepest;
    // Nested as deep as Graph ever did, and a little more.
    for (int depth = 0; depth < 8; ++depth) {
        std::string_view code;
        if (error["code"].get(code) == simdjson::SUCCESS) {
            const bool is_known = row_of(code) != nullptr;
            if (deepest.empty() || is_known) deepest = code;
        }
        simdjson::dom::object inner;
        if (error["innerError"].get(inner) != simdjson::SUCCESS &&
            error["innererror"].get(inner) != simdjson::SUCCESS) {
            break;
        }
        error = inner;
    }
    return deepest;
}

std::optional<std::chrono::milliseconds> retry_after(std::string_view header, std::int64_t now) {
    std::int64_t seconds = 0;
    const auto end = header.data() + header.size();
    const auto read = std::from_chars(header.data(), end, seconds);
    const bool is_number = read.ec == std::errc{} && read.ptr == end;
    if (!is_number) {
        const auto date = curl_getdate(std::string(header).c_str(), nullptr);
        if (date < 0) return std::nullopt;
        seconds = static_cast<std::int64_t>(date) - now;
    }
    return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 86'400));
}

}  // namespace hqsync::graph
