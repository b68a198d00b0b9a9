// One message of the PowerShell Remoting Protocol: who to, what, of which pool and pipeline, data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "management/psrp_guid.hpp"

namespace hqsync::management::psrp {

enum class Destination : std::uint32_t { client = 1, server = 2 };

/// MS-PSRP 2.2.1. Others than these are passed on as they come.
enum class MessageType : std::uint32_t {
    session_capability = 0x00010002,
    init_runspace_pool = 0x00010004,
    public_key = 0x00010005,
    encrypted_session_key = 0x00010006,
    public_key_request = 0x00010007,
    connect_runspace_pool = 0x00010008,
    set_max_runspaces = 0x00021002,
    set_min_runspaces = 0x00021003,
    runspace_availability = 0x00021004,
    runspace_pool_state = 0x00021005,
    create_pipeline = 0x00021006,
    get_available_runspaces = 0x00021007,
    user_event = 0x00021008,
    application_private_data = 0x00021009,
    get_command_metadata = 0x0002100A,
    runspace_pool_init_data = 0x0002100B,
    reset_runspace_state = 0x0002100C,
    runspace_pool_host_call = 0x00021100,
    runspace_pool_host_response = 0x00021101,
    pipeline_input = 0x00041002,
    end_of_pipeline_input = 0x00041003,
    pipeline_output = 0x00041004,
    error_record = 0x00041005,
    pipeline_state = 0x00041006,
    debug_record = 0x00041007,
    verbose_record = 0x00041008,
    warning_record = 0x00041009,
    progress_record = 0x00041010,
    information_record = 0x00041011,
    pipeline_host_call = 0x00041100,
    pipeline_host_response = 0x00041101,
};

struct Message {
    Destination destination = Destination::server;
    MessageType type = MessageType::session_capability;
    Guid pool = {};         ///< zeros in the server's session capability
    Guid pipeline = {};     ///< zeros: of the pool
    std::string data = {};  ///< CLIXML in UTF-8 without a byte order mark; may be empty
};

std::string encode(const Message& message);
/// Fault (run) "psrp.malformed": too short, or for nobody.
Result<Message> decode(std::string_view octets);

}  // namespace hqsync::management::psrp
