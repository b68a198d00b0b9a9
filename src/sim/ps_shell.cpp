// Messages in, messages out; a pipeline does its work at once, or when its delay has passed.
#include "sim/ps_shell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sim/graph_message.hpp"
#include "sim/ps_clixml.hpp"
#include "sim/ps_guid.hpp"
#include "sim/ps_key.hpp"

namespace hqsync::sim {

namespace {

constexpr std::int64_t opened = 2;
constexpr std::int64_t broken = 5;
constexpr std::int64_t stopped = 3;
constexpr std::int64_t completed = 4;
constexpr std::int64_t failed = 5;
constexpr std::string_view newest = "2.3";
constexpr std::size_t input_max = 10'000;

PsValue record_of(std::vector<PsMember> members) {
    PsValue value;
    value.tag = "Obj";
    value.extended = std::move(members);
    return value;
}

std::int64_t number_in(const PsValue& value, std::string_view name, std::int64_t usual) {
    const auto* const member = value.property(name);
    if (member == nullptr) return usual;
    std::int64_t number = usual;
    std::from_chars(member->text.data(), member->text.data() + member->text.size(), number);
    return number;
}

/// What a server of Windows PowerShell 5.1 tells of itself.
PsValue private_data() {
    const auto dictionary = [](std::vector<PsMember> entries) {
        PsValue value;
        value.tag = "DCT";
        value.types = {"System.Management.Automation.PSPrimitiveDictionary",
                       "System.Collections.Hashtable", "System.Object"};
        value.entries = std::move(entries);
        return value;
    };
    std::vector<PsValue> compatible;
    for (const auto* const version : {"1.0", "2.0", "3.0", "4.0", "5.0", "5.1.14393.2248"})
        compatible.push_back(ps_version(version));
    auto table = dictionary({
        {"PSVersion", ps_version("5.1.14393.2248")},
        {"PSEdition", ps_text("Desktop")},
        {"PSCompatibleVersions",
         ps_list({"System.Version[]", "System.Array", "System.Object"}, std::move(compatible))},
        {"CLRVersion", ps_version("4.0.30319.42000")},
        {"BuildVersion", ps_version("10.0.14393.2248")},
        {"WSManStackVersion", ps_version("3.0")},
        {"PSRemotingProtocolVersion", ps_version(std::string(newest))},
        {"SerializationVersion", ps_version("1.1.0.1")},
    });
    std::vector<PsMember> whole;
    whole.push_back({"PSVersionTable", std::move(table)});
    return record_of({{"ApplicationPrivateData", dictionary(std::move(whole))}});
}

std::string line_of(const PsPipeline& pipeline) {
    std::string line;
    for (const auto& statement : pipeline.statements) {
        if (!line.empty()) line += "; ";
        for (std::size_t at = 0; at < statement.size(); ++at)
            line += (at == 0 ? "" : " | ") +
                    (statement[at].is_script ? std::string("(script)") : statement[at].command);
    }
    return line;
}

}  // namespace

std::expected<void, std::string> PsShell::open(std::string_view octets) {
    if (auto fed = feed({}, octets); !fed) return fed;
    if (!is_open_) return std::unexpected("no SESSION_CAPABILITY with INIT_RUNSPACEPOOL");
    return {};
}

std::expected<void, std::string> PsShell::begin(std::string_view id, std::string_view octets) {
    auto made = std::make_unique<PsCommand>();
    made->id = id;
    commands_.push_back(std::move(made));
    auto fed = feed(id, octets);
    if (!fed) close(id);
    return fed;
}

std::expected<void, std::string> PsShell::feed(std::string_view id, std::string_view octets) {
    auto whole = assembly_.feed(octets);
    if (!whole) return std::unexpected(whole.error());
    for (const auto& one : *whole) {
        auto message = read_message(one);
        if (!message) return std::unexpected(message.error());
        if (auto taken = take(*std::move(message), command(id)); !taken) return taken;
    }
    return {};
}

PsCommand* PsShell::command(std::string_view id) {
    const auto at =
        std::ranges::find_if(commands_, [id](const auto& one) { return one->id == id; });
    return id.empty() || at == commands_.end() ? nullptr : at->get();
}

std::deque<PsOutput>* PsShell::output(std::string_view id) {
    if (id.empty()) return &pool_output_;
    PsCommand* const one = command(id);
    return one == nullptr ? nullptr : &one->output;
}

std::expected<void, std::string> PsShell::take(PsMessage message, PsCommand* command) {
    if (message.type == PsType::end_of_pipeline_input) {
        if (command == nullptr || command->progress != PsProgress::waits_for_input)
            return std::unexpected("END_OF_PIPELINE_INPUT for no waiting pipeline");
        start(*command);
        return {};
    }
    const auto value = read_clixml(message.data);
    if (!value) return std::unexpected(value.error());
    if (message.type == PsType::pipeline_input) {
        if (command == nullptr || command->progress != PsProgress::waits_for_input)
            return std::unexpected("PIPELINE_INPUT for no waiting pipeline");
        if (command->input.size() >= input_max) return std::unexpected("over 10,000 inputs");
        command->input.push_back(*value);
        return {};
    }
    const bool is_of_pipeline =
        message.type == PsType::create_pipeline || message.type == PsType::get_command_metadata;
    if (!is_of_pipeline) return take_pool_message(message, *value);
    if (command == nullptr || command->progress != PsProgress::begun || !is_open_)
        return std::unexpected("a pipeline out of turn");
    command->pipeline = message.pipeline;
    if (message.type == PsType::create_pipeline) return take_pipeline(*command, *value);
    command->line = "(command metadata)";
    for (const auto& answer : command_metadata(*value, world_.rights))
        send(command, PsType::pipeline_output, answer);
    send_state(*command, completed);
    command->progress = PsProgress::finished;
    return {};
}

std::expected<void, std::string> PsShell::take_capability(const PsValue& value) {
    const auto* const version = value.property("protocolversion");
    if (version == nullptr) return std::unexpected("SESSION_CAPABILITY without protocolversion");
    const bool is_known = version->text.starts_with("2.") && version->text.size() == 3;
    version_ = is_known ? std::min(version->text, std::string(newest)) : std::string(newest);
    send(nullptr, PsType::session_capability,
         record_of({{"protocolversion", ps_version(version_)},
                    {"PSVersion", ps_version("2.0")},
                    {"SerializationVersion", ps_version("1.1.0.1")}}));
    if (is_known) return {};
    PsError error = pipeline_stopped();
    error.message = fmt::format(
        "The server negotiation failed. The server reports the protocol "
        "version {}, the client {}.",
        newest, version->text.substr(0, 20));
    error.exception = {"System.Management.Automation.Remoting.PSRemotingDataStructureException",
                       "System.Management.Automation.RuntimeException", "System.SystemException",
                       "System.Exception", "System.Object"};
    send(nullptr, PsType::runspace_pool_state,
         record_of(
             {{"RunspaceState", ps_i32(broken)}, {"ExceptionAsErrorRecord", error_record(error)}}));
    version_.clear();
    is_open_ = true;  // It can be asked for its state, and be deleted.
    return {};
}

std::expected<void, std::string> PsShell::take_pool_message(const PsMessage& message,
                                                            const PsValue& value) {
    switch (message.type) {
        case PsType::session_capability: return take_capability(value);
        case PsType::init_runspace_pool: {
            if (version_.empty()) {
                if (is_open_) return {};
                return std::unexpected("INIT_RUNSPACEPOOL before SESSION_CAPABILITY");
            }
            pool_ = message.pool;
            runspaces_min_ = number_in(value, "MinRunspaces", 1);
            runspaces_max_ = std::clamp<std::int64_t>(number_in(value, "MaxRunspaces", 1), 1, 16);
            is_open_ = true;
            send(nullptr, PsType::application_private_data, private_data());
            // Recorded servers tell the state in an answer of its own.
            const auto before = pool_output_.size();
            send(nullptr, PsType::runspace_pool_state,
                 record_of({{"RunspaceState", ps_i32(opened)}}));
            pool_output_[before].starts_answer = true;
            return {};
        }
        case PsType::public_key: {
            const auto* const blob = value.property("PublicKey");
            key_ = new_session_key();
            const auto sealed = blob == nullptr ? std::nullopt : seal_session_key(blob->text, key_);
            if (!sealed) return std::unexpected("PUBLIC_KEY without a key of RSA");
            send(nullptr, PsType::encrypted_session_key,
                 record_of({{"EncryptedSessionKey", ps_text(*sealed)}}));
            return {};
        }
        case PsType::set_max_runspaces:
        case PsType::set_min_runspaces:
        case PsType::get_available_runspaces:
        case PsType::reset_runspace_state: take_runspaces(message.type, value); return {};
        default:
            return std::unexpected(fmt::format("a message of the type {:08X}",
                                               static_cast<std::uint32_t>(message.type)));
    }
}

void PsShell::take_runspaces(PsType type, const PsValue& value) {
    PsValue answer = ps_bool(true);
    if (type == PsType::get_available_runspaces) {
        const auto busy = std::ranges::count_if(commands_, [](const auto& one) {
            return one->progress == PsProgress::runs ||
                   one->progress == PsProgress::waits_for_input;
        });
        answer = ps_i32(std::max<std::int64_t>(0, runspaces_max_ - busy));
    } else if (type != PsType::reset_runspace_state) {
        const bool is_most = type == PsType::set_max_runspaces;
        const auto wanted = number_in(value, is_most ? "MaxRunspaces" : "MinRunspaces", 0);
        auto& bound = is_most ? runspaces_max_ : runspaces_min_;
        const bool is_good = wanted >= 1 && wanted != bound &&
                             (is_most ? wanted >= runspaces_min_ : wanted <= runspaces_max_);
        if (is_good) bound = wanted;
        answer = ps_bool(is_good);
    }
    send(nullptr, PsType::runspace_availability,
         record_of({{"SetMinMaxRunspacesResponse", std::move(answer)},
                    {"ci", ps_i64(number_in(value, "ci", 0))}}));
}

void PsShell::open_strings(PsPipeline& pipeline) const {
    for (auto& statement : pipeline.statements) {
        for (auto& step : statement) {
            for (auto& argument : step.arguments) {
                if (argument.value.tag != "SS") continue;
                const auto plain = open_secure_string(argument.value.text, key_);
                argument.value = ps_text(plain.value_or(""));
            }
        }
    }
}

std::expected<void, std::string> PsShell::take_pipeline(PsCommand& command, const PsValue& value) {
    auto pipeline = read_pipeline(value);
    if (!pipeline) return std::unexpected(pipeline.error());
    open_strings(*pipeline);
    command.work = *std::move(pipeline);
    command.line = line_of(command.work);
    command.progress = PsProgress::waits_for_input;
    if (command.work.input == PsInput::none) start(command);
    return {};
}

void PsShell::start(PsCommand& command) {
    const auto busy = std::ranges::count_if(
        commands_, [](const auto& one) { return one->progress == PsProgress::runs; });
    if (busy >= runspaces_max_) {
        command.progress = PsProgress::queued;
        return;
    }
    command.progress = PsProgress::runs;
    std::int64_t delay = 0;
    for (const auto& statement : command.work.statements) {
        for (const auto& step : statement) {
            command.troubles.push_back(world_.trouble ? world_.trouble(step) : PsTrouble{});
            delay += command.troubles.back().delay_milliseconds;
        }
    }
    command.due = world_.milliseconds() + delay;
    if (delay == 0) work(command);
}

void PsShell::tick() {
    for (std::size_t at = 0; at < commands_.size(); ++at) {
        PsCommand& one = *commands_[at];
        if (one.progress == PsProgress::runs && one.due <= world_.milliseconds()) work(one);
    }
}

bool PsShell::is_waiting() const {
    return std::ranges::any_of(commands_,
                               [](const auto& one) { return one->progress == PsProgress::runs; });
}

bool PsShell::work_statement(PsCommand& command, const std::vector<PsStep>& steps,
                             std::span<PsTrouble> troubles) {
    PsOutcome outcome;
    for (auto& trouble : troubles) {
        for (const auto& activity : trouble.progress)
            send(&command, PsType::progress_record, progress_record(activity));
        outcome.warnings.insert(outcome.warnings.end(), trouble.warnings.begin(),
                                trouble.warnings.end());
        if (trouble.error) outcome.errors.push_back(*std::move(trouble.error));
    }
    if (outcome.errors.empty()) {
        auto done = run_pipe(world_.organisation, world_.rights, steps, std::move(command.input));
        done.warnings.insert(done.warnings.begin(), outcome.warnings.begin(),
                             outcome.warnings.end());
        outcome = std::move(done);
    }
    for (const auto& text : outcome.verbose)
        send(&command, PsType::verbose_record, information_record("VerboseRecord", text));
    for (const auto& text : outcome.warnings)
        send(&command, PsType::warning_record, information_record("WarningRecord", text));
    for (const auto& value : outcome.output)
        send(&command, PsType::pipeline_output, value);
    for (const auto& error : outcome.errors) {
        if (error.end == PsEnd::ends) {
            send_state(command, failed, &error);
            return false;
        }
        send(&command, PsType::error_record, error_record(error));
    }
    return true;
}

void PsShell::work(PsCommand& command) {
    bool goes_on = true;
    std::span<PsTrouble> troubles(command.troubles);
    for (const auto& statement : command.work.statements) {
        goes_on = goes_on && work_statement(command, statement, troubles.first(statement.size()));
        troubles = troubles.subspan(statement.size());
        command.input.clear();
    }
    if (goes_on) send_state(command, completed);
    finish(command);
}

void PsShell::finish(PsCommand& command) {
    command.progress = PsProgress::finished;
    const auto next = std::ranges::find_if(
        commands_, [](const auto& one) { return one->progress == PsProgress::queued; });
    if (next != commands_.end()) start(**next);
}

void PsShell::stop(std::string_view id) {
    PsCommand* const one = command(id);
    if (one == nullptr || one->progress == PsProgress::finished) return;
    const auto error = pipeline_stopped();
    send_state(*one, stopped, &error);
    finish(*one);
}

void PsShell::close(std::string_view id) {
    PsCommand* const one = command(id);
    if (one == nullptr) return;
    if (one->progress != PsProgress::finished) finish(*one);
    std::erase_if(commands_, [id](const auto& each) { return each->id == id; });
}

void PsShell::send(PsCommand* command, PsType type, const PsValue& value) {
    const bool is_first = type == PsType::session_capability;
    const PsMessage message{
        .type = type,
        .pool = is_first ? std::string(nil_guid) : pool_,
        .pipeline = command == nullptr ? std::string(nil_guid) : command->pipeline,
        .data = write_clixml(value)};
    auto& queue = command == nullptr ? pool_output_ : command->output;
    for (auto& fragment : fragments_of(++objects_, write_message(message), fragment_max_))
        queue.push_back({std::move(fragment)});
}

void PsShell::send_state(PsCommand& command, std::int64_t state, const PsError* error) {
    std::vector<PsMember> members{{"PipelineState", ps_i32(state)}};
    if (error != nullptr) members.push_back({"ExceptionAsErrorRecord", error_record(*error)});
    send(&command, PsType::pipeline_state, record_of(std::move(members)));
}

}  // namespace hqsync::sim
