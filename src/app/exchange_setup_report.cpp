// Prints reports of a set-up.
#include "app/exchange_setup_report.hpp"

#include <fmt/format.h>

#include "app/json.hpp"
#include "app/powershell_text.hpp"
#include "base/utf8.hpp"

namespace hqsync::app {
namespace {

using Outcome = StepReport::Outcome;

std::string_view sentence(Outcome outcome) {
    switch (outcome) {
        case Outcome::fits: return "is there, as wanted";
        case Outcome::to_make: return "is to be made";
        case Outcome::to_change: return "is there, but otherwise: to be changed once confirmed";
        case Outcome::made: return "made";
        case Outcome::changed: return "changed";
        case Outcome::unconfirmed: return "is there, but otherwise: not changed without --yes";
        case Outcome::failed: return "failed";
        case Outcome::not_run: return "not run";
        case Outcome::to_undo: return "is to be taken back";
        case Outcome::undone: return "taken back";
        case Outcome::left: return "left";
        case Outcome::gone: return "is not there";
    }
    return "";
}

std::string head(const StepReport& line) {
    auto text = fmt::format("{}: {}", line.step->title, sentence(line.outcome));
    if (!line.words.empty()) text += fmt::format(": {}", line.words);
    return printable(std::move(text));
}

std::string differences(const StepReport& line, std::string_view indent) {
    std::string text;
    for (const auto& [what, is, wanted] : line.differences)
        text += fmt::format(
            "{}{}\n", indent,
            printable(fmt::format("{} is {}, wanted {}", what, is.empty() ? "empty" : is,
                                  wanted.empty() ? "empty" : wanted)));
    return text;
}

std::string proof_lines(const std::vector<ProofReport>& proofs) {
    std::string text;
    for (const auto& proof : proofs) {
        text += printable(fmt::format("{}: {}", proof.title, proof.wrong.empty() ? "yes" : "NO")) +
                "\n";
        for (const auto& wrong : proof.wrong)
            text += "  " + printable(wrong) + "\n";
    }
    return text;
}

void write_step(Json& json, const StepReport& line) {
    json.begin_object();
    json.field("step", line.step->key);
    json.field("object", line.step->object);
    json.field("outcome", name(line.outcome));
    json.field("purpose", line.step->purpose);
    json.field("words", line.words);
    json.key("differences");
    json.begin_array();
    for (const auto& [what, is, wanted] : line.differences) {
        json.begin_object();
        json.field("what", what);
        json.field("is", is);
        json.field("wanted", wanted);
        json.end_object();
    }
    json.end_array();
    json.key("commands");
    json.begin_array();
    for (const auto& command : line.commands)
        json.value(powershell_text(command));
    json.end_array();
    json.end_object();
}

void write_texts(Json& json, std::string_view key, const std::vector<std::string>& texts) {
    json.key(key);
    json.begin_array();
    for (const auto& text : texts)
        json.value(text);
    json.end_array();
}

}  // namespace

std::string plan_text(const SetupStory& story) {
    std::string text;
    for (const auto& line : story.report) {
        text += fmt::format("# {}\n#   {}\n", head(line), printable(line.step->purpose));
        text += differences(line, "#   ");
        for (const auto& command : line.commands)
            text += printable(powershell_text(command)) + "\n";
    }
    return text;
}

std::string outcome_text(const SetupStory& story) {
    std::string text;
    for (const auto& line : story.report) {
        if (line.outcome == Outcome::fits) continue;  // the plan said so
        text += head(line) + "\n";
        if (line.outcome == Outcome::failed || line.outcome == Outcome::unconfirmed)
            text += differences(line, "  ");
    }
    text += proof_lines(story.proofs);
    for (const auto& left : story.left)
        text += printable(fmt::format("left: {}", left)) + "\n";
    for (const auto& note : story.notes)
        text += printable(note) + "\n";
    return text;
}

std::string setup_json(const SetupStory& story) {
    Json json;
    json.begin_object();
    json.field("place", story.wish->place == ExchangePlace::server ? "server" : "online");
    json.field("where", story.where);
    json.field("name", story.wish->name);
    json.field("filter", story.wish->filter);
    json.field("dry_run", story.dry_run);
    json.field("undo", story.undo);
    json.key("steps");
    json.begin_array();
    for (const auto& line : story.report)
        write_step(json, line);
    json.end_array();
    json.key("proofs");
    json.begin_array();
    for (const auto& proof : story.proofs) {
        json.begin_object();
        json.field("proof", proof.key);
        json.field("title", proof.title);
        write_texts(json, "wrong", proof.wrong);
        json.end_object();
    }
    json.end_array();
    write_texts(json, "left", story.left);
    write_texts(json, "notes", story.notes);
    json.end_object();
    return json.text();
}

}  // namespace hqsync::app
