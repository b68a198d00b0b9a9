// Sends what the two state machines want sent, and gives back on every path what the server holds:
// the command by Signal, the pool with its shell by Delete.
#include "management/psrp_session.hpp"

#include <utility>

#include <fmt/format.h>

#include "management/clixml_reader.hpp"
#include "management/clixml_writer.hpp"
#include "management/psrp_requests.hpp"

namespace hqsync::management {

namespace {

using psrp::Message;
using psrp::MessageType;

constexpr Milliseconds pause_min(200);

Fault wrong_state(std::string_view what) {
    return {Reach::run, "session.state", std::string(what)};
}

std::uint64_t chosen_seed() {
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

}  // namespace

/// What a pipeline begins with.
struct PsrpSession::Start {
    std::string name;
    MessageType type;
    std::string data;
    std::vector<clixml::Value> input = {};
    TakeObject take = {};
};

/// A command under way.
struct PsrpSession::Running {
    psrp::Pipeline pipeline;
    std::string command_id;  ///< the server's, once it gave one
    Instant deadline;
    psrp::Assembler assembler = psrp::Assembler();
    bool is_started = false;   ///< the server has it, or may have it
    bool is_accepted = false;  ///< it said so: signals reach it
    bool wants_stop = false;
    bool is_stopping = false;
    bool is_late = false;
    bool is_done = false;
};

/// From before the key for its secrets is asked for until the command has been given back.
struct PsrpSession::Busy {
    explicit Busy(bool& is_busy) : flag(is_busy) { flag = true; }
    ~Busy() { flag = false; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

    bool& flag;
};

/// No longer under way, also when the coroutine is destroyed where it waits.
struct PsrpSession::UnderWay {
    UnderWay(PsrpSession& owner, Running& running) : session(owner) { session.running_ = &running; }
    ~UnderWay() { session.running_ = nullptr; }
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;

