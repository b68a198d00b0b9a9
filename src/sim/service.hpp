// All that the simulator answers: tokens, Graph with its limits, batches, control; on one thread.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "sim/autodiscover.hpp"
#include "sim/domain.hpp"
#include "sim/ews_face.hpp"
#include "sim/ews_login.hpp"
#include "sim/faults.hpp"
#include "sim/graph_face.hpp"
#include "sim/login.hpp"
#include "sim/ps_face.hpp"
#include "sim/ps_rest.hpp"
#include "sim/record.hpp"
#include "sim/server.hpp"

namespace hqsync::sim {

/// Status 0 stands for a connection closed without an answer.
using Done = std::function<void(Reply)>;

struct Counters {
    std::uint64_t requests = 0;
    std::uint64_t writes = 0;
    std::uint64_t batches = 0;
    std::uint64_t write_batches = 0;
    std::uint64_t delta_requests = 0;
    std::uint64_t max_in_flight = 0;
    std::uint64_t throttled = 0;
};

/// Of one mailbox, and of tokens; the figures of the real service until told otherwise.
struct Limits {
    std::int64_t at_once = 4;
    std::int64_t requests = 10'000;  ///< in `seconds`
    std::int64_t seconds = 600;
    std::int64_t ews_at_once = 27;       ///< EWSMaxConcurrency
    std::int64_t ews_sync_at_once = 5;   ///< concurrent Sync* calls
    std::int64_t ews_back_off = 60'000;  ///< milliseconds that a throttled caller is told
};

/// The PowerShell endpoint with what it works on.
struct PsEndpoint {
    PsEndpoint(asio::io_context& context, Domain& domain, const std::string& account,
               const Options& options, const std::string& url);

    Organisation organisation;
    PsWorld world;
    PsWorld online;  ///< the same organisation by the REST way
    PsFace face;
    PsRest rest;
    std::string user;  ///< "AGENTUR\\hqsync"
    asio::steady_timer timer;
    bool is_watching = false;
    std::string redirect;          ///< where Create is sent to; empty: it is done here
    std::int64_t redirects = -1;   ///< how often still; -1: always
    bool enforces_rights = false;  ///< whether assignments decide over EWS and Graph
};

/// Not thread-safe: every call on the thread of `context`, which outlives it.
class Service {
public:
    /// Faults (configuration): "sim.state", "sim.record", "sim.certificate",
    /// "sim.ews_auth".
    static Result<std::unique_ptr<Service>> make(asio::io_context& context, const Options& options,
                                                 const std::string& url);

    void answer(Request request, const Done& done);
    /// A connection has ended, and with it its login and its stream.
    void closed(std::uint64_t connection);
    /// For whoever plays the user without asking: past tokens, limits and faults. Null when the
    /// address is of another domain.
    Mailbox* mailbox(std::string_view address) { return domain_.mailbox(address); }
    /// Writes the state file, if there is one.
    Result<void> save();

private:
    struct Batch;
    using Work = std::function<void(const Request&, const Done&)>;

    Service(asio::io_context& context, const Options& options, const std::string& url);
    Reply control(const Request& request);
    Reply control_faults(const Request& request);
    Reply control_limits(const Request& request);
    Reply add_fault(Json body);
    [[nodiscard]] Reply faults_text() const;
    Reply counters_text();
    [[nodiscard]] std::string dump(Mailbox& mailbox);
    [[nodiscard]] bool is_authorised(const Request& request) const;
    void route(Request request, const Done& done);
    void ews(Request request, const Done& done);
    void autodiscover(Request request, const Done& done);
    Reply control_autodiscover(const Request& request);
    void watch_streams();
    void powershell(Request request, const Done& done);
    void admin_api(Request request, const Done& done);
    void answer_powershell(const Request& request, const Done& done);
    void watch_powershell();
    /// What a test has ordered for a cmdlet; `target` is that of the endpoint.
    PsTrouble trouble_of(std::string_view target, const PsStep& step);
    void enforce_rights();
    Reply control_powershell(const Request& request);
    Reply set_powershell(Json body);
    Reply control_recipients(const Request& request);
    Reply control_clock(const Request& request);
    /// The refusal of an application that RBAC gives no right to the mailbox.
    std::optional<Reply> over_rights(const Request& request);
    /// Null when there is none of that name.
    std::int64_t* limit(std::string_view name);
    std::expected<std::shared_ptr<Batch>, Reply> read_batch(const Request& request);
    void batch(Request request, const Done& done);
    void pump(const std::shared_ptr<Batch>& batch);
    void run(Request request, std::string_view scope, const Done& done);
    /// Faults and latency before and after the work.
    void around(Request request, std::string_view scope, const std::string& mailbox,
                const Done& done, Work work);
    /// The answer to one EWS request too many at once.
    std::optional<Reply> over_ews_limit(const std::string& mailbox, const EwsSummary& summary);
    Reply ews_answer(const Request& request, const std::string& caller, const std::string& mailbox,
                     const EwsSummary& summary);
    Reply control_people(const Request& request);
    [[nodiscard]] std::string address_of(const Request& request);
    /// The answer to one request too many.
    std::optional<Reply> over_limit(const std::string& mailbox);

    asio::io_context& context_;
    /// Seconds that tests have moved the clock forward.
    std::shared_ptr<std::int64_t> ahead_ = std::make_shared<std::int64_t>(0);
    Options options_;
    Domain domain_;
    GraphFace face_;
    EwsFace ews_;
    Autodiscover autodiscover_;
    std::unique_ptr<Login> login_;
    std::optional<EwsLogin> ews_login_;
    std::unique_ptr<PsEndpoint> powershell_;
    asio::steady_timer stream_timer_;
    bool is_watching_ = false;
    std::optional<Record> record_;
    Faults faults_;
    Limits limits_;
    std::map<std::string, Counters> counters_;
    std::map<std::string, std::int64_t> in_flight_;
    std::map<std::string, std::int64_t> ews_in_flight_;
    std::map<std::string, std::int64_t> ews_syncs_;
    std::map<std::string, std::deque<std::int64_t>> recent_;  ///< seconds of the requests
    std::mt19937_64 shuffle_;
};

}  // namespace hqsync::sim
