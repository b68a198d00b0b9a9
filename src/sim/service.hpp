// All that the simulator answers: tokens, Graph with its limits, batches, control; on one thread.
#pragma once

#include <asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/graph_face.hpp"
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

/// A misbehaviour on order; `count` falls to 0 and ends it.
struct Misbehaviour {
    std::string kind;     ///< latency, status, 504_after_work, drop, drop_after_work, no_licence,
                          ///< access_denied
    std::string mailbox;  ///< empty: all
    std::string method;
    std::string path;   ///< part of the target
    std::string scope;  ///< "request", "batch_item" or empty for both
    std::int64_t milliseconds = 0;
    std::int64_t status = 0;
    std::string retry_after;
    std::int64_t count = -1;
    std::uint64_t fired = 0;  ///< how often it came true
};

/// Not thread-safe: every call on the thread of `context`, which outlives it.
class Service {
public:
    Service(asio::io_context& context, Options options, const std::string& url);

    void answer(Request request, const Done& done);

private:
    struct Batch;
    Reply token(const Request& request);
    Reply control(const Request& request);
    Reply add_fault(const Request& request);
    [[nodiscard]] Reply faults_text() const;
    Reply counters_text();
    [[nodiscard]] std::string dump(Mailbox& mailbox);
    [[nodiscard]] bool is_authorised(const Request& request) const;
    void batch(const Request& request, const Done& done);
    void pump(const std::shared_ptr<Batch>& batch);
    void run(Request request, std::string_view scope, const Done& done);
    Misbehaviour* fault_for(const Request& request, std::string_view scope, const Mailbox* mailbox,
                            std::string_view kind);

    asio::io_context& context_;
    Options options_;
    GraphFace face_;
    std::set<std::string, std::less<>> tokens_;
    std::uint64_t tokens_issued_ = 0;
    std::map<std::string, Counters> counters_;
    std::map<std::string, std::uint64_t> in_flight_;
    std::vector<Misbehaviour> faults_;
};

}  // namespace hqsync::sim
