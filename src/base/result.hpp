// What a call answers when it may fail: a value, or a Fault that says how far the failure reaches.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hqsync {

/// How much work a fault stops. Adapters decide it at their edge, by a table.
enum class Reach : std::uint8_t {
    item,           ///< this record only; go on with the others
    folder,         ///< what is known of this folder is worthless: read it whole again
    mailbox,        ///< leave this mailbox for now; go on with the others
    run,            ///< the whole run cannot go on
    configuration,  ///< somebody has to change a setting first; retrying is harmful
};

std::string_view name(Reach reach);

/// Never holds contents of contacts or secrets: it is logged and printed as it is.
struct Fault {
    Reach reach = Reach::run;
    std::string
        code;  ///< stable machine word, for example "ErrorItemNotFound" or "import.dangling_id"
    std::string detail;  ///< for people: where it happened and what to do
    std::optional<std::chrono::milliseconds> retry_after =
        {};                        ///< the server asked to wait that long
    bool outcome_unknown = false;  ///< the work may have been done although no answer came
    bool transient = false;        ///< the same call may work later without any change

    bool operator==(const Fault&) const = default;
};

/// One line for a log or a terminal: "code: detail", without control characters.
std::string to_text(const Fault& fault);

template <class T>
using Result = std::expected<T, Fault>;

/// `return fail(result.error());` and `co_return fail({...});`
inline std::unexpected<Fault> fail(Fault fault) {
    return std::unexpected<Fault>(std::move(fault));
}

}  // namespace hqsync
