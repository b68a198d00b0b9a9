// The kinds of bad luck and how often they strike.
#include "simulation/weather.hpp"

#include <array>

namespace hqsync::simulation {

namespace {

/// How long the network may keep a request after the client gave up.
constexpr Milliseconds latest{24'000};
constexpr std::array outage_kinds = {"no_licence", "access_denied", "quota"};
constexpr std::array item_orders = {
    R"({"kind":"status","status":429,"scope":"batch_item")",
    R"({"kind":"status","status":503,"scope":"batch_item")",
    R"({"kind":"status","status":500,"scope":"batch_item")",
    R"({"kind":"status","status":400,"scope":"batch_item")",
    R"({"kind":"504_after_work","scope":"batch_item")",
    R"({"kind":"drop_after_work","scope":"batch_item")",
};
constexpr std::array whole_orders = {
    R"({"kind":"status","status":429,"scope":"request","count":1})",
    R"({"kind":"status","status":503,"scope":"request","count":1})",
    R"({"kind":"status","status":502,"scope":"request","count":1})",
    R"({"kind":"504_after_work","scope":"request","count":1})",
    R"({"kind":"drop_after_work","scope":"request","count":1})",
    R"({"kind":"drop","scope":"request","count":1})",
};

Fault no_answer(std::string code, bool outcome_unknown) {
    return {Reach::mailbox, std::move(code), "simulated", {}, outcome_unknown, true};
}

}  // namespace

void Weather::clear_up() {
    percent_ = 0;
    outages_.clear();
    spoiled_.clear();
}

Fate Weather::fate_of(const http::Request& request, const std::string& address) {
    Fate fate;
    fate.there = Milliseconds(1) + up_to(60);
    fate.back = Milliseconds(1) + up_to(200);
    if (dice_.chance(percent_)) {
        ++world_.counts.faults;
        switch (dice_.below(10)) {
            case 0:
                fate.name = "no connection";
                fate.arrives = false;
                fate.fault = no_answer("http.connect", false);
                break;
            case 1:
            case 2: fate = lost(std::move(fate)); break;
            case 3:
            case 4: fate = timed_out(std::move(fate), request.timeout); break;
            default: order(fate, request, address);
        }
    }
    add_standing(fate, address);
    return fate;
}

Fate Weather::lost(Fate fate) {
    fate.fault = no_answer("http.lost", true);
    fate.arrives = dice_.chance(60);
    fate.name = fate.arrives ? "answer lost" : "request lost";
    return fate;
}

/// The work is done in time, too late, or not at all; the client waits for its time-out.
Fate Weather::timed_out(Fate fate, Milliseconds timeout) {
    fate.fault = no_answer("http.timeout", true);
    const auto kind = dice_.below(100);
    if (kind < 25) {
        fate.arrives = false;
        fate.name = "time-out, not done";
    } else if (kind < 50) {
        fate.name = "time-out, done";
    } else {
        ++world_.counts.late;
        fate.is_late = true;
        fate.is_too_late = dice_.chance(4);
        const auto least = fate.is_too_late ? settle_after_ : Milliseconds(0);
        fate.there = timeout + least + up_to(latest.count());
        fate.name = fmt::format("time-out, done after {} ms", fate.there.count());
    }
    fate.back = timeout > fate.there ? timeout - fate.there : Milliseconds(0);
    if (fate.is_late) fate.back = timeout;
    return fate;
}

/// The simulator itself misbehaves: refusals, lost work, items of a batch, lost tokens and deltas.
void Weather::order(Fate& fate, const http::Request& request, const std::string& address) {
    const bool is_batch = request.url.ends_with("$batch");
    switch (dice_.below(is_batch ? 10 : 6)) {
        case 0:
            fate.name = "tokens expire";
            fate.orders.emplace_back(R"({"kind":"expire_tokens"})");
            return;
        case 1:
            fate.name = "deltas expire";
            fate.orders.push_back(
                fmt::format(R"({{"kind":"expire_deltas","mailbox":"{}"}})", address));
            return;
        case 2: return begin_outage(address);
        case 3:
        case 4:
        case 5: {
            std::string text = any_of(dice_, whole_orders);
            if (dice_.chance(50)) {
                text.insert(1, fmt::format(R"("retry_after":"{}",)", dice_.below(40)));
            }
            fate.name = text;
            fate.orders.push_back(std::move(text));
            return;
        }
        default: {
            const std::string text = any_of(dice_, item_orders);
            fate.name = fmt::format(R"({},"every":{},"count":{}}})", text, 1 + dice_.below(5),
                                    1 + dice_.below(3));
            fate.orders.push_back(fate.name);
        }
    }
}

void Weather::begin_outage(const std::string& address) {
    if (address.empty() || outages_.contains(address)) return;
    const auto* const kind = any_of(dice_, outage_kinds);
    const auto lasts = Milliseconds(1'000) + up_to(1'200'000);
    outages_.emplace(address, Outage{kind, world_.timeline.now() + lasts});
    world_.note("outage {} of {} for {} ms", kind, address, lasts.count());
}

void Weather::add_standing(Fate& fate, const std::string& address) {
    for (const auto contact : spoiled_) {
        fate.orders.push_back(
            fmt::format(R"({{"kind":"bad_item","contains":"\"hq:{}\""}})", contact.value()));
    }
    const auto outage = outages_.find(address);
    if (outage == outages_.end()) return;
    if (outage->second.until <= world_.timeline.now()) {
        outages_.erase(outage);
        return;
    }
    fate.orders.push_back(
        fmt::format(R"({{"kind":"{}","mailbox":"{}"}})", outage->second.kind, address));
}

}  // namespace hqsync::simulation
