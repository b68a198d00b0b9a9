// Opens envelopes.
#include "ews/messages.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ews/errors.hpp"
#include "ews/fault_xml.hpp"

namespace hqsync::ews {

namespace {

constexpr std::string_view response = "Response";

bool is_stopped(std::string_view code) {
    return code == "ErrorBatchProcessingStopped";
}

/// A warning stands beside what was asked for, but for the one that says that nothing was done.
Result<Message> read_message(wire::Element element) {
    const auto error = error_in(element);
    const auto outcome = element.attribute("ResponseClass").value_or("");
    const bool is_done = outcome == "Success" || (outcome == "Warning" && !is_stopped(error.code));
    if (is_done) return Message{element, std::nullopt};
    if (error.code.empty() || error.code == "NoError") {
        return fail(unreadable("says neither success nor error"));
    }
    return Message{element, judge(error).fault};
}

}  // namespace

Fault unreadable(std::string_view what) {
    return {Reach::mailbox, "ews.unreadable", fmt::format("Exchange gave an answer that {}", what)};
}

Result<Messages> read_messages(std::string answer, std::vector<std::string_view> operations,
                               std::size_t count) {
    auto document = wire::Document::read(std::move(answer));
    if (!document) {
        return fail(unreadable(fmt::format("cannot be read: {}", to_text(document.error()))));
    }
    const auto body = document->root().child("Body").first();
    auto operation = body.name();
    if (!operation.ends_with(response)) return fail(unreadable("is none of an operation"));
    operation.remove_suffix(response.size());
    if (!operations.empty() && std::ranges::find(operations, operation) == operations.end()) {
        return fail(unreadable("belongs to another operation"));
    }
    Messages messages{*std::move(document), {}};
    for (const auto element : body.child("ResponseMessages").children()) {
        auto message = read_message(element);
        if (!message) return fail(message.error());
        messages.each.push_back(*std::move(message));
    }
    if (messages.each.size() != count) {
        return fail(unreadable(
            fmt::format("has {} response messages instead of {}", messages.each.size(), count)));
    }
    return messages;
}

}  // namespace hqsync::ews
