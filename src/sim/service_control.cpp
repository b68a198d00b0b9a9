// /sim/: counters, contents of mailboxes, faults.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>

#include "sim/service.hpp"

namespace hqsync::sim {

namespace {

Reply done_reply(std::string text) {
    return Reply{200, std::move(text), {{"Content-Type", "application/json"}}};
}

}  // namespace

Reply Service::control(const Request& request) {
    const auto& path = request.path;
    const bool is_post = request.method == "POST";
    if (path.size() == 2 && path[1] == "counters") return counters_text();
    if (path.size() == 3 && path[1] == "counters" && path[2] == "reset" && is_post) {
        counters_.clear();
        ews_login_->reset_counters();
        powershell_->face.reset_counters();
        return done_reply("{}");
    }
    if (path.size() == 2 && path[1] == "faults") return control_faults(request);
    if (path.size() == 2 && path[1] == "people" && request.method != "GET")
        return control_people(request);
    if (path.size() == 2 && path[1] == "limits" && is_post) return control_limits(request);
    if (path.size() == 2 && path[1] == "autodiscover") return control_autodiscover(request);
    if (path.size() >= 2 && path[1] == "powershell") return control_powershell(request);
    if (path.size() == 2 && path[1] == "recipients" && is_post) return control_recipients(request);
    if (path.size() == 2 && path[1] == "clock" && is_post) return control_clock(request);
    if (path.size() == 2 && path[1] == "unlock" && is_post) {
        ews_login_->unlock();
        return done_reply("{}");
    }
    if (path.size() == 2 && path[1] == "save" && is_post) {
        if (options_.state_file.empty())
            return error(409, "NoStateFile", "The simulator was started without a state file.");
        const auto saved = save();
        return saved ? done_reply("{}") : error(500, saved.error().code, saved.error().detail);
    }
    if (path.size() == 3 && path[1] == "mailboxes") {
        Mailbox* const mailbox = domain_.mailbox(path[2]);
        if (mailbox != nullptr) return done_reply(dump(*mailbox));
    }
    return error(404, "NotFound", "No such control.");
}

Reply Service::control_faults(const Request& request) {
    if (request.method == "GET") return faults_text();
    if (request.method == "DELETE") {
        faults_.clear();
        return done_reply("{}");
    }
    simdjson::dom::parser parser;
    Json body;
    if (parser.parse(request.body).get(body) != simdjson::SUCCESS || !body.is_object())
        return error(400, "BadRequest", "A fault is a JSON object.");
    return add_fault(body);
}

Reply Service::control_limits(const Request& request) {
    simdjson::dom::parser parser;
    Json body;
    if (parser.parse(request.body).get(body) != simdjson::SUCCESS || !body.is_object())
        return error(400, "BadRequest", "Limits are a JSON object.");
    for (const auto member : body.get_object().value_unsafe()) {
        const bool is_number = member.value.is_int64();
        const auto number = is_number ? member.value.get_int64().value_unsafe() : 0;
        if (number < 1) return error(400, "BadRequest", "A limit is a number, at least 1.");
        if (member.key == "token_seconds") {
            login_->set_lifetime(number);
        } else if (auto* const known = limit(member.key)) {
            *known = number;
        } else {
            return error(400, "BadRequest", "Unknown limit.");
        }
    }
    return done_reply("{}");
}

std::int64_t* Service::limit(std::string_view name) {
    StreamLimits& streams = ews_.subscriptions().limits;
    const std::array<std::pair<std::string_view, std::int64_t*>, 17> all{{
        {"at_once", &limits_.at_once},
        {"requests", &limits_.requests},
        {"seconds", &limits_.seconds},
        {"ews_at_once", &limits_.ews_at_once},
        {"ews_sync_at_once", &limits_.ews_sync_at_once},
        {"ews_back_off", &limits_.ews_back_off},
        {"bad_logins", &ews_login_->lockout.wrong_max},
        {"lock_seconds", &ews_login_->lockout.seconds},
        {"subscriptions", &streams.subscriptions},
        {"hanging_connections", &streams.hanging_connections},
        {"heartbeat_seconds", &streams.heartbeat_seconds},
        {"stream_minute_seconds", &streams.minute_seconds},
        {"subscription_seconds", &streams.subscription_seconds},
        {"shells", &powershell_->face.limits.shells},
        {"shell_idle_seconds", &powershell_->face.limits.shell_idle_seconds},
        {"shell_commands", &powershell_->face.limits.shell_commands},
        {"operation_seconds", &powershell_->face.limits.operation_seconds},
    }};
    const auto* const at =
        std::ranges::find(all, name, &std::pair<std::string_view, std::int64_t*>::first);
    return at == all.end() ? nullptr : at->second;
}

Reply Service::add_fault(Json body) {
    auto fault = Faults::read(body);
    if (!fault) return fault.error();
    if (fault->kind == "expire_tokens") {
        login_->expire_all();
    } else if (fault->kind == "expire_deltas") {
        for (Mailbox* const mailbox : domain_.mailboxes()) {
            if (fault->mailbox.empty() || fault->mailbox == mailbox->address())
                mailbox->expire_deltas();
        }
    } else if (fault->kind == "drop_streams") {
        ews_.subscriptions().drop_streams(fault->mailbox);
    } else if (fault->kind == "lose_subscriptions") {
        ews_.subscriptions().lose(fault->mailbox);
    } else {
        faults_.add(*std::move(fault));
    }
    return done_reply("{}");
}

Reply Service::faults_text() const {
    std::string all;
    for (const auto& fault : faults_.all()) {
        all += fmt::format(R"({}{{"kind":"{}","fired":{}}})", all.empty() ? "" : ",", fault.kind,
                           fault.fired);
    }
    return done_reply(fmt::format(R"({{"faults":[{}]}})", all));
}

Reply Service::counters_text() {
    std::string boxes;
    Counters sum;
    const auto text = [](const Counters& one) {
        return fmt::format(
            R"({{"requests":{},"writes":{},"batches":{},"write_batches":{},"delta_requests":{},"max_in_flight":{},"throttled":{}}})",
            one.requests, one.writes, one.batches, one.write_batches, one.delta_requests,
            one.max_in_flight, one.throttled);
    };
    for (const auto& [name, one] : counters_) {
        sum.requests += one.requests;
        sum.writes += one.writes;
        sum.batches += one.batches;
        sum.write_batches += one.write_batches;
        sum.delta_requests += one.delta_requests;
        sum.max_in_flight = std::max(sum.max_in_flight, one.max_in_flight);
        sum.throttled += one.throttled;
        if (!name.empty())
            boxes += fmt::format(R"({}"{}":{})", boxes.empty() ? "" : ",", name, text(one));
    }
    return done_reply(fmt::format(
        R"({{"mailboxes":{{{}}},"totals":{},"tokens_issued":{},"bad_logins":{},"subscriptions":{}}})",
        boxes, text(sum), login_->issued(), ews_login_->bad_logins(), ews_.subscriptions().size()));
}

std::string Service::dump(Mailbox& mailbox) {
    rapidjson::StringBuffer text;
    Writer writer(text);
    writer.StartObject();
    writer.Key("address");
    write_text(writer, mailbox.address());
    writer.Key("folders");
    writer.StartArray();
    for (const auto& [key, folder] : mailbox.folders()) {
        writer.StartObject();
        writer.Key("id");
        write_text(writer, mailbox.id_of(folder));
        writer.Key("displayName");
        write_text(writer, folder.name);
        writer.Key("live");
        writer.Bool(mailbox.is_live(key));
        writer.Key("extended");
        writer.StartObject();
        for (const auto& [id, value] : folder.marks) {
            writer.Key(id.c_str());
            write_text(writer, value);
        }
        writer.EndObject();
        writer.Key("contacts");
        writer.StartArray();
        for (const Key contact : folder.contacts) {
            View view{.ids = IdForm::immutable};
            for (const auto& [id, value] : mailbox.contact(contact).marks)
                view.marks.push_back(id);
            write_contact(writer, mailbox, mailbox.contact(contact), view);
        }
        writer.EndArray();
        writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
    return {text.GetString(), text.GetSize()};
}

}  // namespace hqsync::sim
