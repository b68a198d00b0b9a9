// The data of the messages that a client sends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "management/clixml.hpp"
#include "management/psrp_version.hpp"
#include "management/session.hpp"

namespace hqsync::management::psrp {

clixml::Value session_capability();
/// One runspace, without a host: commands that would ask somebody fail instead of waiting.
clixml::Value init_runspace_pool();
/// One command by its name, never script. Servers before 2.2 and 2.3 know fewer fields.
clixml::Value create_pipeline(const Command& command, Version version);
clixml::Value public_key(std::string_view blob);

/// A call of the host: the server wants something shown or asked.
struct HostCall {
    static constexpr std::int64_t void_id = -100;  ///< no answer is waited for

    std::int64_t id = void_id;
    std::int32_t method = 0;
    std::string method_name;
    std::vector<clixml::Value> arguments;
};
HostCall host_call(const clixml::Value& data);
/// Nobody is there to answer: the call fails on the server, with this as the reason.
clixml::Value host_refusal(const HostCall& call);

/// A Secret is somewhere in it.
bool has_secret(const clixml::Value& value);
bool has_secret(const Command& command);

}  // namespace hqsync::management::psrp
