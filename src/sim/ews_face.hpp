// Exchange Web Services on the mailboxes: one request in, one reply out, no waiting.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "sim/domain.hpp"
#include "sim/ews_call.hpp"
#include "sim/graph_message.hpp"

namespace hqsync::sim {

/// What a request is, without doing it; nothing when it cannot be read.
struct EwsSummary {
    std::string operation;
    std::size_t writes = 0;  ///< items and folders that it would write
    [[nodiscard]] bool is_sync() const { return operation.starts_with("Sync"); }
};

class EwsFace {
public:
    /// `domain` outlives the face.
    explicit EwsFace(Domain& domain)
        : domain_(domain), subscriptions_(domain.name(), [&domain] { return domain.now(); }) {}

    /// The address of the mailbox that the request acts upon, as it names it (it may be none of
    /// ours); empty when the caller has none and impersonates nobody.
    [[nodiscard]] std::string address_of(const Request& request, std::string_view caller) const;

    static EwsSummary summary(const Request& request);

    /// `caller` is the address of the account that logged in.
    Reply answer(const Request& request, std::string_view caller, ItemTrouble trouble = {});

    /// An address that is not the primary one of its mailbox.
    void add_alias(std::string_view alias, std::string_view primary);
    /// Nobody may impersonate this mailbox any more.
    void deny_impersonation(std::string_view address);
    /// The primary address of an alias; empty when it is none.
    [[nodiscard]] std::string primary_of(std::string_view address) const;
    EwsSubscriptions& subscriptions() { return subscriptions_; }
    /// Whether an account may act for a mailbox; empty: every one may.
    std::function<bool(std::string_view caller, const Mailbox& mailbox)> may_impersonate;
    void forget_people() {
        denied_.clear();
        aliases_.clear();
    }

private:
    std::expected<void, EwsError> read_header(EwsCall& call, pugi::xml_node header,
                                              std::string_view caller);
    std::expected<void, EwsError> impersonate(EwsCall& call, pugi::xml_node sid,
                                              std::string_view caller);

    Domain& domain_;
    EwsSubscriptions subscriptions_;
    std::map<std::string, std::string, std::less<>> aliases_;  ///< to the primary address
    std::set<std::string, std::less<>> denied_;
};

}  // namespace hqsync::sim
