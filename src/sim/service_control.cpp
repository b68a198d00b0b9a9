// /sim/: counters, contents of mailboxes, faults.
#include <fmt/format.h>

#include "sim/service.hpp"

namespace hqsync::sim {

namespace {

Reply done_reply(std::string text) {
    return Reply{200, std::move(text), {{"Content-Type", "application/json"}}};
}

std::string word(Json object, std::string_view name) {
    const auto value = object[name];
    if (value.is_string()) return std::string(value.get_string().value_unsafe());
    if (value.is_int64()) return std::to_string(value.get_int64().value_unsafe());
    return {};
}

std::int64_t whole(Json object, std::string_view name, std::int64_t otherwise) {
    const auto value = object[name];
    return value.is_int64() ? value.get_int64().value_unsafe() : otherwise;
}

}  // namespace

Reply Service::control(const Request& request) {
    const auto& path = request.path;
    if (path.size() == 2 && path[1] == "counters") return counters_text();
    if (path.size() == 3 && path[1] == "counters" && path[2] == "reset") {
        counters_.clear();
        return done_reply("{}");
    }
    if (path.size() == 2 && path[1] == "faults") {
        if (request.method == "POST") return add_fault(request);
        if (request.method == "GET") return faults_text();
        if (request.method == "DELETE") faults_.clear();
        return done_reply("{}");
    }
    if (path.size() == 3 && path[1] == "mailboxes") {
        Mailbox* const mailbox = face_.mailbox(path[2]);
        if (mailbox != nullptr) return done_reply(dump(*mailbox));
    }
    return error(404, "NotFound", "No such control.");
}

Reply Service::add_fault(const Request& request) {
    simdjson::dom::parser parser;
    Json body;
    if (parser.parse(request.body).get(body) != simdjson::SUCCESS || !body.is_object()) {
        return error(400, "BadRequest", "A fault is a JSON object.");
    }
    Misbehaviour fault{.kind = word(body, "kind"),
                       .mailbox = lower(word(body, "mailbox")),
                       .method = word(body, "method"),
                       .path = word(body, "path"),
                       .scope = word(body, "scope"),
                       .milliseconds = whole(body, "milliseconds", 0),
                       .status = whole(body, "status", 503),
                       .retry_after = word(body, "retry_after"),
                       .count = whole(body, "count", -1)};
    if (fault.kind == "expire_tokens") {
        tokens_.clear();
        return done_reply("{}");
    }
    if (fault.kind == "expire_deltas") {
        for (Mailbox* const mailbox : face_.mailboxes()) {
            if (fault.mailbox.empty() || fault.mailbox == mailbox->address())
                ++mailbox->delta_generation;
        }
        return done_reply("{}");
    }
    constexpr std::string_view kinds =
        " latency status 504_after_work drop drop_after_work no_licence access_denied ";
    if (fault.kind.empty() || kinds.find(" " + fault.kind + " ") == std::string_view::npos) {
        return error(400, "BadRequest", "Unknown kind of fault.");
    }
    faults_.push_back(std::move(fault));
    return done_reply("{}");
}

Reply Service::faults_text() const {
    std::string all;
    for (const auto& fault : faults_) {
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
    return done_reply(fmt::format(R"({{"mailboxes":{{{}}},"totals":{},"tokens_issued":{}}})", boxes,
                                  text(sum), tokens_issued_));
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
