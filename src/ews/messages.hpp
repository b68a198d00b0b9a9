// The response messages of an answer, each with its error or without.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wire/reader.hpp"

namespace hqsync::ews {

struct Message {
    wire::Element element;
    std::optional<Fault> fault;  ///< by the table of errors
};
struct Messages {
    wire::Document document;  ///< the elements point into it
    std::vector<Message> each;
};

/// Of the answer to one of these operations ("GetItem"); none named: any. Fault (mailbox)
/// "ews.unreadable" as ews/answers.hpp says.
Result<Messages> read_messages(std::string answer, std::vector<std::string_view> operations,
                               std::size_t count);

Fault unreadable(std::string_view what);

}  // namespace hqsync::ews
