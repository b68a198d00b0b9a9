// Misbehaviour on order: which requests it meets, how often, and what they get instead of the
// truth.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/ews_message.hpp"
#include "sim/graph_contact.hpp"
#include "sim/graph_message.hpp"

namespace hqsync::sim {

struct Misbehaviour {
    std::string kind;
    std::string mailbox;        ///< address; empty: all
    std::string method;         ///< empty: all
    std::string path;           ///< part of the target
    std::string contains;       ///< part of the body
    std::string scope;          ///< "request", "batch_item" or empty for both
    std::string code;           ///< of EWS
    std::string place;          ///< of EWS: "fault" or "message"; empty: what is usual for the kind
    std::int64_t back_off = 0;  ///< BackOffMilliseconds of EWS; 0: none
    std::int64_t milliseconds = 0;
    std::int64_t status = 503;
    std::string retry_after;
    std::int64_t every = 1;   ///< comes true at each n-th request that fits
    std::int64_t count = -1;  ///< how often it still comes true; -1: always
    std::uint64_t seen = 0;
    std::uint64_t fired = 0;
};

/// One HTTP request, or one item of a batch.
struct Occasion {
    const Request& request;
    std::string_view scope;
    std::string_view mailbox;    ///< address, empty when the request names none
    std::string_view item = {};  ///< one of a list in the body; empty: the body
};

enum class Intent : std::uint8_t { read, write };

class Faults {
public:
    /// The fault of a JSON object; an error reply for an unknown member, kind or type.
    static std::expected<Misbehaviour, Reply> read(Json body);

    void add(Misbehaviour fault) { faults_.push_back(std::move(fault)); }
    void clear() { faults_.clear(); }
    [[nodiscard]] const std::vector<Misbehaviour>& all() const { return faults_; }

    /// What is answered instead of the work; status 0 closes the connection.
    std::optional<Reply> before_work(const Occasion& occasion);
    /// The same for a request of EWS.
    std::optional<Reply> before_ews(const Occasion& occasion);
    /// What one item of an EWS request fails with, instead of being done.
    std::optional<EwsError> of_ews_item(const Occasion& occasion, Intent intent);
    /// What stops an EWS batch at this item: its own error, and no work on the ones behind it.
    std::optional<EwsError> stops_ews_batch(const Occasion& occasion);
    /// Status or drop, whatever the protocol.
    std::optional<Reply> refusal(const Occasion& occasion);
    /// A kind that the caller knows what to do with; null: none comes true.
    const Misbehaviour* fires(const Occasion& occasion, std::string_view kind) {
        return next(occasion, kind);
    }
    /// What is answered instead of the work's reply.
    std::optional<Reply> after_work(const Occasion& occasion);
    /// Milliseconds to wait before the work.
    std::int64_t latency(const Occasion& occasion);

private:
    Misbehaviour* next(const Occasion& occasion, std::string_view kind,
                       std::string_view place = {});
    /// Of those that do not say where they come true.
    Misbehaviour* next_unplaced(const Occasion& occasion, std::string_view kind);

    std::vector<Misbehaviour> faults_;
};

}  // namespace hqsync::sim
