// hqsync explain: why a contact is where it is for one user, and how it stands in his mailbox.
#include <algorithm>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "app/context.hpp"
#include "app/json.hpp"
#include "async/await.hpp"
#include "base/utf8.hpp"
#include "contact/text.hpp"

namespace hqsync::app {
namespace {

/// All that the answer tells.
struct Explanation {
    MailboxAddress mailbox;
    UserId user;
    ContactId contact;
    std::string contact_name;  ///< empty: HQ has no such contact
    placement::Placement placed;
    std::string absence_name;  ///< of the company that is excluded
    std::optional<FolderRole> in_folder;
    std::optional<ItemError> error;
    std::optional<Held> held;
    bool is_kept_away = false;
};

Result<void> look_into_state(StateStore& state, Explanation& explanation) {
    const auto shadows = await(state.shadows(explanation.mailbox));
    if (!shadows) return fail(shadows.error());
    if (const auto found = shadows->find(explanation.contact); found != shadows->end())
        explanation.in_folder = found->second.folder;
    const auto errors = await(state.item_errors(explanation.mailbox));
    if (!errors) return fail(errors.error());
    const auto error = std::ranges::find(*errors, explanation.contact, &ItemError::contact);
    if (error != errors->end()) explanation.error = *error;
    const auto held = await(state.held());
    if (!held) return fail(held.error());
    const auto hold = std::ranges::find(*held, explanation.mailbox, &Held::mailbox);
    if (hold != held->end()) explanation.held = *hold;
    const auto kept_away = await(state.kept_away());
    if (!kept_away) return fail(kept_away.error());
    const auto away = kept_away->find(explanation.mailbox);
    explanation.is_kept_away =
        away != kept_away->end() && away->second.contains(explanation.contact);
    return {};
}

std::string sentence(const Snapshot& snapshot, const placement::Reason& reason) {
    const auto name = record_name(snapshot, reason.rule, reason.record);
    switch (reason.rule) {
        case placement::Rule::company_responsible:
            return fmt::format("the user is responsible for its company {} ({})", name,
                               reason.record);
        case placement::Rule::project_member:
            return fmt::format("the user is in the team of project {} ({}), which has the contact",
                               name, reason.record);
        case placement::Rule::lead_responsible:
            return fmt::format("the user is responsible for lead {} ({}), which has the contact",
                               name, reason.record);
    }
    return {};
}

std::string sentence(const Explanation& explanation) {
    const auto& absence = *explanation.placed.absence;
    switch (absence.rule) {
        case placement::AbsenceRule::excluded_company_type:
            return fmt::format(
                "its company {} ({}) has the type {}, which "
                "sync.excluded_company_types excludes",
                explanation.absence_name, absence.record, absence.detail);
        case placement::AbsenceRule::only_my_contacts:
            return "it is not one of the user's own, and sync.only_my_contacts is on";
        case placement::AbsenceRule::global_folder_off:
            return "it is not one of the user's own, and sync.global_folder is off for him";
        case placement::AbsenceRule::not_in_hq: return "HQ has no such contact";
        case placement::AbsenceRule::erased:
            return "the person was erased and is never synchronised again";
        case placement::AbsenceRule::user_not_synced:
            return "the user is not synchronised: he has no mailbox address or has left";
    }
    return {};
}

std::string_view folder_name(FolderRole role) {
    return role == FolderRole::mine ? "HQ Meine Kontakte" : "HQ Globale Kontakte";
}

void print_text(const Snapshot& snapshot, const Explanation& explanation) {
    const auto where = [&] {
        switch (explanation.placed.place) {
            case placement::Place::mine: return "belongs into HQ Meine Kontakte";
            case placement::Place::global: return "belongs into HQ Globale Kontakte";
            case placement::Place::absent: return "belongs into neither folder";
        }
        return "";
    }();
    fmt::print("Contact {}{}{} {} of {}.\n", explanation.contact.value(),
               explanation.contact_name.empty() ? "" : " ", printable(explanation.contact_name),
               where, explanation.mailbox.value());
    for (const auto& reason : explanation.placed.reasons)
        fmt::print("  because {}\n", printable(sentence(snapshot, reason)));
    if (explanation.placed.absence) fmt::print("  because {}\n", printable(sentence(explanation)));
    if (explanation.placed.place == placement::Place::global)
        fmt::print("  because no rule makes it one of the user's own\n");
    if (explanation.in_folder) {
        fmt::print("In the mailbox it stands in {}, as of the last pass.\n",
                   folder_name(*explanation.in_folder));
    } else {
        fmt::print("The mailbox does not hold it, as of the last pass.\n");
    }
    if (explanation.is_kept_away)
        fmt::print(
            "The user deleted it and it stays away from him: hqsync bring-back --user {} "
            "--contact {}\n",
            explanation.mailbox.value(), explanation.contact.value());
    if (explanation.error)
        fmt::print("Its last write failed ({} attempts since {}): {}: {}\n",
                   explanation.error->attempts, iso_time(explanation.error->since),
                   explanation.error->code, explanation.error->detail);
    if (explanation.held)
        fmt::print("The guard holds {} deletions of this mailbox: hqsync approve {}\n",
                   explanation.held->hold.deletions, explanation.held->hold.plan_hash);
}

void write_placement(Json& json, const Snapshot& snapshot, const Explanation& explanation) {
    json.field("place", placement::name(explanation.placed.place));
    json.key("reasons");
    json.begin_array();
    for (const auto& reason : explanation.placed.reasons) {
        json.begin_object();
        json.field("rule", placement::name(reason.rule));
        json.field("record", reason.record);
        json.field("name", record_name(snapshot, reason.rule, reason.record));
        json.end_object();
    }
    json.end_array();
    json.key("absence");
    if (!explanation.placed.absence) return json.null();
    json.begin_object();
    json.field("rule", placement::name(explanation.placed.absence->rule));
    json.field("record", explanation.placed.absence->record);
    json.field("name", explanation.absence_name);
    json.field("detail", explanation.placed.absence->detail);
    json.end_object();
}

void write_state(Json& json, const Explanation& explanation) {
    json.key("mailbox");
    json.begin_object();
    json.key("folder");
    if (explanation.in_folder) {
        json.value(name(*explanation.in_folder));
    } else {
        json.null();
    }
    json.key("item_error");
    if (explanation.error) {
        json.begin_object();
        json.field("code", explanation.error->code);
        json.field("detail", explanation.error->detail);
        json.field("since", iso_time(explanation.error->since));
        json.field("attempts", explanation.error->attempts);
        json.end_object();
    } else {
        json.null();
    }
    json.key("held");
    if (explanation.held) {
        json.value(explanation.held->hold.plan_hash);
    } else {
        json.null();
    }
    json.field("kept_away", explanation.is_kept_away);
    json.end_object();
}

}  // namespace

ExitCode explain(const Invocation& invocation, const std::string& user, std::int64_t contact) {
    const auto reading = open_reading(invocation);
    if (!reading) return complain(reading.error());
    const auto& snapshot = *reading->directory.snapshot;
    const auto id = user_named(reading->directory, user);
    if (!id) return complain(id.error());
    Explanation explanation{
        .mailbox = mailbox_named(user),
        .user = *id,
        .contact = ContactId(contact),
        .contact_name = {},
        .placed = placements_of(reading->directory).explain(*id, ContactId(contact)),
        .absence_name = {},
        .in_folder = {},
        .error = {},
        .held = {},
        .is_kept_away = false};
    if (const auto* person = find(snapshot, explanation.contact); person != nullptr)
        explanation.contact_name =
            std::string(trimmed(person->first_name + " " + person->last_name));
    if (explanation.placed.absence)
        explanation.absence_name = record_name(snapshot, placement::Rule::company_responsible,
                                               explanation.placed.absence->record);
    const auto looked = look_into_state(*reading->state, explanation);
    if (!looked) return complain(looked.error());
    if (invocation.output == Output::text) {
        print_text(snapshot, explanation);
        return ExitCode::done;
    }
    Json json;
    json.begin_object();
    json.field("user", explanation.mailbox.value());
    json.field("user_id", explanation.user.value());
    json.field("contact", explanation.contact.value());
    write_placement(json, snapshot, explanation);
    write_state(json, explanation);
    json.end_object();
    fmt::print("{}\n", json.text());
    return ExitCode::done;
}

}  // namespace hqsync::app
