// The lines of `hqsync watch`: one for each pass that did something, and for trouble that is new.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "app/commands.hpp"
#include "app/config.hpp"
#include "async/clock.hpp"
#include "engine/run.hpp"

namespace hqsync::app {

/// Remembers the trouble that was told, so that it is not told with every pass.
class WatchLines {
public:
    WatchLines(Output output, Telling telling) : output_(output), telling_(telling) {}

    /// `cause` is "start", "notified" or "interval". Looks into the state for the guard's limits
    /// when it has to name a hold: no run may be under way.
    void tell(const engine::RunReport& report, std::string_view cause, Instant now,
              const Config& config);
    /// Of the whole run, on stderr.
    void tell(const Fault& fault);
    /// A run went through.
    void worked();

private:
    bool is_told(const engine::MailboxReport& report);

    Output output_;
    Telling telling_;
    std::map<MailboxAddress, std::string> trouble_;
    std::string fault_;
};

/// "2 created, 1 pulled"; empty: the pass did nothing.
std::string text_of(const PassCounts& counts);

}  // namespace hqsync::app
