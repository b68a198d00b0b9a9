// Set, add and delete on one record after the other; the references are checked at the end.
#include "hq/edits.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <simdjson.h>

#include "hq/directory_files.hpp"
#include "hq/record_json.hpp"

namespace hqsync::hq {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

Fault refused(std::size_t index, std::string_view what) {
    return {Reach::run, "edit.refused", fmt::format("edit {}: {}", index, what)};
}

struct Edit {
    std::size_t index = 0;  ///< from 1
    std::string op;
    std::string entity;
    std::int64_t id = 0;  ///< 0: none given
    Members fields;
};

Result<Edit> read_edit(element entry, std::size_t index) {
    Edit edit;
    edit.index = index;
    object json;
    std::string_view text;
    if (entry.get(json) != simdjson::SUCCESS) return fail(refused(index, "expected an object"));
    for (const auto [name, value] : json) {
        constexpr std::array known = {"op", "entity", "id", "fields"};
        if (std::ranges::find(known, name) != known.end()) continue;
        return fail(refused(index, fmt::format("there is no member {}; known are {}", name,
                                               fmt::join(known, ", "))));
    }
    if (json["op"].get(text) != simdjson::SUCCESS) return fail(refused(index, "op is missing"));
    edit.op = text;
    if (json["entity"].get(text) != simdjson::SUCCESS) {
        return fail(refused(index, "entity is missing"));
    }
    edit.entity = text;
    element id;
    if (json["id"].get(id) == simdjson::SUCCESS &&
        (id.get(edit.id) != simdjson::SUCCESS || edit.id < 1 || edit.id > INT32_MAX)) {
        return fail(refused(index, "id must be a whole number from 1 to 2147483647"));
    }
    element given;
    if (json["fields"].get(given) == simdjson::SUCCESS) {
        object fields;
        if (given.get(fields) != simdjson::SUCCESS) {
            return fail(refused(index, "fields must be an object"));
        }
        for (const auto [name, value] : fields)
            edit.fields[std::string(name)] = simdjson::minify(value);
    }
    if (edit.op != "add" && edit.id == 0) return fail(refused(index, "id is missing"));
    return edit;
}

template <class Record>
using Reader = Result<Record> (*)(object, const Where&);

/// What a record of this kind may be given.
template <class Record>
const std::vector<std::string_view>& names_of();
template <>
const std::vector<std::string_view>& names_of<Subsystem>() {
    static const std::vector<std::string_view> names = {"Name", "IsMaster"};
    return names;
}
template <>
const std::vector<std::string_view>& names_of<User>() {
    static const std::vector<std::string_view> names = {"FirstName", "LastName", "UserName",
                                                        "EMailWork", "LeavingDate"};
    return names;
}
template <>
const std::vector<std::string_view>& names_of<Company>() {
    static const std::vector<std::string_view> names = {"Name", "CompanyTypes", "ResponsibleUsers",
                                                        "Subsystems", "DefaultAddress"};
    return names;
}
template <>
const std::vector<std::string_view>& names_of<ContactPerson>() {
    static const std::vector<std::string_view> names = {
        "FirstName", "LastName",       "Salutation", "SalutationForm", "Title",
        "Language",  "Position",       "CompanyId",  "PhoneLandline",  "PhoneMobile",
        "Birthdate", "DefaultAddress", "Addresses"};
    return names;
}
template <>
const std::vector<std::string_view>& names_of<Project>() {
    static const std::vector<std::string_view> names = {"Name",    "Number",         "CompanyId",
                                                        "Members", "ContactPersons", "Subsystems"};
    return names;
}
template <>
const std::vector<std::string_view>& names_of<Lead>() {
    static const std::vector<std::string_view> names = {
        "Name", "Number", "CompanyId", "ResponsibleUserId", "ContactPersons", "Subsystems"};
    return names;
}

/// Whether a field only tells which records belong together. Such a change leaves UpdatedOn as it
/// is: helloHQ does not say whether it touches the parent, so nobody may rely on it.
bool is_relation(std::string_view name) {
    constexpr std::array relations = {"Members", "ContactPersons", "ResponsibleUsers",
                                      "CompanyTypes", "Subsystems"};
    return std::ranges::find(relations, name) != relations.end();
}

template <class Record>
auto place_of(std::vector<Record>& records, std::int64_t id) {
    return std::ranges::lower_bound(records, id, {},
                                    [](const Record& record) { return record.id.value(); });
}

/// The record with the edit's fields laid over it.
template <class Record>
Result<Record> merged(const Members& current, const Edit& edit, Reader<Record> read,
                      const std::string& now) {
    auto members = current;
    for (const auto& [name, value] : edit.fields) {
        const auto& names = names_of<Record>();
        if (std::ranges::find(names, name) == names.end()) {
            return fail(refused(
                edit.index, fmt::format("{} {}: there is no field {}; known are {}", edit.entity,
                                        edit.id, name, fmt::join(names, ", "))));
        }
        members[name] = value;
    }
    const bool touches =
        edit.op == "add" ||
        !std::ranges::all_of(edit.fields, [](const auto& each) { return is_relation(each.first); });
    if (touches) members["UpdatedOn"] = json_text(now);
    simdjson::dom::parser parser;
    object json;
    static_cast<void>(parser.parse(json_object(members)).get(json));
    auto record = read(json, {fmt::format("{} {}", edit.entity, edit.id), 0});
    if (!record) return fail(refused(edit.index, record.error().detail));
    return record;
}

template <class Record>
Result<std::int64_t> put(std::vector<Record>& records, Edit edit, Reader<Record> read,
                         const std::string& now) {
    const bool is_new = edit.op == "add";
    if (is_new && edit.id == 0) edit.id = records.empty() ? 1 : records.back().id.value() + 1;
    const auto place = place_of(records, edit.id);
    const bool is_there = place != records.end() && place->id.value() == edit.id;
    if (is_there == is_new) {
        return fail(refused(edit.index, fmt::format("{} {} {}", edit.entity, edit.id,
                                                    is_new ? "is there already" : "is not in HQ")));
    }
    const Members current =
        is_there ? members_of(*place) : Members{{"Id", std::to_string(edit.id)}};
    auto record = merged<Record>(current, edit, read, now);
    if (!record) return fail(record.error());
    if (is_there) {
        *place = *std::move(record);
    } else {
        records.insert(place, *std::move(record));
    }
    return edit.id;
}

template <class Record>
bool erase_record(std::vector<Record>& records, std::int64_t id) {
    const auto place = place_of(records, id);
    if (place == records.end() || place->id.value() != id) return false;
    records.erase(place);
    return true;
}

void forget(Snapshot& snapshot, ContactId contact) {
    for (auto& project : snapshot.projects)
        std::erase(project.contact_persons, contact);
    for (auto& lead : snapshot.leads)
        std::erase(lead.contact_persons, contact);
}

void forget(Snapshot& snapshot, UserId user) {
    for (auto& company : snapshot.companies)
        std::erase(company.responsible_users, user);
    for (auto& project : snapshot.projects)
        std::erase(project.members, user);
    for (auto& lead : snapshot.leads) {
        if (lead.responsible_user == user) lead.responsible_user.reset();
    }
}

void forget(Snapshot& snapshot, SubsystemId subsystem) {
    for (auto& company : snapshot.companies)
        std::erase(company.subsystems, subsystem);
    for (auto& project : snapshot.projects)
        std::erase(project.subsystems, subsystem);
    for (auto& lead : snapshot.leads)
        std::erase(lead.subsystems, subsystem);
}

template <class Record>
std::ptrdiff_t count_of(const std::vector<Record>& records, CompanyId company) {
    return std::ranges::count(records, std::optional(company), &Record::company);
}

Result<bool> erase(Snapshot& snapshot, const Edit& edit) {
    if (edit.entity == "contact") {
        forget(snapshot, ContactId(edit.id));
        return erase_record(snapshot.contacts, edit.id);
    }
    if (edit.entity == "user") {
        forget(snapshot, UserId(edit.id));
        return erase_record(snapshot.users, edit.id);
    }
    if (edit.entity == "subsystem") {
        forget(snapshot, SubsystemId(edit.id));
        return erase_record(snapshot.subsystems, edit.id);
    }
    if (edit.entity == "project") return erase_record(snapshot.projects, edit.id);
    if (edit.entity == "lead") return erase_record(snapshot.leads, edit.id);
    const CompanyId company(edit.id);
    const auto contacts = count_of(snapshot.contacts, company);
    const auto projects = count_of(snapshot.projects, company);
    const auto leads = count_of(snapshot.leads, company);
    if (contacts + projects + leads > 0) {
        return fail(refused(edit.index, fmt::format("company {} still has {} contacts, {} projects "
                                                    "and {} leads",
                                                    edit.id, contacts, projects, leads)));
    }
    return erase_record(snapshot.companies, edit.id);
}

Result<std::int64_t> apply_one(Snapshot& snapshot, const Edit& edit, const std::string& now) {
    if (edit.op == "delete") {
        const auto erased = erase(snapshot, edit);
        if (!erased) return fail(erased.error());
        if (*erased) return edit.id;
        return fail(refused(edit.index, fmt::format("{} {} is not in HQ", edit.entity, edit.id)));
    }
    if (edit.entity == "contact") return put(snapshot.contacts, edit, read_contact, now);
    if (edit.entity == "company") return put(snapshot.companies, edit, read_company, now);
    if (edit.entity == "project") return put(snapshot.projects, edit, read_project, now);
    if (edit.entity == "lead") return put(snapshot.leads, edit, read_lead, now);
    if (edit.entity == "user") return put(snapshot.users, edit, read_user, now);
    return put(snapshot.subsystems, edit, read_subsystem, now);
}

bool is_known(const Edit& edit) {
    constexpr std::array entities = {"contact", "company", "project", "lead", "user", "subsystem"};
    return std::ranges::find(entities, edit.entity) != entities.end();
}

}  // namespace

Result<std::vector<std::int64_t>> apply(Snapshot& snapshot, const std::string& batch,
                                        const std::string& now) {
    simdjson::dom::parser parser;
    array edits;
    if (parser.parse(batch).get(edits) != simdjson::SUCCESS) {
        return fail({Reach::run, "edit.json", "the batch is no JSON list of edits"});
    }
    std::vector<std::int64_t> ids;
    for (const element entry : edits) {
        const auto edit = read_edit(entry, ids.size() + 1);
        if (!edit) return fail(edit.error());
        const bool is_op = edit->op == "set" || edit->op == "add" || edit->op == "delete";
        if (!is_op) {
            return fail(refused(edit->index, "op must be \"set\", \"add\" or \"delete\""));
        }
        if (!is_known(*edit)) {
            return fail(refused(edit->index,
                                "entity must be contact, company, project, lead, "
                                "user or subsystem"));
        }
        const auto id = apply_one(snapshot, *edit, now);
        if (!id) return fail(id.error());
        ids.push_back(*id);
    }
    const auto checked = check_references(snapshot);
    if (!checked) {
        return fail({Reach::run, "edit.dangling_id", checked.error().detail});
    }
    return ids;
}

}  // namespace hqsync::hq
