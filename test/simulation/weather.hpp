// What may happen to a request on its way, drawn from the seed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "http/sender.hpp"
#include "simulation/world.hpp"

namespace hqsync::simulation {

/// What becomes of one request.
struct Fate {
    std::string name = "fair";
    Milliseconds there{0};  ///< until the work is done
    Milliseconds back{0};   ///< until the client has the answer, or the fault
    bool arrives = true;
    bool is_too_late = false;              ///< later than any client can expect
    bool is_late = false;                  ///< the client gives up before the work is done
    std::optional<Fault> fault = {};       ///< what the client gets instead of the answer
    std::vector<std::string> orders = {};  ///< faults of the simulator, for this request only
};

class Weather {
public:
    Weather(World& world, Milliseconds settle_after)
        : world_(world), dice_(world.seed * 4 + 2), settle_after_(settle_after) {}

    /// How many of a hundred requests meet a fault.
    void set_percent(int percent) { percent_ = percent; }
    void clear_up();
    /// From now on Exchange refuses this contact's items.
    void spoil(ContactId contact) { spoiled_.insert(contact); }
    Fate fate_of(const http::Request& request, const std::string& address);

private:
    Fate lost(Fate fate);
    Fate timed_out(Fate fate, Milliseconds timeout);
    void order(Fate& fate, const http::Request& request, const std::string& address);
    void begin_outage(const std::string& address);
    void add_standing(Fate& fate, const std::string& address);
    Milliseconds up_to(std::int64_t milliseconds) {
        return Milliseconds(dice_.below(milliseconds));
    }

    struct Outage {
        std::string kind;
        Instant until;
    };
    World& world_;
    Dice dice_;
    Milliseconds settle_after_;
    int percent_ = 0;
    std::map<std::string, Outage> outages_;  ///< by address
    std::set<ContactId> spoiled_;
};

}  // namespace hqsync::simulation
