// The rights that the sync needs in Exchange, as a list of steps: what each is for, how one sees
// that it is there, what makes, changes, checks and undoes it. Data that can be printed; nothing is
// run here.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "management/session.hpp"

namespace hqsync::app {

enum class ExchangePlace : std::uint8_t { server, online };

/// For the account at EWS; none: no limit. New-ThrottlingPolicy takes a number or nothing
/// (management-sessions.md, 7).
struct EwsLimits {
    std::optional<std::uint32_t> concurrency;
    std::optional<std::uint32_t> subscriptions;
};

struct SetupWish {
    ExchangePlace place = ExchangePlace::server;
    std::string name = "hqsync";  ///< all that is made is named NAME-…
    std::string filter;           ///< OPATH: whom the account may act for; empty for an undo
    std::string account;          ///< server: who logs in to EWS
    std::string app_id;           ///< online: the application's client id
    std::string object_id;  ///< online: of its enterprise application; may be empty for an undo
    std::optional<EwsLimits> limits = EwsLimits{};  ///< none: no throttling policy
};

struct Difference {
    std::string what;
    std::string is;
    std::string wanted;
    bool operator==(const Difference&) const = default;
};

/// What of an object that is changed has to be remembered to put it back.
using Former = std::map<std::string, std::string>;

struct Standing {
    enum class Kind : std::uint8_t { absent, fits, differs };
    Kind kind = Kind::absent;
    std::vector<Difference> differences = {};
    Former former = {};
};

using Objects = std::vector<management::clixml::Value>;

struct SetupStep {
    std::string key;                         ///< "scope": fixed for scripts and notes
    std::string object;                      ///< "hqsync-scope"
    std::string title;                       ///< "management scope hqsync-scope"
    std::string purpose;                     ///< a sentence
    std::vector<management::Command> check;  ///< read only
    /// Of what each command of `check` answered, in its order; what is not found is no object, and
    /// then the later ones are not asked.
    std::function<Standing(const std::vector<Objects>&)> judge;
    std::vector<management::Command> make;
    std::vector<management::Command> change;  ///< from different to as wanted
    /// Run and judged like `check`, after the step was made or changed.
    std::vector<management::Command> verify;
    std::vector<management::Command> undo;
    std::function<std::vector<management::Command>(const Former&)> restore;  ///< undoes `change`
    std::string advice;  ///< what to do when it fails
};

/// In the order of making; undone backwards.
std::vector<SetupStep> setup_steps(const SetupWish& wish);

/// A question to the server after all steps, or about what is left.
struct SetupProof {
    std::string key;
    std::string title;
    management::Command ask;
    /// What is wrong; empty: nothing.
    std::function<std::vector<std::string>(const Objects&)> judge;
};

/// Mailboxes to try the rights on; empty: not known, so not tried.
struct ProbeMailboxes {
    std::string inside;   ///< of a user who is synchronised
    std::string outside;  ///< of somebody else
};

std::vector<SetupProof> setup_proofs(const SetupWish& wish, const ProbeMailboxes& mailboxes);

/// Objects whose name begins with NAME- and that none of the steps makes: left by an undo.
std::vector<SetupProof> leftover_questions(const SetupWish& wish);

/// The names of roles that let an application at contacts.
bool reaches_contacts(std::string_view role);

}  // namespace hqsync::app
