// What the clock does to shells and to Receives that wait, and what tests see of them.
#include <fmt/format.h>

#include <algorithm>

#include "sim/graph_contact.hpp"
#include "sim/ps_face.hpp"

namespace hqsync::sim {

PsFace::Shell* PsFace::shell(std::string_view id) {
    const auto at = shells_.find(id);
    return at == shells_.end() ? nullptr : &at->second;
}

void PsFace::end(std::string_view id) {
    const auto at = shells_.find(id);
    if (at == shells_.end()) return;
    shells_.erase(at);
    for (auto wait = waits_.begin(); wait != waits_.end();) {
        if (wait->request.shell != id) {
            ++wait;
            continue;
        }
        const auto gone = std::move(*wait);
        wait = waits_.erase(wait);
        gone.done(wsman_fault(gone.request.message_id, aborted()));
    }
}

void PsFace::answer_waits() {
    for (auto wait = waits_.begin(); wait != waits_.end();) {
        Shell* const one = shell(wait->request.shell);
        auto reply = one == nullptr
                         ? std::optional(wsman_fault(wait->request.message_id, aborted()))
                         : output(wait->request, *one, wait->command);
        if (!reply && wait->until <= world_.milliseconds())
            reply = wsman_fault(wait->request.message_id, timed_out());
        if (!reply) {
            ++wait;
            continue;
        }
        if (one != nullptr) one->used = now_();
        const auto ready = std::move(*wait);
        wait = waits_.erase(wait);
        ready.done(*std::move(reply));
    }
}

void PsFace::tick() {
    std::vector<std::string> idle;
    for (auto& [id, one] : shells_) {
        if (one.session) one.session->tick();
        const bool is_in_use = std::ranges::any_of(
            waits_, [&id](const Wait& wait) { return wait.request.shell == id; });
        if (!is_in_use && one.used + one.idle_seconds <= now_()) idle.push_back(id);
    }
    for (const auto& id : idle) {
        end(id);
        ++counters_.expired;
    }
    answer_waits();
}

bool PsFace::is_waiting() const {
    return !waits_.empty() || std::ranges::any_of(shells_, [](const auto& one) {
        return one.second.session && one.second.session->is_waiting();
    });
}

void PsFace::closed(std::uint64_t connection) {
    waits_.remove_if([connection](const Wait& wait) { return wait.connection == connection; });
}

std::size_t PsFace::expire(std::string_view id) {
    std::vector<std::string> gone;
    for (const auto& [own, one] : shells_) {
        if (id.empty() || lower(own) == lower(id)) gone.push_back(own);
    }
    for (const auto& each : gone)
        end(each);
    counters_.expired += gone.size();
    return gone.size();
}

std::string PsFace::report() const {
    rapidjson::StringBuffer text;
    Writer writer(text);
    const auto word = [&writer](const char* name, std::string_view value) {
        writer.Key(name);
        write_text(writer, value);
    };
    const auto number = [&writer](const char* name, std::uint64_t value) {
        writer.Key(name);
        writer.Uint64(value);
    };
    writer.StartObject();
    writer.Key("shells");
    writer.StartArray();
    for (const auto& [id, one] : shells_) {
        writer.StartObject();
        word("id", id);
        word("user", one.user);
        word("resource", one.resource);
        number("age_seconds", static_cast<std::uint64_t>(now_() - one.created));
        number("idle_seconds", static_cast<std::uint64_t>(now_() - one.used));
        number("expires_after_seconds", static_cast<std::uint64_t>(one.idle_seconds));
        writer.Key("commands");
        writer.StartArray();
        if (one.session) {
            for (const auto& command : one.session->commands()) {
                writer.StartObject();
                word("id", command->id);
                word("line", command->line);
                writer.Key("finished");
                writer.Bool(command->progress == PsProgress::finished);
                writer.EndObject();
            }
        }
        writer.EndArray();
        writer.EndObject();
    }
    writer.EndArray();
    writer.Key("counters");
    writer.StartObject();
    number("requests", counters_.requests);
    number("opened", counters_.opened);
    number("closed", counters_.closed);
    number("expired", counters_.expired);
    number("refused", counters_.refused);
    number("pipelines", counters_.pipelines);
    number("waiting", waits_.size());
    writer.EndObject();
    writer.EndObject();
    return {text.GetString(), text.GetSize()};
}

}  // namespace hqsync::sim
