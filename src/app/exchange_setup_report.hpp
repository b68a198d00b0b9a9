// What a set-up says of itself: lines for people, of which commands can be pasted, or JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "app/exchange_setup_run.hpp"

namespace hqsync::app {

/// Everything that is told at the end.
struct SetupStory {
    const SetupWish* wish = nullptr;
    std::string where;  ///< server or tenant
    bool dry_run = false;
    bool undo = false;
    SetupReport report;
    std::vector<ProofReport> proofs = {};
    std::vector<std::string> left = {};   ///< by an undo, besides the steps
    std::vector<std::string> notes = {};  ///< what was not tried, and why
};

/// The steps before anything is done; all but the commands is behind "#", so that the whole can be
/// pasted into the Exchange Management Shell.
std::string plan_text(const SetupStory& story);
/// The steps with what became of them, then proofs and what is left.
std::string outcome_text(const SetupStory& story);
std::string setup_json(const SetupStory& story);

}  // namespace hqsync::app
