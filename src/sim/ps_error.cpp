// The fields of an ErrorRecord, in the order and with the types of the recordings.
#include "sim/ps_error.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "sim/ps_guid.hpp"

namespace hqsync::sim {

namespace {

std::string_view name_of(PsCategory category) {
    switch (category) {
        case PsCategory::not_specified: return "NotSpecified";
        case PsCategory::invalid_argument: return "InvalidArgument";
        case PsCategory::invalid_data: return "InvalidData";
        case PsCategory::invalid_operation: return "InvalidOperation";
        case PsCategory::object_not_found: return "ObjectNotFound";
        case PsCategory::operation_stopped: return "OperationStopped";
        case PsCategory::parser_error: return "ParserError";
        case PsCategory::permission_denied: return "PermissionDenied";
        case PsCategory::resource_exists: return "ResourceExists";
    }
    std::unreachable();
}

/// Over 40 characters: the first and the last fifteen.
std::string shortened(std::string_view text) {
    if (text.size() <= 40) return std::string(text);
    return fmt::format("{}...{}", text.substr(0, 15), text.substr(text.size() - 15));
}

std::string_view last_name(std::string_view type) {
    return type.substr(type.rfind('.') + 1);
}

std::vector<std::string> runtime_exception(std::string_view type) {
    return {std::string(type), "System.Management.Automation.RuntimeException",
            "System.SystemException", "System.Exception", "System.Object"};
}

std::vector<std::string> exchange_exception(std::string_view type) {
    return {std::string(type), "Microsoft.Exchange.Data.Common.LocalizedException",
            "System.Exception", "System.Object"};
}

/// Exchange tells the server and the request in each error's id.
std::string exchange_id(std::string_view failure, std::string_view message, std::string_view type) {
    return fmt::format(
        "[Server=EXCHANGE,RequestId={},TimeStamp=1/1/2026 8:00:00 AM] "
        "[FailureCategory=Cmdlet-{}] {},{}",
        guid_of(message), last_name(failure), guid_of(failure).substr(0, 8), type);
}

PsValue exception_object(const PsError& error) {
    std::vector<PsMember> properties = error.details;
    properties.push_back({"Message", ps_text(error.message)});
    PsValue data;
    data.tag = "DCT";
    data.types = {"System.Collections.ListDictionaryInternal", "System.Object"};
    properties.push_back({"Data", std::move(data)});
    for (const auto* const name : {"InnerException", "TargetSite", "StackTrace", "HelpLink"})
        properties.push_back({name, ps_nil()});
    properties.push_back({"Source", ps_text("System.Management.Automation")});
    properties.push_back({"HResult", ps_i32(-2'146'233'087)});
    return ps_object(error.exception, fmt::format("{}: {}", error.exception.front(), error.message),
                     std::move(properties));
}

}  // namespace

PsValue error_record(const PsError& error) {
    const auto reason = last_name(error.exception.front());
    PsValue record;
    record.tag = "Obj";
    record.types = {"System.Management.Automation.ErrorRecord", "System.Object"};
    record.shown = error.message;
    auto& fields = record.extended;
    if (error.end == PsEnd::goes_on) fields.push_back({"writeErrorStream", ps_bool(true)});
    fields.push_back({"Exception", exception_object(error)});
    fields.push_back({"TargetObject", ps_text_or_nil(error.target)});
    fields.push_back({"FullyQualifiedErrorId", ps_text(error.id)});
    fields.push_back({"InvocationInfo", ps_nil()});
    fields.push_back({"ErrorCategory_Category", ps_i32(static_cast<std::int64_t>(error.category))});
    fields.push_back({"ErrorCategory_Activity", ps_text(error.command)});
    fields.push_back({"ErrorCategory_Reason", ps_text(std::string(reason))});
    fields.push_back({"ErrorCategory_TargetName", ps_text(error.target)});
    fields.push_back({"ErrorCategory_TargetType", ps_text(error.target_type)});
    fields.push_back(
        {"ErrorCategory_Message",
         ps_text(fmt::format("{}: ({}:{}) [{}], {}", name_of(error.category),
                             shortened(error.target), error.target_type, error.command, reason))});
    fields.push_back({"SerializeExtendedInfo", ps_bool(false)});
    return record;
}

PsError script_not_allowed(std::string_view script) {
    return {.message =
                "The syntax is not supported by this runspace. This can occur if the "
                "runspace is in no-language mode.",
            .exception = runtime_exception("System.Management.Automation.ParseException"),
            .id = "ScriptsNotAllowed",
            .category = PsCategory::parser_error,
            .command = {},
            .target = std::string(script),
            .target_type = "String",
            .end = PsEnd::ends,
            .details = {{"Errors", ps_nil()}, {"WasThrownFromThrowStatement", ps_bool(false)}}};
}

PsError command_not_found(std::string_view name) {
    return {
        .message = fmt::format(
            "The term '{}' is not recognized as the name of a cmdlet, function, script file, or "
            "operable program. Check the spelling of the name, or if a path was included, "
            "verify that the path is correct and try again.",
            name),
        .exception = runtime_exception("System.Management.Automation.CommandNotFoundException"),
        .id = "CommandNotFoundException",
        .category = PsCategory::object_not_found,
        .command = {},
        .target = std::string(name),
        .target_type = "String",
        .end = PsEnd::ends,
        .details = {{"CommandName", ps_text(std::string(name))},
                    {"WasThrownFromThrowStatement", ps_bool(false)}},
        .status = 403};
}

namespace {

PsError binding_error(std::string_view command, std::string_view parameter, std::string message,
                      std::string id) {
    return {
        .message = std::move(message),
        .exception = runtime_exception("System.Management.Automation.ParameterBindingException"),
        .id = std::move(id),
        .category = PsCategory::invalid_argument,
        .command = std::string(command),
        .target = {},
        .target_type = {},
        .end = PsEnd::ends,
        .details = {{"ParameterName", ps_text(std::string(parameter))},
                    {"CommandInvocation", ps_nil()}}};
}

}  // namespace

PsError parameter_not_found(std::string_view command, std::string_view type,
                            std::string_view parameter) {
    return binding_error(
        command, parameter,
        fmt::format("A parameter cannot be found that matches parameter name '{}'.", parameter),
        fmt::format("NamedParameterNotFound,{}", type));
}

PsError parameter_missing(std::string_view command, std::string_view type,
                          std::string_view parameter) {
    return binding_error(
        command, parameter,
        fmt::format("Cannot process command because of one or more missing mandatory parameters: "
                    "{}.",
                    parameter),
        fmt::format("MissingMandatoryParameter,{}", type));
}

PsError parameter_unfit(std::string_view command, std::string_view type, std::string_view parameter,
                        std::string_view why) {
    auto error = binding_error(
        command, parameter,
        fmt::format("Cannot process argument transformation on parameter '{}'. {}", parameter, why),
        fmt::format("ParameterArgumentTransformationError,{}", type));
    error.category = PsCategory::invalid_data;
    error.exception.insert(
        error.exception.begin(),
        "System.Management.Automation.ParameterBindingArgumentTransformationException");
    return error;
}

PsError pipeline_stopped() {
    return {.message = "The pipeline has been stopped.",
            .exception = runtime_exception("System.Management.Automation.PipelineStoppedException"),
            .id = "PipelineStopped",
            .category = PsCategory::operation_stopped,
            .command = {},
            .target = {},
            .target_type = {},
            .end = PsEnd::ends};
}

PsError cannot_ask(std::string_view command, std::string_view question) {
    return {.message = fmt::format(
                "A command that prompts the user failed because the host program or the command "
                "type does not support user interaction. The host was attempting to request "
                "confirmation with the following message: {}",
                question),
            .exception = {"System.Management.Automation.Host.HostException",
                          "System.Management.Automation.RuntimeException", "System.SystemException",
                          "System.Exception", "System.Object"},
            .id = fmt::format("HostFunctionNotImplemented,{}", command),
            .category = PsCategory::invalid_operation,
            .command = std::string(command),
            .target = {},
            .target_type = {},
            .end = PsEnd::ends};
}

PsError object_missing(std::string_view command, std::string_view type, std::string_view object,
                       std::string_view domain) {
    constexpr std::string_view exception =
        "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException";
    auto message = fmt::format(
        "The operation couldn't be performed because object '{}' couldn't be found on 'dc.{}'.",
        object, domain);
    return {.message = message,
            .exception = exchange_exception(exception),
            .id = exchange_id(exception, message, type),
            .category = PsCategory::not_specified,
            .command = std::string(command),
            .target = {},
            .target_type = {},
            .end = PsEnd::goes_on,
            .details = {},
            .status = 404};
}

PsError object_exists(std::string_view command, std::string_view type, std::string_view object) {
    constexpr std::string_view exception =
        "Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException";
    auto message = fmt::format(
        "The object '{}' already exists. Object name must be unique within the container.", object);
    return {.message = message,
            .exception = exchange_exception(exception),
            .id = exchange_id(exception, message, type),
            .category = PsCategory::not_specified,
            .command = std::string(command)};
}

PsError task_refused(std::string_view command, std::string_view type, std::string message) {
    constexpr std::string_view exception = "Microsoft.Exchange.Configuration.Tasks.TaskException";
    return {.message = message,
            .exception = exchange_exception(exception),
            .id = exchange_id(exception, message, type),
            .category = PsCategory::invalid_argument,
            .command = std::string(command)};
}

PsValue information_record(std::string_view kind, std::string_view text) {
    PsValue record;
    record.tag = "Obj";
    record.types = {fmt::format("System.Management.Automation.{}", kind),
                    "System.Management.Automation.InformationalRecord", "System.Object"};
    record.shown = text;
    record.extended = {{"InformationalRecord_Message", ps_text(std::string(text))},
                       {"InformationalRecord_SerializeInvocationInfo", ps_bool(false)}};
    return record;
}

PsValue progress_record(std::string_view activity) {
    PsValue record;
    record.tag = "Obj";
    record.extended = {
        {"Activity", ps_text(std::string(activity))},
        {"ActivityId", ps_i32(0)},
        {"StatusDescription", ps_text(" ")},
        {"CurrentOperation", ps_nil()},
        {"ParentActivityId", ps_i32(-1)},
        {"PercentComplete", ps_i32(-1)},
        {"Type", ps_enum("System.Management.Automation.ProgressRecordType", "Completed", 1)},
        {"SecondsRemaining", ps_i32(-1)}};
    return record;
}

}  // namespace hqsync::sim
