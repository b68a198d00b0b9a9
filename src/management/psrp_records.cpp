// Field names are those of the messages; everything but the message may be missing.
#include "management/psrp_records.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace hqsync::management::psrp {

namespace {

using clixml::property;
using clixml::Value;

constexpr std::size_t message_octets_max = 2000;
constexpr std::size_t target_octets_max = 200;

/// System.Management.Automation.ErrorCategory, by number.
constexpr auto categories = std::to_array<std::string_view>(
    {"NotSpecified",        "OpenError",           "CloseError",       "DeviceError",
     "DeadlockDetected",    "InvalidArgument",     "InvalidData",      "InvalidOperation",
     "InvalidResult",       "InvalidType",         "MetadataError",    "NotImplemented",
     "NotInstalled",        "ObjectNotFound",      "OperationStopped", "OperationTimeout",
     "SyntaxError",         "ParserError",         "PermissionDenied", "ResourceBusy",
     "ResourceExists",      "ResourceUnavailable", "ReadError",        "WriteError",
     "FromStdErr",          "SecurityError",       "ProtocolError",    "ConnectionError",
     "AuthenticationError", "LimitsExceeded",      "QuotaExceeded",    "NotEnabled"});

struct Meaning {
    std::string_view id;  ///< of the error, up to its first comma
    const char* code;
};
/// Errors of PowerShell itself, which come before the command begins.
constexpr auto meanings = std::to_array<Meaning>({
    {"CommandNotFoundException", "command.unknown"},
    {"CommandNotFound", "command.unknown"},
    {"ScriptsNotAllowed", "command.script"},
    {"NamedParameterNotFound", "command.parameter"},
    {"PositionalParameterNotFound", "command.parameter"},
    {"ParameterNotFound", "command.parameter"},
    {"ParameterAlreadyBound", "command.parameter"},
    {"AmbiguousParameter", "command.parameter"},
    {"AmbiguousParameterSet", "command.parameter"},
    {"AmbiguousPositionalParameterNoName", "command.parameter"},
    {"MissingArgument", "command.parameter"},
    {"MissingMandatoryParameter", "command.parameter"},
    {"ParameterArgumentTransformationError", "command.parameter"},
    {"ParameterArgumentValidationError", "command.parameter"},
    {"ParameterArgumentValidationErrorNullNotAllowed", "command.parameter"},
    {"ParameterArgumentValidationErrorEmptyStringNotAllowed", "command.parameter"},
    {"ParameterArgumentValidationErrorEmptyArrayNotAllowed", "command.parameter"},
    {"CannotConvertArgument", "command.parameter"},
    {"CannotConvertArgumentNoMessage", "command.parameter"},
    {"ParameterBindingFailed", "command.parameter"},
    {"PipelineStopped", "command.stopped"},
    // Whoever asks a question finds nobody: the host of a session answers none.
    {"HostFunctionNotImplemented", "command.unconfirmed"},
});

std::string text_in(const Value& value, std::string_view name) {
    return clixml::string_in(property(value, name)).value_or("");
}

/// Messages of servers have line ends; a fault is one line, and no novel.
std::string one_line(const std::string& whole, std::size_t octets_max) {
    auto text = clixml::to_text(Value(whole), octets_max);
    for (auto& letter : text) {
        if (letter == '\n' || letter == '\r' || letter == '\t') letter = ' ';
    }
    const auto twice = std::unique(text.begin(), text.end(),
                                   [](char one, char next) { return one == ' ' && next == ' '; });
    text.erase(twice, text.end());
    return text;
}

std::string message_of(const Value& record) {
    auto details = text_in(record, "ErrorDetails_Message");
    if (!details.empty()) return details;
    const auto* const exception = property(record, "Exception");
    if (exception != nullptr) {
        auto message = text_in(*exception, "Message");
        if (!message.empty()) return message;
        const auto words = clixml::string_in(exception);
        if (words) return *words;
    }
    return clixml::to_text(record, message_octets_max);
}

std::string exception_of(const Value& record) {
    auto reason = text_in(record, "ErrorCategory_Reason");
    const auto* const exception = property(record, "Exception");
    const auto object = exception == nullptr ? nullptr : exception->object();
    if (!reason.empty() || !object || object->types.empty()) return reason;
    const auto& type = object->types.front();
    return type.substr(type.rfind('.') + 1);  // npos + 1 is 0
}

std::string target_of(const Value& record) {
    auto name = text_in(record, "ErrorCategory_TargetName");
    const auto* const target = property(record, "TargetObject");
    if (!name.empty() || target == nullptr) return name;
    return clixml::to_text(*target, target_octets_max);
}

std::int32_t number_in(const Value& value, std::string_view name, std::int32_t otherwise) {
    const auto number = clixml::integer_in(property(value, name));
    return number && std::in_range<std::int32_t>(*number) ? static_cast<std::int32_t>(*number)
                                                          : otherwise;
}

}  // namespace

ErrorRecord read_error_record(const Value& value) {
    ErrorRecord record;
    record.message = message_of(value);
    record.id = text_in(value, "FullyQualifiedErrorId");
    const auto category = clixml::integer_in(property(value, "ErrorCategory_Category")).value_or(0);
    const bool is_known = std::cmp_less(category, categories.size()) && category >= 0;
    record.category = is_known ? std::string(categories[static_cast<std::size_t>(category)])
                               : fmt::format("category {}", category);
    record.target = target_of(value);
    record.exception = exception_of(value);
    return record;
}

Fault fault_of(const ErrorRecord& record, const std::string& command) {
    const auto id = std::string_view(record.id).substr(0, record.id.find(','));
    const auto* const known = std::ranges::find(meanings, id, &Meaning::id);
    Fault fault;
    fault.reach = Reach::item;
    fault.code = known == meanings.end() ? "command.failed" : known->code;
    fault.detail = fmt::format("{}: {} [{}", command, one_line(record.message, message_octets_max),
                               record.category);
    if (!record.target.empty()) fault.detail += ", " + one_line(record.target, target_octets_max);
    if (!record.id.empty()) fault.detail += "; " + one_line(record.id, message_octets_max);
    fault.detail += "]";
    return fault;
}

std::string read_line(const Value& value) {
    const auto message = clixml::string_in(property(value, "InformationalRecord_Message"));
    if (message) return *message;
    const auto* const data = property(value, "MessageData");
    if (data == nullptr) return clixml::to_text(value);
    // Write-Host wraps its text.
    const auto* const wrapped = property(*data, "Message");
    return clixml::to_text(wrapped == nullptr ? *data : *wrapped);
}

clixml::Progress read_progress(const Value& value) {
    if (const auto* whole = value.as<clixml::ProgressPointer>(); whole != nullptr && *whole)
        return **whole;
    clixml::Progress progress;
    progress.activity = text_in(value, "Activity");
    progress.activity_id = number_in(value, "ActivityId", 0);
    const auto parent = number_in(value, "ParentActivityId", -1);
    if (parent >= 0) progress.parent_id = parent;
    progress.operation = clixml::string_in(property(value, "CurrentOperation"));
    progress.status = text_in(value, "StatusDescription");
    progress.percent = number_in(value, "PercentComplete", -1);
    progress.seconds_remaining = number_in(value, "SecondsRemaining", -1);
    const auto* const type = property(value, "Type");
    if (type != nullptr) progress.type = clixml::to_text(*type, 64);
    return progress;
}

}  // namespace hqsync::management::psrp
