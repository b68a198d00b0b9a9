// A plan as lines of text: ids and names of fields, never contents of contacts.
#include <fmt/format.h>

#include "reconcile/plan.hpp"

namespace hqsync::reconcile {

namespace {

std::string fields_of(const std::vector<FieldChange>& changes) {
    std::string text;
    for (const auto& change : changes) {
        if (!text.empty()) text += ',';
        text += name(change.field);
    }
    return text.empty() ? "-" : text;
}

struct Line {
    std::string operator()(const Create& create) const {
        return fmt::format("create contact {} in {}\n", create.contact.value(),
                           name(create.folder));
    }
    std::string operator()(const Update& update) const {
        return fmt::format("update contact {} fields {}\n", update.contact.value(),
                           fields_of(update.changes));
    }
    std::string operator()(const Pull& pull) const {
        return fmt::format("pull contact {} fields {}\n", pull.contact.value(),
                           fields_of(pull.changes));
    }
    std::string operator()(const Link& link) const {
        return fmt::format("link contact {} in {} fields {}\n", link.contact.value(),
                           name(link.folder), fields_of(link.changes));
    }
    std::string operator()(const Move& move) const {
        return fmt::format("move contact {} from {} to {} fields {}\n", move.contact.value(),
                           name(move.from), name(move.to), fields_of(move.changes));
    }
    std::string operator()(const Remove& remove) const {
        return fmt::format("delete contact {} from {} cause {}\n", remove.contact.value(),
                           name(remove.folder), name(remove.cause));
    }
    std::string operator()(const Adopt& adopt) const {
        return fmt::format("adopt contact {}\n", adopt.contact.value());
    }
    std::string operator()(const Unmark& unmark) const {
        return fmt::format("unmark copy of contact {}\n", unmark.contact.value());
    }
    std::string operator()(const RemoveDouble& remove) const {
        return fmt::format("delete double of contact {}\n", remove.contact.value());
    }
};

}  // namespace

std::string_view name(Cause cause) {
    switch (cause) {
        case Cause::hq_deletion: return "hq_deletion";
        case Cause::rule_change: return "rule_change";
        case Cause::erasure: return "erasure";
        case Cause::confirmed_setting: return "confirmed_setting";
    }
    return "unknown";
}

std::string to_text(const Plan& plan) {
    std::string text;
    for (const auto& operation : plan.operations)
        text += std::visit(Line{}, operation);
    return text;
}

}  // namespace hqsync::reconcile
