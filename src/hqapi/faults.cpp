// The kinds of faults, and when they come true.
#include "hqapi/faults.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <simdjson.h>

#include "hqapi/spoil.hpp"

namespace hqsync::hqapi {

namespace {

using simdjson::dom::element;

constexpr std::array<std::string_view, 9> spoilers{
    "short_page", "duplicate_id",         "missing_field",           "unknown_value", "date_form",
    "html_note",  "company_without_type", "contact_without_company", "wrong_count"};
constexpr std::array<std::string_view, 11> others{"latency",
                                                  "status",
                                                  "drop",
                                                  "drop_after_work",
                                                  "expire_tokens",
                                                  "accept_tokens",
                                                  "wrong_content_type",
                                                  "truncated_body",
                                                  "revoke_refresh_tokens",
                                                  "put_empties",
                                                  "put_ignores_address"};

struct Word {
    std::string_view name;
    std::string Misbehaviour::* member;
};
constexpr std::array words{
    Word{"kind", &Misbehaviour::kind},
    Word{"method", &Misbehaviour::method},
    Word{"path", &Misbehaviour::path},
    Word{"contains", &Misbehaviour::contains},
    Word{"field", &Misbehaviour::field},
    Word{"value", &Misbehaviour::value},
    Word{"retry_after", &Misbehaviour::retry_after},
};

struct Number {
    std::string_view name;
    std::int64_t Misbehaviour::* member;
    std::int64_t least;
    std::int64_t most;
};
constexpr std::array numbers{
    Number{"milliseconds", &Misbehaviour::milliseconds, 0, 600'000},
    Number{"status", &Misbehaviour::status, 400, 599},
    Number{"every", &Misbehaviour::every, 1, 1'000'000},
    Number{"count", &Misbehaviour::count, 1, 1'000'000'000},
};

bool take(Misbehaviour& fault, std::string_view name, element value) {
    std::int64_t number = 0;
    std::string_view text;
    if (name == "retry_after" && value.get(number) == simdjson::SUCCESS) {
        fault.retry_after = std::to_string(number);
        return number >= 0;
    }
    const auto* const word = std::ranges::find(words, name, &Word::name);
    if (word != words.end() && value.get(text) == simdjson::SUCCESS) {
        fault.*(word->member) = text;
        return true;
    }
    const auto* const known = std::ranges::find(numbers, name, &Number::name);
    if (known == numbers.end() || value.get(number) != simdjson::SUCCESS) return false;
    fault.*(known->member) = number;
    return number >= known->least && number <= known->most;
}

bool needs_field(std::string_view kind) {
    return kind == "missing_field" || kind == "unknown_value" || kind == "date_form";
}

}  // namespace

Checked<Misbehaviour> Faults::read(std::string_view body) {
    Misbehaviour fault;
    simdjson::dom::parser parser;
    simdjson::dom::object members;
    if (parser.parse(body.data(), body.size()).get(members) != simdjson::SUCCESS)
        return refuse("A fault is a JSON object.");
    for (const auto [name, value] : members) {
        if (!take(fault, name, value))
            return refuse(fmt::format("This is no fault: \"{}\" or its value.", name));
    }
    const bool is_known = std::ranges::find(spoilers, fault.kind) != spoilers.end() ||
                          std::ranges::find(others, fault.kind) != others.end();
    if (!is_known) return refuse("This is no fault: kind.");
    if (needs_field(fault.kind) && fault.field.empty())
        return refuse(fmt::format("{}: field is missing.", fault.kind));
    return fault;
}

Misbehaviour* Faults::next(const Request& request, std::string_view kind) {
    for (auto& fault : faults_) {
        const bool fits = fault.kind == kind && fault.count != 0 &&
                          (fault.method.empty() || fault.method == request.method) &&
                          request.target.find(fault.path) != std::string::npos &&
                          request.body.find(fault.contains) != std::string::npos;
        if (!fits || ++fault.seen % static_cast<std::uint64_t>(fault.every) != 0) continue;
        if (fault.count > 0) --fault.count;
        ++fault.fired;
        return &fault;
    }
    return nullptr;
}

std::optional<Reply> Faults::before_work(const Request& request) {
    if (next(request, "drop") != nullptr) return Reply{.status = 0};
    const auto* const fault = next(request, "status");
    if (fault == nullptr) return std::nullopt;
    auto reply = error_reply(static_cast<int>(fault->status), "This was ordered.");
    if (!fault->retry_after.empty()) reply.headers.emplace_back("Retry-After", fault->retry_after);
    return reply;
}

Reply Faults::after_work(const Request& request, Reply reply) {
    if (next(request, "drop_after_work") != nullptr) return Reply{.status = 0};
    if (reply.status != 200 && reply.status != 201) return reply;
    for (const auto kind : spoilers) {
        if (const auto* const fault = next(request, kind)) reply.body = spoiled(reply.body, *fault);
    }
    if (next(request, "truncated_body") != nullptr) reply.body.resize(reply.body.size() / 2);
    if (next(request, "wrong_content_type") != nullptr) {
        for (auto& [name, value] : reply.headers) {
            if (name == "Content-Type") value = "text/html; charset=utf-8";
        }
        reply.body = "<!DOCTYPE html><html><body>Bitte melden Sie sich an.</body></html>";
    }
    return reply;
}

std::int64_t Faults::latency(const Request& request) {
    const auto* const slow = next(request, "latency");
    return slow == nullptr ? 0 : slow->milliseconds;
}

PutManner Faults::put_manner(const Request& request) {
    PutManner manner;
    if (next(request, "put_empties") != nullptr) manner.left_out = LeftOut::emptied;
    if (next(request, "put_ignores_address") != nullptr)
        manner.default_address = DefaultAddress::ignored;
    return manner;
}

}  // namespace hqsync::hqapi
