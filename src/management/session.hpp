// A session to Exchange's admin side: commands by name and parameters, never script. One face for
// PowerShell remoting (Exchange Server) and for the REST interface (Exchange Online).
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "async/task.hpp"
#include "base/result.hpp"
#include "management/clixml.hpp"
#include "management/command_metadata.hpp"

namespace hqsync::management {

struct Parameter {
    std::string name;  ///< without "-"; empty: by position
    /// A switch is `true`, nothing is `Null`, a password is a `Secret`; lists by `clixml::list_of`.
    clixml::Value value;
};

struct Command {
    std::string name;
    std::vector<Parameter> parameters = {};
    std::vector<clixml::Value> input = {};  ///< piped into it; not over REST
    /// Only these properties of what it answers: whole mailboxes are some 50 KB each. Empty: all.
    std::vector<std::string> select = {};
};

/// What a command complained about without being stopped by it.
struct ErrorRecord {
    std::string message;
    std::string id;         ///< FullyQualifiedErrorId: "ProviderNotFound,…GetItemCommand"
    std::string category;   ///< "ObjectNotFound"
    std::string target;     ///< what it was about, as text; may be empty
    std::string exception;  ///< the .NET type, without its namespaces

    bool operator==(const ErrorRecord&) const = default;
};

struct Output {
    std::vector<clixml::Value> objects;
    std::vector<ErrorRecord> errors;
    std::vector<std::string> warnings;
    std::vector<std::string> verbose;
    std::vector<std::string> debug;
    std::vector<std::string> information;
    std::vector<clixml::Progress> progress;
    bool is_truncated = false;  ///< the server says, or hints, that there is more
};

/// Takes one object of the output; what it answers ends the command early.
using TakeObject = std::function<Result<void>(clixml::Value object)>;

/// `open`, then any number of `run` and `commands`, one after the other, then `close`. Whoever has
/// called `open` calls `close`, whatever `open` answered: an answer may be lost after the server
/// has made its session, and one that is not given back counts against the account's limit until it
/// expires (15 minutes).
///
/// Faults of commands have reach item and begin with "command.":
///   "command.unknown"        no such command, or the account may not run it
///   "command.parameter"      no such parameter, or a value that it does not take
///   "command.script"         the server took something for script, which it runs for nobody
///   "command.unconfirmed"    it wants a "yes" first, which the line can give: -Confirm:$false
///   "command.stopped"        by `stop`, or because its time was over
///   "command.failed"         anything else that ended it; the detail has the server's words
/// A fault of reach run means that the session is of no use any more; `close` it.
class ManagementSession {
public:
    virtual ~ManagementSession() = default;

    virtual Task<Result<void>> open() = 0;
    /// What the command wrote until its end. Errors that did not end it are part of the output.
    virtual Task<Result<Output>> run(Command command) = 0;
    /// Hands each object over as it comes instead of keeping it: for outputs of any length. The
    /// answer holds the other streams. As `run`, where a way has no better.
    virtual Task<Result<Output>> run_each(Command command, TakeObject take);
    /// The commands that the server lets this account run.
    virtual Task<Result<std::vector<CommandInfo>>> commands() = 0;
    /// While a `run` is under way: makes it end with "command.stopped". Else nothing.
    virtual Task<Result<void>> stop() = 0;
    /// Gives the server's session back. Idempotent.
    virtual Task<Result<void>> close() = 0;

    /// What the server, or before `open` this side, calls the session; for the list of sessions
    /// that are held. Empty where there is none (REST).
    [[nodiscard]] virtual std::string id() const = 0;
};

}  // namespace hqsync::management
