// What an answer of the REST interface that is no success means: one table, one place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "async/clock.hpp"
#include "base/result.hpp"
#include "http/sender.hpp"
#include "management/session.hpp"

namespace hqsync::management::rest {

/// What is done about it.
enum class Remedy : std::uint8_t {
    none,            ///< the fault stands
    wait,            ///< refused before any work: wait, send again
    uncertain,       ///< the work may have been done: again only what only reads
    token,           ///< another token, then again, once
    restart,         ///< the paging is lost: from the beginning with larger pages, once
    of_the_command,  ///< the command ran and said no: `record`
};

struct Verdict {
    Remedy remedy;
    Fault fault;
    ErrorRecord record = {};  ///< of_the_command
};

/// The words of an error body, in whichever of its forms.
struct ErrorText {
    std::string code;     ///< "BadRequest"
    std::string message;  ///< for people
    std::string type;     ///< .NET's full name of the exception
    std::string id;       ///< "Ex6F9304", empty: the command itself did not raise it
    std::string target;
};

/// None: the body is no JSON error (plain text, HTML, octets of zero).
std::optional<ErrorText> read_error(std::string_view body);

/// `answer` is no 2xx. `now` is for dates in Retry-After and Rate-Limit-Reset; the fault's
/// retry_after is what the server asked for.
Verdict judge(const http::Response& answer, const std::string& command, Instant now);

}  // namespace hqsync::management::rest
