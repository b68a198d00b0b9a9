// One mailbox, one user: two users of HQ with one mailbox behind their addresses would each undo
// what the other one's pass did.
#include <fmt/format.h>

#include "engine/pass.hpp"

namespace hqsync::engine {

namespace {

Fault shared(std::string_view whose) {
    return {Reach::configuration, "hq.shared_address",
            fmt::format("EMailWork of this user is an alias of a mailbox that is synchronised for "
                        "{}: whose contacts belong there? Correct it in HQ",
                        whose)};
}

}  // namespace

Task<Result<void>> check_owner(Pass& pass) {
    auto primary = pass.mailbox->primary_address();
    if (primary == pass.address) co_return Result<void>{};
    if (pass.run.addresses.contains(primary)) {
        co_return fail(shared("the user of HQ who has its primary address"));
    }
    // Looked up and taken before anything is awaited: other passes go on meanwhile.
    auto& aliases = pass.run.aliases;
    const auto known = aliases.find(primary);
    if (known != aliases.end() && known->second == pass.address) co_return Result<void>{};
    if (known != aliases.end() && pass.run.addresses.contains(known->second)) {
        co_return fail(shared("another user of HQ by another alias"));
    }
    aliases.insert_or_assign(primary, pass.address);
    if (pass.run.options.dry_run) co_return Result<void>{};
    co_return co_await pass.run.ports.state.set_alias(std::move(primary), pass.address);
}

}  // namespace hqsync::engine
