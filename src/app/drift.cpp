// Turns the operations of a plan into differences.
#include "app/drift.hpp"

#include <variant>

#include "app/field_names.hpp"

namespace hqsync::app {
namespace {

using Kind = Drift::Kind;

/// One overload for each operation; nullopt: no difference.
struct Reader {
    const placement::Placements& placements;
    UserId user;

    using Found = std::optional<Drift>;

    Found operator()(const reconcile::Create& create) const {
        return Drift{.kind = Kind::missing, .contact = create.contact, .folder = create.folder};
    }
    Found operator()(const reconcile::Link& link) const {
        return Drift{.kind = Kind::missing,
                     .contact = link.contact,
                     .item = link.item,
                     .folder = link.folder};
    }
    Found operator()(const reconcile::Update& update) const {
        return Drift{.kind = Kind::different,
                     .contact = update.contact,
                     .item = update.item,
                     .fields = fields_of(update.changes)};
    }
    Found operator()(const reconcile::Move& move) const {
        return Drift{.kind = Kind::wrong_folder,
                     .contact = move.contact,
                     .item = move.item,
                     .folder = move.from,
                     .fields = fields_of(move.changes)};
    }
    Found operator()(const reconcile::Pull& pull) const {
        return Drift{.kind = Kind::unsent,
                     .contact = pull.contact,
                     .item = pull.item,
                     .fields = fields_of(pull.changes)};
    }
    Found operator()(const reconcile::Remove& remove) const {
        Drift drift{.kind = Kind::extra,
                    .contact = remove.contact,
                    .item = remove.item,
                    .folder = remove.folder};
        const auto absence = placements.explain(user, remove.contact).absence;
        const bool is_forbidden = absence && absence->rule != placement::AbsenceRule::not_in_hq;
        if (is_forbidden) {
            drift.kind = Kind::not_allowed;
            drift.rule = absence->rule;
        }
        return drift;
    }
    Found operator()(const reconcile::RemoveDouble& remove) const {
        return Drift{.kind = Kind::extra, .contact = remove.contact, .item = remove.item};
    }
    Found operator()(const reconcile::Unmark& unmark) const {
        return Drift{.kind = Kind::unknown_copy, .contact = unmark.contact, .item = unmark.item};
    }
    Found operator()(const reconcile::Adopt&) const { return std::nullopt; }
};

}  // namespace

std::string_view name(Drift::Kind kind) {
    switch (kind) {
        case Kind::missing: return "missing";
        case Kind::extra: return "extra";
        case Kind::wrong_folder: return "wrong_folder";
        case Kind::different: return "different";
        case Kind::not_allowed: return "not_allowed";
        case Kind::unsent: return "unsent";
        case Kind::unknown_copy: return "unknown_copy";
        case Kind::contested: return "contested";
    }
    return "unknown";
}

std::vector<Drift> drift_of(const reconcile::Plan& plan, const placement::Placements& placements,
                            UserId user) {
    std::vector<Drift> drift;
    for (const auto& operation : plan.operations) {
        auto found = std::visit(Reader{placements, user}, operation);
        if (found) drift.push_back(*std::move(found));
    }
    for (const auto contact : plan.in_peace)
        drift.push_back({.kind = Kind::contested, .contact = contact});
    return drift;
}

}  // namespace hqsync::app
