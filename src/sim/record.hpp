// What went over the wire, one line of JSON for each request with its answer.
#pragma once

#include <fstream>
#include <string>

#include "base/result.hpp"
#include "sim/graph_message.hpp"

namespace hqsync::sim {

/// A line has method, target, request_headers, request_body, status (0: the connection was closed
/// without an answer), response_headers, response_body. Bodies that are no UTF-8 are left out; so
/// are the Authorization header and what a login sends and gets.
class Record {
public:
    /// Appends to the file. Fault (configuration) "sim.record" when it cannot be opened.
    static Result<Record> open(const std::string& file);

    void add(const Request& request, const Reply& reply);

private:
    std::ofstream file_;
};

}  // namespace hqsync::sim
