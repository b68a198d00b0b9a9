// Prints the plans of a dry run: ids, folders, names of fields and causes, no contents.
#include <cstdio>
#include <variant>

#include <fmt/format.h>

#include "app/json.hpp"
#include "app/run_once.hpp"

namespace hqsync::app {
namespace {

void write_fields(Json& json, const std::vector<FieldChange>& changes) {
    json.key("fields");
    json.begin_array();
    for (const auto& change : changes)
        json.value(name(change.field));
    json.end_array();
}

std::string_view disposal_name(reconcile::Disposal disposal) {
    return disposal == reconcile::Disposal::forever ? "forever" : "deleted_items";
}

/// One overload for each operation: a new one does not compile without its line here.
class OperationWriter {
public:
    explicit OperationWriter(Json& target) : json_(target) {}

    void operator()(const reconcile::Create& create) const {
        begin("create", create.contact);
        json_.field("folder", name(create.folder));
    }
    void operator()(const reconcile::Update& update) const {
        begin("update", update.contact);
        json_.field("item", update.item.value());
        write_fields(json_, update.changes);
    }
    void operator()(const reconcile::Move& move) const {
        begin("move", move.contact);
        json_.field("item", move.item.value());
        json_.field("from", name(move.from));
        json_.field("to", name(move.to));
        write_fields(json_, move.changes);
    }
    void operator()(const reconcile::Remove& remove) const {
        begin("delete", remove.contact);
        json_.field("item", remove.item.value());
        json_.field("folder", name(remove.folder));
        json_.field("cause", reconcile::name(remove.cause));
        json_.field("disposal", disposal_name(remove.disposal));
    }
    void operator()(const reconcile::Adopt& adopt) const {
        begin("adopt", adopt.contact);
        json_.field("item", adopt.item.value());
    }
    void operator()(const reconcile::Unmark& unmark) const {
        begin("unmark", unmark.contact);
        json_.field("item", unmark.item.value());
    }
    void operator()(const reconcile::RemoveDouble& remove) const {
        begin("remove_double", remove.contact);
        json_.field("item", remove.item.value());
    }
    void operator()(const reconcile::Pull& pull) const {
        begin("pull", pull.contact);
        json_.field("item", pull.item.value());
        write_fields(json_, pull.changes);
    }
    void operator()(const reconcile::Link& link) const {
        begin("link", link.contact);
        json_.field("item", link.item.value());
        json_.field("folder", name(link.folder));
        write_fields(json_, link.changes);
    }

private:
    void begin(std::string_view operation, ContactId contact) const {
        json_.field("operation", operation);
        json_.field("contact", contact.value());
    }

    Json& json_;
};

void write_mailbox(Json& json, const engine::MailboxReport& mailbox) {
    json.begin_object();
    json.field("mailbox", mailbox.mailbox.value());
    json.key("fault");
    if (mailbox.fault) {
        json.value(to_text(*mailbox.fault));
    } else {
        json.null();
    }
    json.key("hold");
    if (mailbox.hold) {
        json.value(mailbox.hold->plan_hash);
    } else {
        json.null();
    }
    json.field("managed", mailbox.plan ? mailbox.plan->managed : 0);
    json.key("operations");
    json.begin_array();
    if (mailbox.plan)
        for (const auto& operation : mailbox.plan->operations) {
            json.begin_object();
            std::visit(OperationWriter(json), operation);
            json.end_object();
        }
    json.end_array();
    json.end_object();
}

void print_text(const engine::RunReport& report) {
    for (const auto& mailbox : report.mailboxes) {
        fmt::print("{}\n", mailbox.mailbox.value());
        if (mailbox.fault) fmt::print("  failed: {}\n", to_text(*mailbox.fault));
        if (!mailbox.plan) continue;
        if (mailbox.plan->operations.empty()) fmt::print("  nothing to do\n");
        fmt::print("{}", reconcile::to_text(*mailbox.plan));
        if (mailbox.hold)
            fmt::print("  the guard would hold {} deletions of {} managed contacts\n",
                       mailbox.hold->deletions, mailbox.hold->managed);
    }
}

}  // namespace

void print_plans(Output output, const engine::RunReport& report) {
    if (output == Output::json) {
        Json json;
        json.begin_object();
        json.key("mailboxes");
        json.begin_array();
        for (const auto& mailbox : report.mailboxes)
            write_mailbox(json, mailbox);
        json.end_array();
        json.end_object();
        fmt::print("{}\n", json.text());
    } else {
        print_text(report);
    }
    if (report.fault) complain(*report.fault);
}

}  // namespace hqsync::app
