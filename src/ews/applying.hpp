// The writes of one `apply` on their way, each with its answer in its place.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "ews/mailbox.hpp"

namespace hqsync::ews {

struct EwsMailbox::Applying {
    explicit Applying(std::vector<Write> given);

    /// Places of the writes of this kind, while the mailbox takes any.
    template <class Kind>
    [[nodiscard]] std::vector<std::size_t> places() {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < writes.size(); ++i) {
            if (!std::holds_alternative<Kind>(writes[i])) continue;
            if (stop) {
                results[i] = fail(*stop);
            } else {
                found.push_back(i);
            }
        }
        return found;
    }
    template <class Kind>
    [[nodiscard]] const Kind& write(std::size_t place) const {
        return std::get<Kind>(writes[place]);
    }
    void answer(std::size_t place, Result<Written> result);

    std::vector<Write> writes;
    std::vector<Result<Written>> results;
    std::optional<Fault> stop;  ///< for all that were not sent yet
};

/// A create or an update, tried again without the field that the server refused.
struct EwsMailbox::Tried {
    Result<ItemReference> result = {};
    std::optional<Fault> refused = {};  ///< answered also when the second try went well
};

/// One move on its way.
struct EwsMailbox::Moving {
    std::size_t place;  ///< in the apply
    MoveItem move;
    ItemShown before = {};              ///< as it stands when it goes; the content without changes
    std::optional<ItemId> moved = {};   ///< its new id
    std::optional<Fault> refused = {};  ///< of a field of its changes
};

/// The item after a write that showed no content.
Result<Written> written_as(const Result<ItemReference>& reference);

/// Fields that were refused, by the place of their write.
using Refusals = std::map<std::size_t, Field>;
/// The work, noting them and naming them in their faults.
Work noting_refusals(Work work, Refusals& refusals);

}  // namespace hqsync::ews
