// What a set-up wrote down of what it made, so that an undo takes back that and nothing else.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/exchange_setup.hpp"
#include "base/result.hpp"

namespace hqsync::app {

struct SetupNote {
    enum class State : std::uint8_t {
        begun,    ///< it was not there, and the command that makes it was about to be sent
        made,     ///< by a set-up
        changed,  ///< was there before, otherwise; `former` says how
        found,    ///< was there before, as wanted
    };
    std::string where;   ///< which server or tenant
    std::string step;    ///< SetupStep::key
    std::string object;  ///< SetupStep::object
    State state = State::begun;
    Former former = {};
    bool operator==(const SetupNote&) const = default;
};

/// One small JSON file. Every change is durable before the call returns. Names of objects and
/// accounts only, no secrets.
class SetupNotes {
public:
    /// No file: no notes. Fault (configuration) "setup.notes": it cannot be read, or is none.
    static Result<SetupNotes> read(std::filesystem::path file, std::string where);

    [[nodiscard]] std::optional<SetupNote> of(const SetupStep& step) const;
    Result<void> keep(const SetupStep& step, SetupNote::State state, Former former = {});
    /// Without notes there is no file.
    Result<void> drop(const SetupStep& step);

private:
    SetupNotes(std::filesystem::path file, std::string where)
        : file_(std::move(file)), where_(std::move(where)) {}
    [[nodiscard]] bool is_of(const SetupNote& note, const SetupStep& step) const;
    [[nodiscard]] Result<void> write() const;

    std::filesystem::path file_;
    std::string where_;
    std::vector<SetupNote> notes_;
};

}  // namespace hqsync::app
