// Authorised requests to Graph, singly and in batches: waits as asked, repeats what may be
// repeated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "async/clock.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "graph/errors.hpp"
#include "graph/exchange.hpp"
#include "http/sender.hpp"
#include "login/token.hpp"

namespace hqsync::graph {

/// May a call whose outcome is unknown be sent again?
enum class Repeat : std::uint8_t { safe, never };

/// Graph: after a 503 retry over a new connection (graph.md §6).
enum class Connection : std::uint8_t { kept, fresh };

struct Call {
    std::string method = "GET";
    std::string path;  ///< below "/v1.0", with query, encoded; or a whole URL of ours (next links)
    http::Headers headers;
    std::string body;
    Repeat repeat = Repeat::safe;
};

struct Answer {
    long status = 0;
    std::string body;
};

struct Counters {
    std::uint64_t requests = 0;
    std::uint64_t writes = 0;
};

/// One for each mailbox: its waits pause this mailbox only.
class Service {
public:
    Service(const Options& options, http::Sender& sender, Clock& clock, login::TokenSource& tokens)
        : options_(options), sender_(sender), clock_(clock), tokens_(tokens) {}

    /// Success is any 2xx. Fault: by the table of errors; outcome_unknown when a call that must not
    /// be repeated got no answer.
    Task<Result<Answer>> send(Call call);

    /// Up to 20 calls in one $batch; each gets its answer in its place. A batch that is refused
    /// whole (one call of it cannot be read, or it is too long) is sent again call by call.
    Task<std::vector<Result<Answer>>> send_batch(std::vector<Call> calls);

    [[nodiscard]] const Counters& counters() const { return counters_; }

private:
    struct Pending;
    Task<Result<http::Response>> post_batch(const std::vector<Pending>& pending,
                                            Connection connection, Instant deadline);
    Task<Result<http::Response>> authorised(http::Request request, Instant deadline);
    void count(const Call& call);

    const Options& options_;
    http::Sender& sender_;
    Clock& clock_;
    login::TokenSource& tokens_;
    Counters counters_;
    std::string token_in_use_;
};

inline constexpr std::size_t batch_size_max = 20;  // graph.md §5

}  // namespace hqsync::graph
