// Misbehaviour on order: which requests it meets, how often, and what they get instead of the
// truth.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hqapi/message.hpp"
#include "hqapi/write.hpp"

namespace hqsync::hqapi {

struct Misbehaviour {
    std::string kind;
    std::string method;    ///< empty: all
    std::string path;      ///< part of the target
    std::string contains;  ///< part of the body
    std::string field;     ///< of missing_field, unknown_value, date_form
    std::string value;     ///< what is put in its place
    std::string retry_after;
    std::int64_t milliseconds = 0;
    std::int64_t status = 503;
    std::int64_t every = 1;   ///< comes true at each n-th request that fits
    std::int64_t count = -1;  ///< how often it still comes true; -1: always
    std::uint64_t seen = 0;
    std::uint64_t fired = 0;
};

class Faults {
public:
    /// From a JSON object; refused: an unknown member, kind or type.
    static Checked<Misbehaviour> read(std::string_view body);

    void add(Misbehaviour fault) { faults_.push_back(std::move(fault)); }
    void clear() { faults_.clear(); }
    [[nodiscard]] const std::vector<Misbehaviour>& all() const { return faults_; }

    /// What is answered instead of the work; status 0 closes the connection.
    std::optional<Reply> before_work(const Request& request);
    /// The work's reply, spoiled by what fits.
    Reply after_work(const Request& request, Reply reply);
    /// Milliseconds to wait before the work.
    std::int64_t latency(const Request& request);
    PutManner put_manner(const Request& request);

private:
    Misbehaviour* next(const Request& request, std::string_view kind);
    std::vector<Misbehaviour> faults_;
};

}  // namespace hqsync::hqapi
