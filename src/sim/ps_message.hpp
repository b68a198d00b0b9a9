// Messages of the PowerShell Remoting Protocol ([MS-PSRP] 2.2.1) and the fragments that carry them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hqsync::sim {

enum class PsType : std::uint32_t {
    session_capability = 0x00010002,
    init_runspace_pool = 0x00010004,
    public_key = 0x00010005,
    encrypted_session_key = 0x00010006,
    set_max_runspaces = 0x00021002,
    set_min_runspaces = 0x00021003,
    runspace_availability = 0x00021004,
    runspace_pool_state = 0x00021005,
    create_pipeline = 0x00021006,
    get_available_runspaces = 0x00021007,
    application_private_data = 0x00021009,
    get_command_metadata = 0x0002100A,
    reset_runspace_state = 0x0002100C,
    pipeline_input = 0x00041002,
    end_of_pipeline_input = 0x00041003,
    pipeline_output = 0x00041004,
    error_record = 0x00041005,
    pipeline_state = 0x00041006,
    verbose_record = 0x00041008,
    warning_record = 0x00041009,
    progress_record = 0x00041010,
};

struct PsMessage {
    PsType type{};
    std::string pool;      ///< GUID as text, capital letters
    std::string pipeline;  ///< the nil GUID when it belongs to none
    std::string data;      ///< CLIXML without byte order mark; may be empty
};

/// Of a server: destination client, a byte order mark before the data.
std::string write_message(const PsMessage& message);
/// Of a client. The text of what is wrong: too short, not for a server.
std::expected<PsMessage, std::string> read_message(std::string_view octets);

/// At least one, each with its header and at most `blob_max` octets of the message.
std::vector<std::string> fragments_of(std::uint64_t object, std::string_view message,
                                      std::size_t blob_max);

/// Puts the fragments of one sender together again, object by object.
class PsAssembly {
public:
    /// What has become whole with these octets, in order. The text of what is wrong: a header cut
    /// off, a fragment out of turn, an object over 4 MB, more than 16 objects begun.
    std::expected<std::vector<std::string>, std::string> feed(std::string_view octets);

private:
    struct Part {
        std::uint64_t next = 0;
        std::string octets;
    };
    std::map<std::uint64_t, Part> parts_;
};

}  // namespace hqsync::sim