    PsrpSession& session;
};

PsrpSession::PsrpSession(Shell& shell, Clock& clock, PsrpOptions options)
    : shell_(shell),
      clock_(clock),
      options_(options),
      random_(options.seed == 0 ? chosen_seed() : options.seed),
      pool_(psrp::Guid::random(random_)) {}

std::string PsrpSession::id() const {
    return shell_id_.empty() ? pool_.id().text() : shell_id_;
}

std::string PsrpSession::server_version() const {
    const auto* const data = clixml::dictionary_in(pool_.private_data());
    const auto* const table = data == nullptr ? nullptr : clixml::entry(*data, "PSVersionTable");
    const auto* const entries = table == nullptr ? nullptr : clixml::dictionary_in(*table);
    const auto* const version = entries == nullptr ? nullptr : clixml::entry(*entries, "PSVersion");
    return clixml::string_in(version).value_or("");
}

std::vector<std::string> PsrpSession::fragments(const Message& message) {
    return psrp::cut(psrp::encode(message), next_object_++, shell_.max_fragment_blob());
}

Result<std::string> PsrpSession::written(const clixml::Value& value) const {
    const auto* const key = pool_.session_key();
    if (key == nullptr) return clixml::write(value);
    return clixml::write(value, [key](std::string_view text) { return key->encrypt(text); });
}

Task<Result<void>> PsrpSession::open() {
    if (pool_.state() != psrp::PoolState::before_open) {
        co_return fail(wrong_state("the session was opened before"));
    }
    const auto opened = co_await open_pool();
    if (!opened) {
        // The caller closes too; what is given back now does not wait for that.
        co_await close();
        co_return fail(opened.error());
    }
    co_return Result<void>();
}

Task<Result<void>> PsrpSession::open_pool() {
    ShellRequest request;
    request.shell_id = pool_.id().text();
    request.idle_timeout = options_.idle_timeout;
    for (const auto& message : pool_.opening()) {
        for (const auto& fragment : fragments(message))
            request.creation += fragment;
    }
    const auto deadline = clock_.now() + options_.open_within;
    is_held_ = true;
    const auto created = co_await shell_.create(std::move(request));
    if (!created) {
        is_held_ = created.error().outcome_unknown;
        co_return fail(created.error());
    }
    shell_id_ = *created;
    while (!pool_.is_opened()) {
        if (clock_.now() >= deadline) {
            co_return fail({Reach::run, "session.timeout",
                            fmt::format("the server's session is {} after {} s, not open",
                                        name(pool_.state()), options_.open_within.count() / 1000)});
        }
        const auto received = co_await receive_for_pool();
        if (!received) co_return fail(received.error());
    }
    co_return Result<void>();
}

/// A server that answers at once, and nothing, is not asked again at once.
Task<Result<Received>> PsrpSession::receive(std::string command_id) {
    const auto before = clock_.now();
    auto received = co_await shell_.receive(std::move(command_id));
    const bool is_empty = received && received->chunks.empty() && !received->is_done;
    if (is_empty && clock_.now() - before < pause_min) co_await clock_.sleep_for(pause_min);
    co_return received;
}

Task<Result<void>> PsrpSession::receive_for_pool() {
    const auto received = co_await receive("");
    if (!received) co_return fail(received.error());
    for (const auto& chunk : received->chunks) {
        const auto taken = take_for_pool(chunk.bytes);
        if (!taken) co_return fail(taken.error());
    }
    co_return co_await answer_for_pool();
}

Result<void> PsrpSession::take_for_pool(std::string_view bytes) {
    const auto messages = pool_assembler_.take(bytes);
    if (!messages) return fail(messages.error());
    for (const auto& octets : *messages) {
        const auto message = psrp::decode(octets);
        if (!message) return fail(message.error());
        const auto taken = pool_.take(*message);
        if (!taken) return taken;
        if (message->type == MessageType::session_capability)
            shell_.agreed_protocol(pool_.server_version());
    }
    return {};
}

Task<Result<void>> PsrpSession::answer_for_pool() {
    if (pool_.wants_key()) {
        auto request = pool_.key_request();
        if (!request) co_return fail(request.error());
        const auto sent = co_await send("", "stdin", {*std::move(request)});
        if (!sent) co_return fail(sent.error());
    }
    co_return co_await send("", "pr", pool_.take_answers());
}

/// As many fragments at once as fit where one of full length does.
Task<Result<void>> PsrpSession::send(std::string command_id, std::string_view stream,
                                     std::vector<Message> messages) {
    const auto octets_max = psrp::fragment_header_octets + shell_.max_fragment_blob();
    std::string octets;
    for (const auto& message : messages) {
        for (const auto& fragment : fragments(message)) {
            if (!octets.empty() && octets.size() + fragment.size() > octets_max) {
                const auto sent =
                    co_await shell_.send(command_id, stream, std::exchange(octets, {}));
                if (!sent) co_return fail(sent.error());
            }
            octets += fragment;
        }
    }
    if (octets.empty()) co_return Result<void>();
    co_return co_await shell_.send(command_id, stream, std::move(octets));
}

Task<Result<void>> PsrpSession::obtain_key() {
    if (pool_.session_key() != nullptr) co_return Result<void>();
    auto request = pool_.key_request();
    if (!request) co_return fail(request.error());
    const auto deadline = clock_.now() + options_.key_within;
    const auto sent = co_await send("", "stdin", {*std::move(request)});
    if (!sent) co_return fail(sent.error());
    while (pool_.session_key() == nullptr) {
        if (clock_.now() >= deadline) {
            co_return fail({Reach::run, "session.timeout",
                            fmt::format("the server sent no key for secrets within {} s",
                                        options_.key_within.count() / 1000)});
        }
        const auto received = co_await receive_for_pool();
        if (!received) co_return fail(received.error());
    }
    co_return Result<void>();
}

Task<Result<Output>> PsrpSession::run(Command command) {
    return run_each(std::move(command), {});
}

Task<Result<Output>> PsrpSession::run_each(Command command, TakeObject take) {
    if (!pool_.is_opened()) co_return fail(wrong_state("the session is not open"));
    if (is_busy_) co_return fail(wrong_state("another command is under way"));
    const Busy busy(is_busy_);
    if (psrp::has_secret(command)) {
        const auto key = co_await obtain_key();
        if (!key) {
            pool_.note_broken();
            co_return fail(key.error());
        }
    }
    auto data = written(psrp::create_pipeline(command, pool_.version()));
    if (!data) co_return fail(data.error());
    Start start{std::move(command.name), MessageType::create_pipeline, *std::move(data),
                std::move(command.input), std::move(take)};
    co_return co_await run_pipeline(std::move(start));
}

Task<Result<Output>> PsrpSession::run_pipeline(Start start) {
    const auto id = psrp::Guid::random(random_);
    Running running{psrp::Pipeline(pool_.id(), id, std::move(start.name), options_.output,
                                   std::move(start.take)),
                    "", clock_.now() + options_.run_within};
    const UnderWay under_way(*this, running);
    Message first{psrp::Destination::server, start.type, pool_.id(), id, std::move(start.data)};
    auto output = co_await follow(running, std::move(first), std::move(start.input));
    if (!output && output.error().reach != Reach::item) {
        // Also an answer that was lost or is none: nobody knows where the session stands.
        if (output.error().reach != Reach::configuration) output.error().reach = Reach::run;
        pool_.note_broken();
    }
    if (!output && running.is_late && output.error().code == "command.stopped") {
        output.error().detail +=
            fmt::format(", as it took longer than {} s", options_.run_within.count() / 1000);
    }
    co_return output;
}

Task<Result<Output>> PsrpSession::follow(Running& running, Message first,
                                         std::vector<clixml::Value> input) {
    auto done = co_await begin(running, std::move(first), std::move(input));
    if (done) done = co_await receive_all(running);
    if (!done && done.error().code == "shell.gone") running.is_started = false;
    co_await end(running);
    if (!done) co_return fail(done.error());
    co_return std::move(running.pipeline).result();
}

/// Hands the command and its input over.
Task<Result<void>> PsrpSession::begin(Running& running, Message first,
                                      std::vector<clixml::Value> input) {
    auto parts = fragments(first);
    const auto id = running.pipeline.id();
    running.command_id = id.text();
    running.is_started = true;
    const auto command = co_await shell_.command(running.command_id, std::move(parts.front()));
    if (!command) {
        running.is_started = command.error().outcome_unknown;
        co_return fail(command.error());
    }
    running.command_id = *command;
    running.is_accepted = true;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto sent = co_await shell_.send(running.command_id, "stdin", std::move(parts[i]));
        if (!sent) co_return fail(sent.error());
    }
    auto messages = input_of(running, input);
    if (!messages) co_return fail(messages.error());
    co_return co_await send(running.command_id, "stdin", *std::move(messages));
}

/// Nothing when there is none: the command was told so.
Result<std::vector<Message>> PsrpSession::input_of(const Running& running,
                                                   const std::vector<clixml::Value>& input) const {
    std::vector<Message> messages;
    const auto id = running.pipeline.id();
    for (const auto& value : input) {
        auto data = written(value);
        if (!data) return fail(data.error());
        messages.push_back({psrp::Destination::server, MessageType::pipeline_input, pool_.id(), id,
                            *std::move(data)});
    }
    if (!messages.empty())
        messages.push_back(
            {psrp::Destination::server, MessageType::end_of_pipeline_input, pool_.id(), id, ""});
    return messages;
}

/// Until the last state. When the time is over the server is told to stop; when it does not even do
/// that in time, the session is given up.
Task<Result<void>> PsrpSession::receive_all(Running& running) {
    while (!running.pipeline.has_ended()) {
        const bool is_late = clock_.now() >= running.deadline;
        if (is_late && running.is_stopping) {
            co_return fail(
                {Reach::run, "session.timeout", "the server neither ends nor stops the command"});
        }
        if ((is_late || running.wants_stop) && !running.is_stopping) {
            running.is_late = is_late;
            const auto told = co_await tell_to_stop(running);
            if (!told) co_return fail(told.error());
        }
        if (running.is_done && running.is_stopping) {
            co_return fail({Reach::item, "command.stopped", "it was stopped"});
        }
        if (running.is_done) {
            co_return fail({Reach::run, "psrp.malformed",
                            "the server closed the command before its last state"});
        }
        auto received = co_await receive(running.command_id);
        if (!received) co_return fail(received.error());
        const auto taken = co_await take(running, *std::move(received));
        if (!taken) co_return fail(taken.error());
    }
    co_return Result<void>();
}

Task<Result<void>> PsrpSession::take(Running& running, Received received) {
    running.is_done = received.is_done;
    for (const auto& chunk : received.chunks) {
        if (chunk.command_id.empty()) {
            const auto taken = take_for_pool(chunk.bytes);
            if (!taken) co_return fail(taken.error());
            continue;
        }
        const auto messages = running.assembler.take(chunk.bytes);
        if (!messages) co_return fail(messages.error());
        for (const auto& octets : *messages) {
            const auto message = psrp::decode(octets);
            if (!message) co_return fail(message.error());
            const auto taken = running.pipeline.take(*message);
            if (!taken) co_return fail(taken.error());
        }
    }
    const auto answered = co_await send(running.command_id, "pr", running.pipeline.take_answers());
    if (!answered) co_return fail(answered.error());
    co_return co_await answer_for_pool();
}

/// A server keeps a command's place until it is told, also of one that has ended.
Task<void> PsrpSession::end(Running& running) {
    if (!running.is_started || !is_held_) co_return;
    // Nothing to do when this fails: the command has ended, or the shell goes with the session.
    co_await shell_.signal(running.command_id, Signal::terminate);
}

Task<Result<std::vector<CommandInfo>>> PsrpSession::commands() {
    if (!pool_.is_opened()) co_return fail(wrong_state("the session is not open"));
    if (is_busy_) co_return fail(wrong_state("another command is under way"));
    const Busy busy(is_busy_);
    auto data = written(psrp::command_metadata_request({"*"}));
    if (!data) co_return fail(data.error());
    Start start{"the list of commands", MessageType::get_command_metadata, *std::move(data)};
    auto output = co_await run_pipeline(std::move(start));
    if (!output) co_return fail(output.error());
    co_return psrp::read_commands(output->objects);
}

Task<Result<void>> PsrpSession::tell_to_stop(Running& running) {
    running.is_stopping = true;
    running.deadline = clock_.now() + options_.stop_within;
    co_return co_await shell_.signal(running.command_id, Signal::ctrl_c);
}

Task<Result<void>> PsrpSession::stop() {
    if (running_ == nullptr) co_return Result<void>();
    running_->wants_stop = true;
    if (running_->is_stopping || !running_->is_accepted) co_return Result<void>();
    co_return co_await tell_to_stop(*running_);
}

Task<Result<void>> PsrpSession::close() {
    pool_.note_closed();
    if (!is_held_) co_return Result<void>();
    if (running_ != nullptr) co_await end(*running_);
    auto removed = co_await shell_.remove();
    if (removed) is_held_ = false;
    co_return removed;
}

}  // namespace hqsync::management
