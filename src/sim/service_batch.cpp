// $batch: at most twenty items, four at a time, each answered for itself.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include <algorithm>

#include "sim/base64.hpp"
#include "sim/service.hpp"

namespace hqsync::sim {

namespace {

std::string text_of(Json object, std::string_view name) {
    const auto value = object[name];
    return value.is_string() ? std::string(value.get_string().value_unsafe()) : std::string();
}

Request read_item(Json item) {
    Request made;
    made.method = text_of(item, "method");
    made.target = text_of(item, "url");
    if (item["headers"].is_object()) {
        for (const auto header : item["headers"].get_object().value_unsafe()) {
            if (!header.value.is_string()) continue;
            made.headers[lower(header.key)] = std::string(header.value.get_string().value_unsafe());
        }
    }
    if (const auto body = item["body"]; !body.error()) {
        made.body = body.is_string()
                        ? from_base64(body.get_string().value_unsafe()).value_or(std::string())
                        : std::string(simdjson::minify(body.value_unsafe()));
    }
    parse_target(made);
    return made;
}

}  // namespace

struct Service::Batch {
    struct Item {
        std::string id;
        Request request;
        std::vector<std::string> after;
        int status = -1;  ///< -1 waiting, -2 running
    };
    std::vector<Item> items;
    std::vector<std::string> answers;  ///< in the order in which they were done
    std::size_t open = 0;
    std::size_t running = 0;
    Done done;

    void finish(std::size_t index, const Reply& reply) {
        Item& item = items[index];
        item.status = reply.status == 0 ? 504 : reply.status;
        rapidjson::StringBuffer text;
        Writer writer(text);
        writer.StartObject();
        writer.Key("id");
        write_text(writer, item.id);
        writer.Key("status");
        writer.Int(item.status);
        writer.Key("headers");
        writer.StartObject();
        for (const auto& [name, value] : reply.headers) {
            writer.Key(name.c_str());
            write_text(writer, value);
        }
        writer.EndObject();
        if (!reply.body.empty()) {
            writer.Key("body");
            if (reply.body[0] == '{') {
                writer.RawValue(reply.body.data(), reply.body.size(), rapidjson::kObjectType);
            } else {
                write_text(writer, to_base64(reply.body));
            }
        }
        writer.EndObject();
        answers.emplace_back(text.GetString());
        --open;
    }

    /// Statuses of the items waited for: 0 while one is open, else the worst.
    [[nodiscard]] int before(const Item& item) const {
        int worst = 200;
        for (const auto& other : items) {
            if (std::find(item.after.begin(), item.after.end(), other.id) == item.after.end())
                continue;
            if (other.status < 0) return 0;
            worst = std::max(worst, other.status);
        }
        return worst;
    }
};

std::expected<std::shared_ptr<Service::Batch>, Reply> Service::read_batch(const Request& request) {
    simdjson::dom::parser parser;
    Json root;
    const auto refused = [](const char* why) {
        return std::unexpected(error(400, "BadRequest", why));
    };
    if (parser.parse(request.body).get(root) != simdjson::SUCCESS || !root["requests"].is_array())
        return refused("Invalid batch payload format.");
    auto made = std::make_shared<Batch>();
    std::set<std::string> ids;
    for (const Json item : root["requests"].get_array().value_unsafe()) {
        if (!item.is_object()) return refused("Invalid batch payload format.");
        Batch::Item next{.id = text_of(item, "id"), .request = read_item(item)};
        const bool good = !next.id.empty() && !next.request.method.empty() &&
                          !next.request.path.empty() && next.request.target.starts_with('/') &&
                          ids.insert(lower(next.id)).second;
        if (!good) return refused("A batch item lacks a unique id, a method or a url.");
        const bool has_body = !next.request.body.empty();
        if (has_body && next.request.header("content-type").empty())
            return refused("A batch item with a body lacks its Content-Type header.");
        if (item["dependsOn"].is_array()) {
            for (const Json id : item["dependsOn"].get_array().value_unsafe()) {
                if (id.is_string()) next.after.emplace_back(id.get_string().value_unsafe());
            }
        }
        made->items.push_back(std::move(next));
    }
    if (made->items.empty() || made->items.size() > 20)
        return refused("Number of batch requests must be between 1 and 20.");
    for (const auto& item : made->items) {
        for (const auto& id : item.after) {
            if (!ids.contains(lower(id))) return refused("dependsOn names no item of the batch.");
        }
    }
    made->open = made->items.size();
    return made;
}

void Service::batch(Request request, const Done& done) {
    auto made = read_batch(request);
    if (!made) return done(made.error());
    std::map<std::string, bool> touched;  // by mailbox: whether something is written
    for (const auto& item : (*made)->items)
        touched[address_of(item.request)] |= item.request.is_write();
    for (const auto& [mailbox, writes] : touched) {
        ++counters_[mailbox].batches;
        if (writes) ++counters_[mailbox].write_batches;
    }
    const auto first = address_of((*made)->items.front().request);
    around(std::move(request), "request", first, done,
           [this, batch = *made](const Request&, const Done& answered) {
               batch->done = answered;
               pump(batch);
           });
}

void Service::pump(const std::shared_ptr<Batch>& batch) {
    for (std::size_t i = 0; i < batch->items.size(); ++i) {
        auto& item = batch->items[i];
        if (item.status != -1 || batch->running >= 4) continue;
        const int before = batch->before(item);
        if (before == 0) continue;
        if (before >= 400) {
            batch->finish(
                i, error(424, "FailedDependency", "A request that this one depends on failed."));
            continue;
        }
        item.status = -2;
        ++batch->running;
        run(item.request, "batch_item", [this, batch, i](const Reply& reply) {
            --batch->running;
            batch->finish(i, reply);
            if (batch->done) pump(batch);
        });
    }
    if (batch->open > 0 && batch->running == 0 && batch->done) {
        const Done done = std::exchange(batch->done, nullptr);
        return done(error(400, "BadRequest", "Items of the batch wait for each other."));
    }
    if (batch->open == 0 && batch->done) {
        const Done done = std::exchange(batch->done, nullptr);
        // The order of the answers says nothing, and no client may rely on it.
        std::ranges::shuffle(batch->answers, shuffle_);
        done(Reply{200,
                   fmt::format(R"({{"responses":[{}]}})", fmt::join(batch->answers, ",")),
                   {{"Content-Type", "application/json"}}});
    }
}

}  // namespace hqsync::sim
