// Writes before the server is asked, strikes out after it has answered.
#include "app/registered_shell.hpp"

#include <utility>

#include <fmt/format.h>

namespace hqsync::app {
namespace {

/// Rows are written to the disk each time; expiry is a matter of minutes.
constexpr Milliseconds note_every{60'000};

}  // namespace

std::string account_name(const ManagementPlace& place) {
    const auto& who = !place.user.empty()         ? place.user
                      : place.keytab_file.empty() ? "(tickets)"
                                                  : place.keytab_file.string();
    return fmt::format("{} {}", place.auth, who);
}

RegisteredShell::RegisteredShell(Base base, ManagementPlace place, SessionRegistry& registry,
                                 Clock& clock)
    : base_(std::move(base)), place_(std::move(place)), registry_(registry), clock_(clock) {}

Task<Result<std::string>> RegisteredShell::create(management::ShellRequest request) {
    HeldSession session;
    session.endpoint = session.url = place_.uri;
    session.account = account_name(place_);
    session.shell_id = request.shell_id;
    session.process = this_process();
    session.opened = session.used = clock_.now();
    const auto id = registry_.write(session);
    if (!id) co_return fail(id.error());
    session.id = *id;
    held_ = session;
    auto created = co_await base_.shell.create(std::move(request));
    if (!created) {
        if (created.error().outcome_unknown) co_return created;
        // A row that stays is a stray later, and harmless.
        const auto struck = strike();
        if (!struck) created.error().detail += "; " + to_text(struck.error());
        co_return created;
    }
    const auto facts = base_.facts();
    held_->shell_id = *created;
    held_->url = facts.url;
    held_->used = clock_.now();
    if (facts.idle_timeout) held_->idle_timeout = *facts.idle_timeout;
    auto noted = registry_.note_created(held_->id, *held_);
    if (noted) co_return created;
    // The server has it: whoever asked has to give it back.
    noted.error().outcome_unknown = true;
    co_return fail(noted.error());
}

Result<void> RegisteredShell::note_address(const std::string& url) {
    if (!held_) return {};
    held_->url = url;
    return registry_.note_created(held_->id, *held_);
}

Task<Result<std::string>> RegisteredShell::command(std::string command_id, std::string fragment) {
    note_used();
    co_return co_await base_.shell.command(std::move(command_id), std::move(fragment));
}

Task<Result<void>> RegisteredShell::send(std::string command_id, std::string_view stream,
                                         std::string bytes) {
    note_used();
    co_return co_await base_.shell.send(std::move(command_id), stream, std::move(bytes));
}

Task<Result<management::Received>> RegisteredShell::receive(std::string command_id) {
    note_used();
    co_return co_await base_.shell.receive(std::move(command_id));
}

Task<Result<void>> RegisteredShell::signal(std::string command_id, management::Signal signal) {
    note_used();
    co_return co_await base_.shell.signal(std::move(command_id), signal);
}

Task<Result<void>> RegisteredShell::remove() {
    const auto removed = co_await base_.shell.remove();
    if (!removed) co_return removed;
    co_return strike();
}

std::size_t RegisteredShell::max_fragment_blob() const {
    return base_.shell.max_fragment_blob();
}

void RegisteredShell::agreed_protocol(std::string_view version) {
    base_.shell.agreed_protocol(version);
}

void RegisteredShell::note_used() {
    const auto now = clock_.now();
    if (!held_ || now < held_->used + note_every) return;
    // When it cannot be written the row only looks older than it is.
    const auto noted = registry_.note_used(held_->id, now);
    if (noted) held_->used = now;
}

Result<void> RegisteredShell::strike() {
    if (!held_) return {};
    const auto struck = registry_.strike(held_->id);
    if (struck) held_.reset();
    return struck;
}

}  // namespace hqsync::app
