// What a command fails with, and the ErrorRecord that tells it, as Windows PowerShell 5.1 writes
// it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/ps_value.hpp"

namespace hqsync::sim {

/// Numbers of System.Management.Automation.ErrorCategory.
enum class PsCategory : std::uint8_t {
    not_specified = 0,
    invalid_argument = 5,
    invalid_data = 6,
    invalid_operation = 7,
    object_not_found = 13,
    operation_stopped = 14,
    parser_error = 17,
    permission_denied = 18,
    resource_exists = 20,
};

/// Whether the pipeline goes on.
enum class PsEnd : std::uint8_t { goes_on, ends };

struct PsError {
    std::string message;
    std::vector<std::string> exception;  ///< .NET types, the most derived first
    std::string id;                      ///< FullyQualifiedErrorId
    PsCategory category = PsCategory::not_specified;
    std::string command;  ///< the cmdlet at work; empty: none was yet
    std::string target = {};
    std::string target_type = {};
    PsEnd end = PsEnd::goes_on;
    std::vector<PsMember> details = {};  ///< further properties of the exception
    std::int64_t status = 400;           ///< of the REST way
};

PsValue error_record(const PsError& error);

// Errors of PowerShell itself.
PsError script_not_allowed(std::string_view script);
PsError command_not_found(std::string_view name);
PsError parameter_not_found(std::string_view command, std::string_view type,
                            std::string_view parameter);
PsError parameter_missing(std::string_view command, std::string_view type,
                          std::string_view parameter);
PsError parameter_unfit(std::string_view command, std::string_view type, std::string_view parameter,
                        std::string_view why);
PsError pipeline_stopped();
PsError cannot_ask(std::string_view command, std::string_view question);

// Errors of Exchange's cmdlets; `type` is the class of the cmdlet.
PsError object_missing(std::string_view command, std::string_view type, std::string_view object,
                       std::string_view domain);
PsError object_exists(std::string_view command, std::string_view type, std::string_view object);
PsError task_refused(std::string_view command, std::string_view type, std::string message);

/// System.Management.Automation.WarningRecord or VerboseRecord: the record's short name.
PsValue information_record(std::string_view kind, std::string_view text);
/// A ProgressRecord of an activity that has just ended.
PsValue progress_record(std::string_view activity);

}  // namespace hqsync::sim
