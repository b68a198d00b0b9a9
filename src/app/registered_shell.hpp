// A shell that is in the registry from before its creation until the server has confirmed its end.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "app/management_place.hpp"
#include "app/session_registry.hpp"
#include "async/clock.hpp"
#include "management/shell.hpp"

namespace hqsync::app {

/// "kerberos admin@AGENTUR.EXAMPLE": who holds a session, for the registry.
std::string account_name(const ManagementPlace& place);

/// A create that cannot be written down is not asked for. `shell`, registry and clock outlive it.
class RegisteredShell final : public management::Shell {
public:
    /// What the shell behind it knows after Create.
    struct Facts {
        std::string url;
        std::optional<Milliseconds> idle_timeout;
    };
    struct Base {
        management::Shell& shell;
        std::function<Facts()> facts;
    };

    RegisteredShell(Base base, ManagementPlace place, SessionRegistry& registry, Clock& clock);

    Task<Result<std::string>> create(management::ShellRequest request) override;
    Task<Result<std::string>> command(std::string command_id, std::string fragment) override;
    Task<Result<void>> send(std::string command_id, std::string_view stream,
                            std::string bytes) override;
    Task<Result<management::Received>> receive(std::string command_id) override;
    Task<Result<void>> signal(std::string command_id, management::Signal signal) override;
    Task<Result<void>> remove() override;
    [[nodiscard]] std::size_t max_fragment_blob() const override;
    void agreed_protocol(std::string_view version) override;

    /// Create is about to go to another address than the one that was written down.
    Result<void> note_address(const std::string& url);
    /// The row in the registry; none: nothing is held.
    [[nodiscard]] const std::optional<HeldSession>& held() const { return held_; }

private:
    void note_used();
    Result<void> strike();

    Base base_;
    ManagementPlace place_;
    SessionRegistry& registry_;
    Clock& clock_;
    std::optional<HeldSession> held_;
};

}  // namespace hqsync::app
