// MS-PSRP 3.1.5.4: records come in any order, the state comes last.
#include "management/pipeline.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "management/clixml_reader.hpp"
#include "management/clixml_writer.hpp"
#include "management/psrp_records.hpp"
#include "management/psrp_requests.hpp"

namespace hqsync::management::psrp {

namespace {

using clixml::property;
using clixml::Value;

constexpr std::size_t answers_max = 100;

/// RemoteHostMethodId: those that write.
enum HostMethod : std::int32_t {
    write_first = 13,  // Write1, Write2, WriteLine1, WriteLine2, WriteLine3
    write_last = 17,
    write_error = 18,
    write_debug = 19,
    write_verbose = 21,
    write_warning = 22,
};

}  // namespace

bool Pipeline::has_ended() const {
    return state_ == PipelineState::completed || state_ == PipelineState::failed ||
           state_ == PipelineState::stopped;
}

Result<void> Pipeline::take(const Message& message) {
    auto data = clixml::read(message.data);
    if (!data) return fail(data.error());
    switch (message.type) {
        case MessageType::pipeline_state: return take_state(*data);
        case MessageType::pipeline_output:
            if (take_object_) return take_object_(*std::move(data));
            break;
        default: break;
    }
    octets_ += message.data.size();
    if (octets_ > limits_.octets || ++records_ > limits_.records) {
        return fail({Reach::item, "command.too_much",
                     fmt::format("{}: its output is too long, after {} records and {} octets; ask "
                                 "for less of it",
                                 command_, records_, octets_)});
    }
    if (message.type == MessageType::pipeline_host_call) return take_host_call(*data);
    keep(message, *std::move(data));
    return {};
}

void Pipeline::keep(const Message& message, Value data) {
    switch (message.type) {
        case MessageType::pipeline_output: output_.objects.push_back(std::move(data)); break;
        case MessageType::error_record: output_.errors.push_back(read_error_record(data)); break;
        case MessageType::warning_record: output_.warnings.push_back(read_line(data)); break;
        case MessageType::verbose_record: output_.verbose.push_back(read_line(data)); break;
        case MessageType::debug_record: output_.debug.push_back(read_line(data)); break;
        case MessageType::information_record: output_.information.push_back(read_line(data)); break;
        case MessageType::progress_record: note_progress(read_progress(data)); break;
        default: break;  // newer servers may say more than we know of
    }
}

void Pipeline::note_progress(clixml::Progress progress) {
    if (output_.progress.size() >= limits_.progress && !output_.progress.empty())
        output_.progress.erase(output_.progress.begin());
    output_.progress.push_back(std::move(progress));
}

Result<void> Pipeline::take_state(const Value& data) {
    const auto number = clixml::integer_in(property(data, "PipelineState"));
    constexpr auto last = static_cast<std::int64_t>(PipelineState::disconnected);
    if (!number || *number < 0 || *number > last) {
        return fail({Reach::run, "psrp.malformed", "a state of the pipeline that there is not"});
    }
    state_ = static_cast<PipelineState>(*number);
    const auto* const error = property(data, "ExceptionAsErrorRecord");
    if (error != nullptr && !error->is_null()) error_ = read_error_record(*error);
    return {};
}

Result<void> Pipeline::take_host_call(const Value& data) {
    const auto call = host_call(data);
    if (call.id == HostCall::void_id) {
        note_line(call.method, call.arguments);
        return {};
    }
    if (answers_.size() == answers_max) {
        return fail({Reach::run, "psrp.malformed", "too many questions at once"});
    }
    const auto text = clixml::write(host_refusal(call));
    if (!text) return fail(text.error());
    answers_.push_back(
        {Destination::server, MessageType::pipeline_host_response, pool_, id_, *text});
    return {};
}

void Pipeline::note_line(std::int32_t method, const std::vector<Value>& arguments) {
    auto text = arguments.empty() ? std::string() : clixml::to_text(arguments.back());
    if (method == write_error) {
        output_.errors.push_back({std::move(text), "", "FromStdErr", "", ""});
        return;
    }
    if (auto* const lines = lines_for(method)) lines->push_back(std::move(text));
}

/// Null: the call writes nothing that is kept.
std::vector<std::string>* Pipeline::lines_for(std::int32_t method) {
    if (method >= write_first && method <= write_last) return &output_.information;
    switch (method) {
        case write_debug: return &output_.debug;
        case write_verbose: return &output_.verbose;
        case write_warning: return &output_.warnings;
        default: return nullptr;
    }
}

std::vector<Message> Pipeline::take_answers() {
    return std::exchange(answers_, {});
}

Result<Output> Pipeline::result() && {
    switch (state_) {
        case PipelineState::completed: return std::move(output_);
        case PipelineState::failed:
            if (error_) return fail(fault_of(*error_, command_));
            return fail({Reach::item, "command.failed",
                         fmt::format("{}: the server ended it and gave no reason", command_)});
        case PipelineState::stopped:
            return fail(
                {Reach::item, "command.stopped", fmt::format("{}: it was stopped", command_)});
        default: break;
    }
    return fail({Reach::run, "psrp.malformed",
                 fmt::format("{}: the server ended it without a last state", command_)});
}

}  // namespace hqsync::management::psrp
