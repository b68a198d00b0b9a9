// The way from the engine to Exchange and back: requests travel, meet their fate, arrive.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/sender.hpp"
#include "simulation/ledger.hpp"
#include "simulation/mortal.hpp"
#include "simulation/weather.hpp"

namespace hqsync::simulation {

/// One request on its way; it may arrive when the process that sent it is dead.
struct Flight {
    sim::Request request;
    std::string address;  ///< the mailbox it is about; empty: none
    std::string summary;  ///< for the trace
    RunViewPtr view;      ///< of the run that sent it
    Fate fate;
    sim::Reply reply;
};

/// Outlives the processes.
class Wire {
public:
    /// `bystander` is called before each arrival with the mailbox: users and HQ act then.
    Wire(World& world, Ledger& ledger, Weather& weather,
         std::function<void(const std::string&)> bystander)
        : world_(world), ledger_(ledger), weather_(weather), bystander_(std::move(bystander)) {}

    /// Draws the fate of a request and sends it off.
    std::shared_ptr<Flight> depart(const http::Request& request);
    /// Writes that arrived and changed something since the last call.
    std::uint64_t take_writes() { return std::exchange(writes_, 0); }

private:
    void arrive(Flight& flight);
    void ask(std::string method, std::string target, std::string body);

    World& world_;
    Ledger& ledger_;
    Weather& weather_;
    std::function<void(const std::string&)> bystander_;
    std::uint64_t writes_ = 0;
};

/// What one process sends through.
class Line final : public http::Sender {
public:
    Line(Wire& wire, VirtualClock& clock, Mortal& mortal)
        : wire_(wire), clock_(clock), mortal_(mortal) {}
    Task<Result<http::Response>> send(http::Request request) override;

private:
    Wire& wire_;
    VirtualClock& clock_;
    Mortal& mortal_;
};

}  // namespace hqsync::simulation
