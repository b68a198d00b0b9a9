// PUT, POST and DELETE: contact persons, and who is in a project's team.
#include <asio/co_spawn.hpp>

#include <algorithm>
#include <array>
#include <exception>

#include <fmt/format.h>

#include "hqapi/read.hpp"
#include "hqapi/relations.hpp"
#include "hqapi/service.hpp"

namespace hqsync::hqapi {

namespace {

Reply nothing_to_write(std::string_view path) {
    return error_reply(404, fmt::format("Nothing can be written at {}.", path.substr(0, 200)));
}

Reply no_contact(std::int64_t id) {
    return error_reply(404, fmt::format("There is no ContactPerson with Id {}.", id));
}

/// "field CompanyId: there is no company 5" -> "CompanyId: there is no company 5."
Reply refused_by_hq(const Fault& fault) {
    if (fault.code != "hq.refused") return error_reply(500, to_text(fault));
    std::string_view detail = fault.detail;
    constexpr std::string_view lead = "field ";
    if (detail.starts_with(lead)) detail.remove_prefix(lead.size());
    return error_reply(400, fmt::format("{}.", detail));
}

const Address* address_of(const ContactPerson& contact, std::int64_t id) {
    const bool is_default = contact.default_address && default_address_id(contact) == id;
    if (is_default) return &*contact.default_address;
    const auto beside =
        std::ranges::find(contact.addresses, std::optional(AddressId(id)), &Address::id);
    return beside == contact.addresses.end() ? nullptr : &*beside;
}

void set_address(ContactPerson& contact, const Address& address) {
    const bool is_default =
        contact.default_address && default_address_id(contact) == address.id->value();
    if (is_default) contact.default_address = address;
    std::ranges::replace_if(
        contact.addresses, [&](const auto& each) { return each.id == address.id; }, address);
}

Reply no_content() {
    return {204, {}, {{"OData-Version", "4.0"}}};
}

}  // namespace

void Service::spawn(Task<void> task, const Done& done) {
    asio::co_spawn(context_, std::move(task), [done](const std::exception_ptr& bug) {
        if (bug) done(error_reply(500, "The server met a bug."));
    });
}

void Service::write(const Request& request, const Target& target, const Place& place,
                    const Done& done) {
    const auto& segments = place.segments;
    if (segments.empty()) return done(nothing_to_write(target.path));
    const auto& first = segments.front();
    const bool is_post = request.method == "POST";
    const bool is_delete = request.method == "DELETE";
    if (first.name == "ContactPersons" && segments.size() == 1) {
        auto query = read_query(target.options, contact_entity(), Reads::single);
        if (!query) return done(error_reply(query.error()));
        if (!first.key && is_post)
            return spawn(create_contact(request.body, *std::move(query), done), done);
        if (first.key && is_delete) return spawn(delete_contact(ContactId(*first.key), done), done);
        if (first.key && request.method == "PUT") {
            return spawn(change_contact(ContactId(*first.key), request.body,
                                        faults_.put_manner(request), *std::move(query), done),
                         done);
        }
        return done(error_reply(405, first.key ? "Only GET, PUT and DELETE are offered here."
                                               : "Only GET and POST are offered here."));
    }
    const bool is_address = first.name == "Companies" && first.key && segments.size() == 2 &&
                            segments[1].name == "Addresses" && segments[1].key;
    if (is_address && request.method == "PUT") {
        return spawn(change_address(CompanyId(*first.key), *segments[1].key, request.body, done),
                     done);
    }
    if (first.name == "Projects" && first.key && segments.size() == 2) {
        const auto& second = segments[1];
        if (second.name == "do.AddMember" && !second.key && is_post)
            return done(add_member(ProjectId(*first.key), request.body));
        if (second.name == "Members" && second.key && is_delete)
            return done(remove_member(ProjectId(*first.key), *second.key));
    }
    done(nothing_to_write(target.path));
}

Reply Service::contact_reply(int status, const ContactPerson& contact, const Query& query) {
    const auto now = directory();
    if (!now) return error_reply(500, to_text(now.error()));
    auto shown = query;
    const auto* const address = contact_entity().navigation("DefaultAddress");
    const bool has_address =
        std::ranges::find(shown.expand, address, &Expansion::navigation) != shown.expand.end();
    if (!has_address) shown.expand.push_back({address, Query{.entity = &address->entity()}});
    return written(status, **now, &contact, shown);
}

Task<void> Service::create_contact(std::string body, Query query, Done done) {
    auto wanted = new_contact(body);
    if (!wanted) {
        done(error_reply(wanted.error()));
        co_return;
    }
    auto kept = co_await hq_.create(*wanted);
    if (!kept) {
        done(refused_by_hq(kept.error()));
        co_return;
    }
    if (kept->default_address && !kept->default_address->id) {
        // The id that is shown is kept, so that reading the directory here or there is the same.
        auto with_id = *kept;
        with_id.default_address->id = AddressId(default_address_id(*kept));
        auto replaced = co_await hq_.replace(*kept, with_id);
        if (replaced) kept = std::move(replaced);
    }
    done(contact_reply(201, *kept, query));
}

Task<void> Service::change_contact(ContactId contact, std::string body, PutManner manner,
                                   Query query, Done done) {
    constexpr int tries_max = 3;
    for (int tries = 1;; ++tries) {
        auto before = co_await hq_.read(contact);
        if (!before) {
            const bool is_gone = before.error().code == "hq.gone";
            done(is_gone ? no_contact(contact.value()) : error_reply(500, to_text(before.error())));
            co_return;
        }
        auto after = changed_contact(*before, body, manner);
        if (!after) {
            done(error_reply(after.error()));
            co_return;
        }
        if (after->default_address && !after->default_address->id)
            after->default_address->id = AddressId(default_address_id(*before));
        auto kept = co_await hq_.replace(*before, *after);
        if (kept) {
            done(contact_reply(200, *kept, query));
            co_return;
        }
        // The API has no versions: the last one wins, in the fields that he names.
        const bool again = kept.error().code == "hq.changed_meanwhile" && tries < tries_max;
        if (again) continue;
        done(kept.error().code == "hq.gone" ? no_contact(contact.value())
                                            : refused_by_hq(kept.error()));
        co_return;
    }
}

/// An address that exactly one contact person of the company has.
Task<void> Service::change_address(CompanyId company, std::int64_t address, std::string body,
                                   Done done) {
    const auto now = directory();
    if (!now) {
        done(error_reply(500, to_text(now.error())));
        co_return;
    }
    std::vector<ContactPerson> owners;
    for (const auto& contact : (*now)->snapshot->contacts) {
        const bool is_his = contact.company == company && address_of(contact, address) != nullptr;
        if (is_his) owners.push_back(contact);
    }
    const auto* const employer = find(*(*now)->snapshot, company);
    const auto own = employer == nullptr ? std::vector<Row>{}
                                         : relations::address_of_company(**now, Row(employer));
    const bool is_companys = !own.empty() && id_of(own.front()) == address;
    if (owners.size() > 1 || is_companys) {
        done(error_reply(400, "Id: others have this address too; it is read only here."));
        co_return;
    }
    if (owners.empty()) {
        done(error_reply(404, fmt::format("There is no CompanyAddress with Id {} here.", address)));
        co_return;
    }
    const auto& before = owners.front();
    auto wanted = changed_address(*address_of(before, address), body, LeftOut::kept);
    if (!wanted) {
        done(error_reply(wanted.error()));
        co_return;
    }
    wanted->id = AddressId(address);
    auto after = before;
    set_address(after, *wanted);
    const auto kept = co_await hq_.replace(before, after);
    if (!kept) {
        done(refused_by_hq(kept.error()));
        co_return;
    }
    const auto* const shown = contact_entity().navigation("DefaultAddress");
    const bool is_default = kept->default_address && default_address_id(*kept) == address;
    const auto row = AddressRow{address_of(*kept, address), address, is_default, &kept->updated_on};
    done(written(200, **now, row, Query{.entity = &shown->entity()}));
}

Task<void> Service::delete_contact(ContactId contact, Done done) {
    auto there = co_await hq_.read(contact);
    if (!there) {
        done(there.error().code == "hq.gone" ? no_contact(contact.value())
                                             : error_reply(500, to_text(there.error())));
        co_return;
    }
    const auto erased = hq_.apply_json(
        fmt::format(R"([{{"op":"delete","entity":"contact","id":{}}}])", contact.value()));
    done(erased ? no_content() : error_reply(500, to_text(erased.error())));
}

Result<void> Service::set_members(const Project& project, const std::vector<UserId>& members) {
    std::string list;
    for (const auto member : members)
        list += fmt::format(R"({}{{"UserId":{}}})", list.empty() ? "" : ",", member.value());
    const auto applied = hq_.apply_json(
        fmt::format(R"([{{"op":"set","entity":"project","id":{},"fields":{{"Members":[{}]}}}}])",
                    project.id.value(), list));
    if (!applied) return fail(applied.error());
    return {};
}

Reply Service::add_member(ProjectId project_id, const std::string& body) {
    const auto user = member_wanted(body);
    if (!user) return error_reply(user.error());
    const auto now = directory();
    if (!now) return error_reply(500, to_text(now.error()));
    const auto* const project = find(*(*now)->snapshot, project_id);
    if (project == nullptr)
        return error_reply(404, fmt::format("There is no Project with Id {}.", project_id.value()));
    if (find(*(*now)->snapshot, *user) == nullptr)
        return error_reply(400, fmt::format("UserId: there is no user {}.", user->value()));
    auto members = project->members;
    if (std::ranges::find(members, *user) != members.end())
        return error_reply(400, "UserId: this user is a member already.");
    members.push_back(*user);
    const auto set = set_members(*project, members);
    if (!set) return error_reply(500, to_text(set.error()));
    return written(201, **now, Membership{project, *user}, Query{.entity = &membership_entity()});
}

Reply Service::remove_member(ProjectId project_id, std::int64_t member) {
    const auto now = directory();
    if (!now) return error_reply(500, to_text(now.error()));
    const auto* const project = find(*(*now)->snapshot, project_id);
    if (project == nullptr)
        return error_reply(404, fmt::format("There is no Project with Id {}.", project_id.value()));
    auto members = project->members;
    const auto gone = std::erase_if(
        members, [&](UserId user) { return membership_id(project_id, user) == member; });
    if (gone == 0)
        return error_reply(404, fmt::format("There is no ProjectMember with Id {} here.", member));
    const auto set = set_members(*project, members);
    return set ? no_content() : error_reply(500, to_text(set.error()));
}

}  // namespace hqsync::hqapi
