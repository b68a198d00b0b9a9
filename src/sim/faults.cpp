// The kinds of faults and their replies.
#include "sim/faults.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>

namespace hqsync::sim {

namespace {

constexpr std::array<std::string_view, 20> kinds{
    "ews_error",       "ews_batch_stopped", "latency",       "status",         "drop",
    "drop_after_work", "504_after_work",    "no_licence",    "access_denied",  "quota",
    "bad_item",        "expire_tokens",     "expire_deltas", "drop_streams",   "lose_subscriptions",
    "wsman_fault",     "cmdlet_error",      "cmdlet_delay",  "cmdlet_warning", "cmdlet_progress"};

struct Word {
    std::string_view name;
    std::string Misbehaviour::* member;
};
constexpr std::array words{
    Word{"kind", &Misbehaviour::kind},         Word{"mailbox", &Misbehaviour::mailbox},
    Word{"method", &Misbehaviour::method},     Word{"path", &Misbehaviour::path},
    Word{"contains", &Misbehaviour::contains}, Word{"scope", &Misbehaviour::scope},
    Word{"code", &Misbehaviour::code},         Word{"place", &Misbehaviour::place},
};

struct Number {
    std::string_view name;
    std::int64_t Misbehaviour::* member;
    std::int64_t least;
    std::int64_t most;
};
constexpr std::array numbers{
    Number{"milliseconds", &Misbehaviour::milliseconds, 0, 600'000},
    Number{"back_off", &Misbehaviour::back_off, 1, 3'600'000},
    Number{"status", &Misbehaviour::status, 400, 599},
    Number{"every", &Misbehaviour::every, 1, 1'000'000},
    Number{"count", &Misbehaviour::count, 1, 1'000'000'000},
};

Reply unreadable(std::string_view what) {
    return error(400, "BadRequest", fmt::format("This is no fault: {}.", what));
}

bool read_word(Misbehaviour& fault, std::string_view name, Json value) {
    const auto* const at = std::ranges::find(words, name, &Word::name);
    if (at == words.end() || !value.is_string()) return false;
    fault.*(at->member) = value.get_string().value_unsafe();
    return true;
}

bool read_number(Misbehaviour& fault, std::string_view name, Json value) {
    if (name == "retry_after") {
        if (value.is_string()) fault.retry_after = value.get_string().value_unsafe();
        if (value.is_int64()) fault.retry_after = std::to_string(value.get_int64().value_unsafe());
        return !fault.retry_after.empty();
    }
    const auto* const at = std::ranges::find(numbers, name, &Number::name);
    if (at == numbers.end() || !value.is_int64()) return false;
    const auto number = value.get_int64().value_unsafe();
    fault.*(at->member) = number;
    return number >= at->least && number <= at->most;
}

EwsError named_error(const Misbehaviour& fault) {
    EwsError error = ews_error(fault.code);
    if (fault.back_off > 0)
        error.values.emplace_back("BackOffMilliseconds", std::to_string(fault.back_off));
    return error;
}

Reply refused(const Misbehaviour& fault) {
    const int status = static_cast<int>(fault.status);
    std::string_view code = "ErrorServerBusy";
    if (status == 429) code = "TooManyRequests";
    if (status == 401) code = "InvalidAuthenticationToken";
    Reply reply = error(status, code, "Please retry again later.");
    if (!fault.retry_after.empty()) reply.headers.emplace_back("Retry-After", fault.retry_after);
    return reply;
}

}  // namespace

std::expected<Misbehaviour, Reply> Faults::read(Json body) {
    Misbehaviour fault;
    for (const auto member : body.get_object().value_unsafe()) {
        if (read_word(fault, member.key, member.value)) continue;
        if (read_number(fault, member.key, member.value)) continue;
        return std::unexpected(unreadable(fmt::format("\"{}\" or its value", member.key)));
    }
    if (std::ranges::find(kinds, fault.kind) == kinds.end())
        return std::unexpected(unreadable("kind"));
    if (!fault.scope.empty() && fault.scope != "request" && fault.scope != "batch_item")
        return std::unexpected(unreadable("scope"));
    if (fault.kind == "bad_item" && fault.contains.empty())
        return std::unexpected(unreadable("bad_item without contains"));
    if (!fault.place.empty() && fault.place != "fault" && fault.place != "message")
        return std::unexpected(unreadable("place"));
    const bool needs_code = fault.kind == "ews_error" || fault.kind == "wsman_fault" ||
                            fault.kind == "cmdlet_error" || fault.kind == "cmdlet_warning" ||
                            fault.kind == "cmdlet_progress";
    if (needs_code && fault.code.empty())
        return std::unexpected(unreadable(fmt::format("{} without code", fault.kind)));
    fault.mailbox = lower(fault.mailbox);
    return fault;
}

Misbehaviour* Faults::next(const Occasion& occasion, std::string_view kind,
                           std::string_view place) {
    for (auto& fault : faults_) {
        const Request& request = occasion.request;
        const std::string_view body =
            occasion.item.empty() ? std::string_view(request.body) : occasion.item;
        const bool fits = fault.kind == kind && fault.count != 0 &&
                          (place.empty() || fault.place == (place == "none" ? "" : place)) &&
                          (fault.mailbox.empty() || fault.mailbox == occasion.mailbox) &&
                          (fault.method.empty() || fault.method == request.method) &&
                          (fault.scope.empty() || fault.scope == occasion.scope) &&
                          request.target.find(fault.path) != std::string::npos &&
                          body.find(fault.contains) != std::string_view::npos;
        if (!fits || ++fault.seen % static_cast<std::uint64_t>(fault.every) != 0) continue;
        if (fault.count > 0) --fault.count;
        ++fault.fired;
        return &fault;
    }
    return nullptr;
}

std::optional<Reply> Faults::before_work(const Occasion& occasion) {
    const Request& request = occasion.request;
    const bool is_batch = !request.path.empty() && request.path.back() == "$batch";
    if (!is_batch && next(occasion, "no_licence") != nullptr) {
        return error(404, "MailboxNotEnabledForRESTAPI",
                     "REST API is not yet supported for this mailbox.");
    }
    if (!is_batch && next(occasion, "access_denied") != nullptr) {
        return error(403, "ErrorAccessDenied",
                     "Access is denied. Check credentials and try again.");
    }
    // A full mailbox can be read, but change tracking stores something in it.
    const bool stores = request.is_write() || (!is_batch && request.path.back() == "delta");
    if (!is_batch && stores && next(occasion, "quota") != nullptr) {
        return error(507, "ErrorQuotaExceeded", "The mailbox has exceeded its quota.");
    }
    if (!is_batch && request.is_write() && next(occasion, "bad_item") != nullptr) {
        return error(400, "ErrorInvalidProperty", "A property of the item is invalid.");
    }
    if (const auto* const fault = next(occasion, "status")) return refused(*fault);
    if (next(occasion, "drop") != nullptr) return Reply{.status = 0};
    return std::nullopt;
}

std::optional<Reply> Faults::before_ews(const Occasion& occasion) {
    if (next(occasion, "no_licence") != nullptr)
        return ews_fault(ews_error("ErrorNonExistentMailbox"));
    if (next(occasion, "access_denied", "fault") != nullptr)
        return ews_fault(ews_error("ErrorImpersonateUserDenied"));
    const auto* named = next(occasion, "ews_error", "fault");
    if (named == nullptr) named = next_unplaced(occasion, "ews_error");
    if (named != nullptr) return ews_fault(named_error(*named));
    return refusal(occasion);
}

std::optional<Reply> Faults::refusal(const Occasion& occasion) {
    if (const auto* const fault = next(occasion, "status")) {
        Reply reply{static_cast<int>(fault->status), "", {}};
        if (!fault->retry_after.empty())
            reply.headers.emplace_back("Retry-After", fault->retry_after);
        return reply;
    }
    if (next(occasion, "drop") != nullptr) return Reply{.status = 0};
    return std::nullopt;
}

std::optional<EwsError> Faults::of_ews_item(const Occasion& occasion, Intent intent) {
    const bool is_write = intent == Intent::write;
    if (next(occasion, "access_denied", "message") != nullptr ||
        next_unplaced(occasion, "access_denied") != nullptr)
        return ews_error("ErrorAccessDenied");
    if (is_write && next(occasion, "quota") != nullptr) return ews_error("ErrorQuotaExceeded");
    if (is_write && next(occasion, "bad_item") != nullptr)
        return ews_error("ErrorItemSavePropertyError");
    if (const auto* const fault = next(occasion, "ews_error", "message"))
        return named_error(*fault);
    return std::nullopt;
}

std::optional<EwsError> Faults::stops_ews_batch(const Occasion& occasion) {
    const auto* const fault = next(occasion, "ews_batch_stopped");
    if (fault == nullptr) return std::nullopt;
    return fault->code.empty() ? ews_error("ErrorMailboxStoreUnavailable") : named_error(*fault);
}

Misbehaviour* Faults::next_unplaced(const Occasion& occasion, std::string_view kind) {
    return next(occasion, kind, "none");
}

std::optional<Reply> Faults::after_work(const Occasion& occasion) {
    if (next(occasion, "504_after_work") != nullptr)
        return error(504, "UnknownError", "The gateway timed out.");
    if (next(occasion, "drop_after_work") != nullptr) return Reply{.status = 0};
    return std::nullopt;
}

std::int64_t Faults::latency(const Occasion& occasion) {
    const auto* const slow = next(occasion, "latency");
    return slow == nullptr ? 0 : slow->milliseconds;
}

}  // namespace hqsync::sim
