// Written beside the file, made durable, and put in its place.
#include "app/exchange_setup_notes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <simdjson.h>

#include "app/json.hpp"

namespace hqsync::app {
namespace {

namespace dom = simdjson::dom;
namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> states = {"begun", "made", "changed", "found"};
constexpr std::int64_t version = 1;

Fault notes_fault(const fs::path& file, std::string_view what) {
    return {.reach = Reach::configuration,
            .code = "setup.notes",
            .detail = fmt::format("{}: {}", file.string(), what)};
}

std::optional<SetupNote> note_in(dom::element element) {
    SetupNote note;
    std::string_view where;
    std::string_view step;
    std::string_view object;
    std::string_view state;
    dom::object former;
    const bool is_whole = element["where"].get(where) == simdjson::SUCCESS &&
                          element["step"].get(step) == simdjson::SUCCESS &&
                          element["object"].get(object) == simdjson::SUCCESS &&
                          element["state"].get(state) == simdjson::SUCCESS &&
                          element["former"].get(former) == simdjson::SUCCESS;
    const auto at = std::ranges::find(states, state);
    if (!is_whole || at == states.end()) return std::nullopt;
    note.where = where;
    note.step = step;
    note.object = object;
    note.state = static_cast<SetupNote::State>(at - states.begin());
    for (const auto [name, value] : former) {
        std::string_view text;
        if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
        note.former.emplace(name, text);
    }
    return note;
}

std::string json_of(const std::vector<SetupNote>& notes) {
    Json json;
    json.begin_object();
    json.field("version", version);
    json.key("notes");
    json.begin_array();
    for (const auto& note : notes) {
        json.begin_object();
        json.field("where", note.where);
        json.field("step", note.step);
        json.field("object", note.object);
        json.field("state", states[static_cast<std::size_t>(note.state)]);
        json.key("former");
        json.begin_object();
        for (const auto& [name, text] : note.former)
            json.field(name, text);
        json.end_object();
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.text() + "\n";
}

/// 0 or errno.
int write_durably(const fs::path& file, std::string_view text) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) return errno;
    int error = 0;
    while (!text.empty() && error == 0) {
        const auto written = ::write(descriptor, text.data(), text.size());
        if (written < 0) {
            error = errno == EINTR ? 0 : errno;
        } else {
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    if (error == 0 && ::fsync(descriptor) != 0) error = errno;
    ::close(descriptor);
    return error;
}

}  // namespace

Result<SetupNotes> SetupNotes::read(fs::path file, std::string where) {
    SetupNotes result(std::move(file), std::move(where));
    std::error_code missing;
    if (!fs::exists(result.file_, missing)) return result;
    dom::parser parser;
    dom::element root;
    dom::array notes;
    std::int64_t found_version = 0;
    if (parser.load(result.file_.string()).get(root) != simdjson::SUCCESS ||
        root["version"].get(found_version) != simdjson::SUCCESS || found_version != version ||
        root["notes"].get(notes) != simdjson::SUCCESS)
        return fail(notes_fault(result.file_, "no notes of a set-up"));
    for (const auto element : notes) {
        auto note = note_in(element);
        if (!note) return fail(notes_fault(result.file_, "a note is broken"));
        result.notes_.push_back(*std::move(note));
    }
    return result;
}

bool SetupNotes::is_of(const SetupNote& note, const SetupStep& step) const {
    return note.where == where_ && note.step == step.key && note.object == step.object;
}

std::optional<SetupNote> SetupNotes::of(const SetupStep& step) const {
    const auto found =
        std::ranges::find_if(notes_, [&](const SetupNote& note) { return is_of(note, step); });
    return found == notes_.end() ? std::nullopt : std::optional(*found);
}

Result<void> SetupNotes::keep(const SetupStep& step, SetupNote::State state, Former former) {
    std::erase_if(notes_, [&](const SetupNote& note) { return is_of(note, step); });
    notes_.push_back({where_, step.key, step.object, state, std::move(former)});
    return write();
}

Result<void> SetupNotes::drop(const SetupStep& step) {
    const auto dropped =
        std::erase_if(notes_, [&](const SetupNote& note) { return is_of(note, step); });
    return dropped == 0 ? Result<void>{} : write();
}

Result<void> SetupNotes::write() const {
    std::error_code ignored;
    if (notes_.empty()) {
        fs::remove(file_, ignored);
        return {};
    }
    auto beside = file_;
    beside += ".new";
    const int error = write_durably(beside, json_of(notes_));
    if (error != 0) return fail(notes_fault(file_, std::strerror(error)));
    std::error_code failure;
    fs::rename(beside, file_, failure);
    if (failure) return fail(notes_fault(file_, failure.message()));
    return {};
}

}  // namespace hqsync::app
