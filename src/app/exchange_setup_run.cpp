// Each step: look, write down, act, look again, write down.
#include "app/exchange_setup_run.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

#include <fmt/format.h>

namespace hqsync::app {
namespace {

using Outcome = StepReport::Outcome;
using State = SetupNote::State;
using management::Command;
using management::ErrorRecord;

bool is_missing(const ErrorRecord& error) {
    return error.category == "ObjectNotFound" || error.exception.contains("ObjectNotFound") ||
           error.id.contains("ManagementObjectNotFoundException");
}

std::string words_of(const std::vector<ErrorRecord>& errors) {
    std::string words;
    for (const auto& error : errors)
        words += (words.empty() ? "" : "; ") + error.message;
    return words;
}

StepReport failed(const SetupStep& step, StepReport report, const Fault& fault) {
    report.outcome = Outcome::failed;
    report.words = fmt::format("{} ({})", fault.detail, fault.code);
    if (fault.code == "command.unknown") {
        report.words += ": the account that is logged in may not run it, or this Exchange has none";
    } else if (fault.reach == Reach::item && !step.advice.empty()) {
        report.words += ": " + step.advice;
    }
    return report;
}

bool is_as_wanted(Outcome outcome) {
    return outcome == Outcome::fits || outcome == Outcome::made || outcome == Outcome::changed;
}

Fault unseen(const SetupStep& step) {
    return {.reach = Reach::item,
            .code = "setup.unseen",
            .detail = fmt::format("Exchange took the command, and yet the {} does not show as it "
                                  "should; it may take a moment: run setup again",
                                  step.title)};
}

Fault still_there(const SetupStep& step) {
    return {.reach = Reach::item,
            .code = "setup.still_there",
            .detail = fmt::format("Exchange took the command, and yet the {} is still there; it "
                                  "may take a moment: run setup --undo again",
                                  step.title)};
}

}  // namespace

bool StepReport::operator==(const StepReport& other) const {
    return step == other.step && outcome == other.outcome && differences == other.differences &&
           words == other.words;
}

std::string_view name(Outcome outcome) {
    constexpr std::array<std::string_view, 12> names = {
        "fits",   "to_make", "to_change", "made",   "changed", "unconfirmed",
        "failed", "not_run", "to_undo",   "undone", "left",    "gone"};
    return names.at(static_cast<std::size_t>(outcome));
}

bool has(const SetupReport& report, Outcome outcome) {
    return std::ranges::find(report, outcome, &StepReport::outcome) != report.end();
}

Result<Objects> objects_of(Result<management::Output> answer, Missing missing) {
    if (!answer) return fail(answer.error());
    std::erase_if(answer->errors, [&](const ErrorRecord& error) {
        return missing == Missing::is_none && is_missing(error);
    });
    if (!answer->errors.empty())
        return fail(
            {.reach = Reach::item, .code = "setup.refused", .detail = words_of(answer->errors)});
    return std::move(answer->objects);
}

Task<Result<Standing>> ExchangeSetup::look(const SetupStep& step, const std::vector<Command>& by) {
    std::vector<Objects> found;
    for (const auto& command : by) {
        // Of what is not there nothing more is asked.
        if (!found.empty() && found.front().empty()) break;
        auto answer = co_await session_.run(command);
        auto objects = objects_of(std::move(answer), Missing::is_none);
        if (!objects) co_return fail(objects.error());
        found.push_back(*std::move(objects));
    }
    co_return step.judge(found);
}

Task<Result<void>> ExchangeSetup::run_all(const std::vector<Command>& commands) {
    for (const auto& command : commands) {
        auto answer = co_await session_.run(command);
        const auto done = objects_of(std::move(answer), Missing::is_fault);
        if (!done) co_return fail(done.error());
    }
    co_return Result<void>{};
}

Task<SetupReport> ExchangeSetup::survey() {
    SetupReport report;
    for (const auto& step : steps_) {
        StepReport line{.step = &step};
        const auto standing = co_await look(step, step.check);
        if (!standing) {
            report.push_back(failed(step, std::move(line), standing.error()));
            continue;
        }
        line.differences = standing->differences;
        switch (standing->kind) {
            case Standing::Kind::fits: line.outcome = Outcome::fits; break;
            case Standing::Kind::absent:
                line.outcome = Outcome::to_make;
                line.commands = step.make;
                break;
            case Standing::Kind::differs:
                line.outcome = Outcome::to_change;
                line.commands = step.change;
                break;
        }
        report.push_back(std::move(line));
    }
    co_return report;
}

Task<SetupReport> ExchangeSetup::make(Confirmation confirmation) {
    SetupReport report;
    bool goes_on = true;
    for (const auto& step : steps_) {
        if (!goes_on) {
            report.push_back({.step = &step});
            continue;
        }
        auto line = co_await make_step(step, confirmation);
        goes_on = is_as_wanted(line.outcome);
        report.push_back(std::move(line));
    }
    co_return report;
}

Task<StepReport> ExchangeSetup::make_step(const SetupStep& step, Confirmation confirmation) {
    StepReport report{.step = &step};
    const auto standing = co_await look(step, step.check);
    if (!standing) co_return failed(step, std::move(report), standing.error());
    const auto note = notes_.of(step);
    report.differences = standing->differences;
    if (standing->kind == Standing::Kind::fits) {
        report.outcome = Outcome::fits;
        // One that was begun was cut off behind its command.
        const bool is_news = !note || note->state == State::begun;
        if (!is_news) co_return report;
        const auto kept = notes_.keep(step, note ? State::made : State::found);
        if (!kept) co_return failed(step, std::move(report), kept.error());
        co_return report;
    }
    const bool is_absent = standing->kind == Standing::Kind::absent;
    if (!is_absent && confirmation != Confirmation::given) {
        report.outcome = Outcome::unconfirmed;
        co_return report;
    }
    report.outcome = is_absent ? Outcome::made : Outcome::changed;
    report.commands = is_absent ? step.make : step.change;
    co_return co_await bring_about(step, std::move(report), standing->former);
}

Task<StepReport> ExchangeSetup::bring_about(const SetupStep& step, StepReport report,
                                            Former former) {
    const auto note = notes_.of(step);
    const bool is_absent = report.outcome == Outcome::made;
    const bool is_ours = note && (note->state == State::made || note->state == State::begun);
    // What somebody else made is put back to what it was before the first change, also when that
    // was cut off between removing and making.
    const bool was_changed = note && note->state == State::changed;
    const auto after = !was_changed && (is_absent || is_ours) ? State::made : State::changed;
    if (was_changed) former = note->former;
    if (after == State::made) former.clear();
    const auto before = after == State::made && is_absent ? State::begun : after;
    auto kept = notes_.keep(step, before, former);
    if (!kept) co_return failed(step, std::move(report), kept.error());
    const auto done = co_await run_all(report.commands);
    if (!done) co_return failed(step, std::move(report), done.error());
    const auto seen = co_await look(step, step.verify);
    if (!seen) co_return failed(step, std::move(report), seen.error());
    if (seen->kind != Standing::Kind::fits) {
        report.differences = seen->differences;
        co_return failed(step, std::move(report), unseen(step));
    }
    kept = notes_.keep(step, after, std::move(former));
    if (!kept) co_return failed(step, std::move(report), kept.error());
    co_return report;
}

Task<SetupReport> ExchangeSetup::survey_undo() {
    SetupReport report;
    for (const auto& step : std::views::reverse(steps_))
        report.push_back(co_await survey_undo_step(step));
    co_return report;
}

Task<StepReport> ExchangeSetup::survey_undo_step(const SetupStep& step) {
    StepReport report{.step = &step};
    const auto standing = co_await look(step, step.check);
    if (!standing) co_return failed(step, std::move(report), standing.error());
    const auto note = notes_.of(step);
    // An account has a policy of its own or none: the association is ours while it fits.
    const bool is_another = step.key == "association" && standing->kind == Standing::Kind::differs;
    report.outcome = Outcome::left;
    if (standing->kind == Standing::Kind::absent) {
        report.outcome = Outcome::gone;
    } else if (note && note->state == State::found) {
        report.words = "was there before the set-up";
    } else if (is_another) {
        report.words = "is another one now: " + standing->differences.front().is;
    } else if (note && note->state == State::changed) {
        report.commands = step.restore(note->former);
        report.outcome = Outcome::to_undo;
        report.words = "back to what it was before the set-up";
    } else {
        report.commands = step.undo;
        report.outcome = Outcome::to_undo;
        if (!note) report.words = "nothing is written down of it here; it has the set-up's name";
    }
    co_return report;
}

Task<SetupReport> ExchangeSetup::undo() {
    SetupReport report;
    bool goes_on = true;
    for (const auto& step : std::views::reverse(steps_)) {
        if (!goes_on) {
            report.push_back({.step = &step});
            continue;
        }
        auto line = co_await undo_step(step);
        goes_on = line.outcome != Outcome::failed;
        report.push_back(std::move(line));
    }
    co_return report;
}

Task<StepReport> ExchangeSetup::undo_step(const SetupStep& step) {
    auto report = co_await survey_undo_step(step);
    if (report.outcome == Outcome::failed) co_return report;
    if (report.outcome == Outcome::to_undo) {
        const auto done = co_await run_all(report.commands);
        if (!done) co_return failed(step, std::move(report), done.error());
        const auto seen = co_await look(step, step.verify);
        if (!seen) co_return failed(step, std::move(report), seen.error());
        const auto note = notes_.of(step);
        const bool is_removal = !note || note->state != State::changed;
        if (is_removal && seen->kind != Standing::Kind::absent)
            co_return failed(step, std::move(report), still_there(step));
        report.outcome = Outcome::undone;
    }
    const auto dropped = notes_.drop(step);
    if (!dropped) co_return failed(step, std::move(report), dropped.error());
    co_return report;
}

Task<std::vector<ProofReport>> ExchangeSetup::prove(std::vector<SetupProof> proofs) {
    std::vector<ProofReport> reports;
    for (const auto& proof : proofs) {
        auto answer = co_await session_.run(proof.ask);
        // Of what is not there nothing is proven.
        const auto objects = objects_of(std::move(answer), Missing::is_fault);
        ProofReport report{proof.key, proof.title, {}};
        report.wrong = objects ? proof.judge(*objects)
                               : std::vector{fmt::format("not asked: {}", objects.error().detail)};
        reports.push_back(std::move(report));
    }
    co_return reports;
}

}  // namespace hqsync::app
