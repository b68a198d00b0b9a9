// Reads and writes the entity set files of API v1.
#include "hq/directory_files.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <simdjson.h>

#include "hq/record_json.hpp"

namespace hqsync::hq {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

Fault file_fault(std::string_view code, std::string_view file, std::string_view what) {
    return {Reach::run, std::string(code), fmt::format("{}: {}", file, what)};
}

/// The list of records: the answer's "value", or a bare array.
Result<array> records_of(element document, const std::string& file) {
    array records;
    if (document.get(records) == simdjson::SUCCESS) return records;
    object answer;
    if (document.get(answer) != simdjson::SUCCESS ||
        answer["value"].get(records) != simdjson::SUCCESS) {
        return fail(file_fault("import.shape", file,
                               "expected a list of records, or an answer with \"value\""));
    }
    element link;
    if (answer["@odata.nextLink"].get(link) == simdjson::SUCCESS && !link.is_null()) {
        return fail(file_fault("import.incomplete", file,
                               "has an @odata.nextLink: further pages are missing"));
    }
    std::int64_t count = 0;
    if (answer["@odata.count"].get(count) == simdjson::SUCCESS &&
        count != static_cast<std::int64_t>(records.size())) {
        return fail(file_fault(
            "import.incomplete", file,
            fmt::format("holds {} records, its @odata.count says {}", records.size(), count)));
    }
    return records;
}

std::string_view without_byte_order_mark(std::string_view text) {
    return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

/// Sorted by id; each id once.
template <class Record, class Read>
Result<std::vector<Record>> read_set(std::string_view text, const std::string& file, Read read) {
    simdjson::dom::parser parser;
    element document;
    const simdjson::padded_string padded(without_byte_order_mark(text));
    const auto error = parser.parse(padded).get(document);
    if (error == simdjson::UTF8_ERROR) {
        return fail(file_fault("import.encoding", file, "is not UTF-8"));
    }
    if (error != simdjson::SUCCESS) {
        return fail(file_fault("import.json", file,
                               fmt::format("is no JSON ({})", simdjson::error_message(error))));
    }
    const auto records = records_of(document, file);
    if (!records) return fail(records.error());

    std::vector<std::pair<Record, std::size_t>> found;
    std::size_t index = 0;
    for (const element entry : *records) {
        const Where where{file, ++index};
        object fields;
        if (entry.get(fields) != simdjson::SUCCESS) {
            return fail(file_fault("import.shape", file,
                                   fmt::format("record {}: expected an object", index)));
        }
        auto record = read(fields, where);
        if (!record) return fail(record.error());
        found.emplace_back(*std::move(record), index);
    }
    std::ranges::sort(found, {},
                      [](const auto& each) { return std::pair(each.first.id, each.second); });
    const auto twice =
        std::ranges::adjacent_find(found, {}, [](const auto& each) { return each.first.id; });
    if (twice != found.end()) {
        const auto later = std::next(twice);
        return fail(record_fault({file, later->second}, later->first.id.value(), "Id",
                                 fmt::format("is there twice, first in record {}", twice->second)));
    }
    std::vector<Record> sorted;
    sorted.reserve(found.size());
    for (auto& each : found)
        sorted.push_back(std::move(each.first));
    return sorted;
}

/// The set of a file; nothing when an optional file is missing.
template <class Record, class Read>
Result<void> take(const Files& files, const std::string& file, Read read,
                  std::vector<Record>& into) {
    const auto found = files.find(file);
    const bool is_optional =
        file == "Subsystem.json" || file == "Projects.json" || file == "Leads.json";
    if (found == files.end() && is_optional) return {};
    if (found == files.end()) {
        return fail(file_fault("import.missing_file", file, "is missing"));
    }
    auto records = read_set<Record>(found->second, file, read);
    if (!records) return fail(records.error());
    into = *std::move(records);
    return {};
}

std::string_view kind(UserId) {
    return "user";
}
std::string_view kind(SubsystemId) {
    return "subsystem";
}
std::string_view kind(CompanyId) {
    return "company";
}
std::string_view kind(ContactId) {
    return "contact person";
}

/// Looks references up; the first that leads nowhere is the fault.
class References {
public:
    explicit References(const Snapshot& snapshot) : snapshot_(snapshot) {}

    template <class Owner, class RecordId>
    void check(std::string_view file, const Owner& owner, std::string_view field,
               const std::vector<RecordId>& ids) {
        for (const auto id : ids) {
            if (find(snapshot_, id) != nullptr || fault_) continue;
            fault_ = Fault{Reach::run, "import.dangling_id",
                           fmt::format("{}: record with Id {}: field {}: there is no {} {}", file,
                                       owner.id.value(), field, kind(id), id.value())};
        }
    }
    template <class Owner, class RecordId>
    void check(std::string_view file, const Owner& owner, std::string_view field,
               const std::optional<RecordId>& id) {
        if (id) check(file, owner, field, std::vector<RecordId>{*id});
    }
    [[nodiscard]] Result<void> result() const {
        if (fault_) return fail(*fault_);
        return {};
    }

private:
    const Snapshot& snapshot_;
    std::optional<Fault> fault_;
};

template <class Record>
std::string file_of(const std::vector<Record>& records) {
    std::string text = "{\"value\":[";
    bool is_first = true;
    for (const auto& record : records) {
        text += is_first ? "\n" : ",\n";
        text += json_object(members_of(record));
        is_first = false;
    }
    return text + "\n]}\n";
}

}  // namespace

Result<void> check_references(const Snapshot& snapshot) {
    References references(snapshot);
    for (const auto& company : snapshot.companies) {
        references.check("Companies.json", company, "ResponsibleUsers", company.responsible_users);
        references.check("Companies.json", company, "Subsystems", company.subsystems);
    }
    for (const auto& contact : snapshot.contacts) {
        references.check("ContactPersons.json", contact, "CompanyId", contact.company);
    }
    for (const auto& project : snapshot.projects) {
        references.check("Projects.json", project, "CompanyId", project.company);
        references.check("Projects.json", project, "Members", project.members);
        references.check("Projects.json", project, "ContactPersons", project.contact_persons);
        references.check("Projects.json", project, "Subsystems", project.subsystems);
    }
    for (const auto& lead : snapshot.leads) {
        references.check("Leads.json", lead, "CompanyId", lead.company);
        references.check("Leads.json", lead, "ResponsibleUserId", lead.responsible_user);
        references.check("Leads.json", lead, "ContactPersons", lead.contact_persons);
        references.check("Leads.json", lead, "Subsystems", lead.subsystems);
    }
    return references.result();
}

Result<Snapshot> read_files(const Files& files) {
    Snapshot snapshot;
    const std::array read = {take(files, "Subsystem.json", read_subsystem, snapshot.subsystems),
                             take(files, "Users.json", read_user, snapshot.users),
                             take(files, "Companies.json", read_company, snapshot.companies),
                             take(files, "ContactPersons.json", read_contact, snapshot.contacts),
                             take(files, "Projects.json", read_project, snapshot.projects),
                             take(files, "Leads.json", read_lead, snapshot.leads)};
    for (const auto& each : read) {
        if (!each) return fail(each.error());
    }
    const auto checked = check_references(snapshot);
    if (!checked) return fail(checked.error());
    return snapshot;
}

Files write_files(const Snapshot& snapshot) {
    return {{"Subsystem.json", file_of(snapshot.subsystems)},
            {"Users.json", file_of(snapshot.users)},
            {"Companies.json", file_of(snapshot.companies)},
            {"ContactPersons.json", file_of(snapshot.contacts)},
            {"Projects.json", file_of(snapshot.projects)},
            {"Leads.json", file_of(snapshot.leads)}};
}

Counts counts_of(const Snapshot& snapshot) {
    return {snapshot.subsystems.size(), snapshot.users.size(),    snapshot.companies.size(),
            snapshot.contacts.size(),   snapshot.projects.size(), snapshot.leads.size()};
}

}  // namespace hqsync::hq
