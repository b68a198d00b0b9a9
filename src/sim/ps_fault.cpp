// The words of the faults, as servers were recorded to say them or as wsmerror.h has them.
#include <fmt/format.h>

#include <string>

#include "sim/ps_envelope.hpp"

namespace hqsync::sim {

namespace {

WsmanFault invalid_selectors(std::string_view message, std::string_view provider) {
    return {.side = "s:Sender",
            .subcode = "w:InvalidSelectors",
            .code = "2150858843",
            .reason =
                "The WS-Management service cannot process the request because the request "
                "contained invalid selectors for the resource. ",
            .message = std::string(message),
            .detail = "UnexpectedSelectors",
            .provider = provider};
}

WsmanFault quota(std::string_view code, std::string message) {
    return {.side = "s:Sender",
            .subcode = "w:QuotaLimit",
            .code = std::string(code),
            .reason = message,
            .message = std::move(message)};
}

}  // namespace

WsmanFault unknown_shell() {
    return invalid_selectors({}, "Shell provider");
}

WsmanFault unknown_command() {
    return invalid_selectors(
        "The Windows Remote Shell received a request to perform an operation on a command "
        "identifier that does not exist. Either the command has completed execution or the client "
        "specified an invalid command identifier. ",
        {});
}

WsmanFault unknown_resource() {
    return {.side = "s:Sender",
            .subcode = "a:DestinationUnreachable",
            .code = "2150858811",
            .reason =
                "The WS-Management service cannot process the request. The resource URI is "
                "missing or it has an incorrect format. Check the documentation or use the "
                "following command for information on how to construct a resource URI: "
                "\"winrm help uris\". ",
            .detail = "InvalidResourceURI"};
}

WsmanFault unknown_action() {
    return {.side = "s:Sender",
            .subcode = "a:ActionNotSupported",
            .code = "2150858753",
            .reason =
                "The WS-Management service cannot process the request. The WS-Addressing "
                "action URI is invalid. Check the documentation for information on how to "
                "construct an action URI. "};
}

WsmanFault invalid_headers() {
    return {.side = "s:Sender",
            .subcode = "a:InvalidMessageInformationHeader",
            .code = "2150858767",
            .reason =
                "The WS-Management service cannot process the request. The request contains "
                "one or more invalid SOAP headers. "};
}

WsmanFault schema_violation() {
    return {.side = "s:Sender",
            .subcode = "w:SchemaValidationError",
            .code = "2150858817",
            .reason =
                "The SOAP XML in the message does not match the corresponding XML schema "
                "definition. Change the XML and retry. "};
}

WsmanFault timed_out() {
    return {.side = "s:Receiver",
            .subcode = "w:TimedOut",
            .code = "2150858793",
            .reason =
                "The WS-Management service cannot complete the operation within the time "
                "specified in OperationTimeout.  "};
}

WsmanFault aborted() {
    return {.side = "s:Receiver",
            .subcode = "w:InternalError",
            .code = "995",
            .reason =
                "The I/O operation has been aborted because of either a thread exit or an "
                "application request. "};
}

WsmanFault too_many_shells(std::int64_t most) {
    return quota("2150859173",
                 fmt::format("The WS-Management service cannot process the request. This user is "
                             "allowed a maximum number of {} concurrent shells, which has been "
                             "exceeded. Close existing shells or raise the quota for this user. ",
                             most));
}

WsmanFault too_many_commands(std::int64_t most) {
    return quota("2150859241",
                 fmt::format("The WS-Management service cannot process the request. The maximum "
                             "number of concurrent commands per shell ({}) has been exceeded. "
                             "Retry later or raise the quota for concurrent commands per shell. ",
                             most));
}

WsmanFault fault_of_code(std::string_view code) {
    for (auto known :
         {unknown_shell(), unknown_resource(), unknown_action(), invalid_headers(),
          schema_violation(), timed_out(), aborted(), too_many_shells(18), too_many_commands(1)}) {
        if (known.code == code) return known;
    }
    if (code == "2150859175") {
        return quota(code,
                     "The WS-Management service cannot process the request. The user load "
                     "quota of 2000 requests per 30 seconds has been exceeded. Send future "
                     "requests at a slower rate or raise the quota for this user. The next "
                     "request from this user will not be approved for at least 1500 "
                     "milliseconds. ");
    }
    if (code == "2150859179" || code == "2150859236") {
        return quota(code,
                     "The WS-Management service cannot process the request. The maximum "
                     "number of concurrent shells for this tenant has been exceeded. Close "
                     "existing shells or raise the quota for this tenant. ");
    }
    return {.side = "s:Receiver",
            .subcode = "w:InternalError",
            .code = std::string(code),
            .reason = "The WS-Management service cannot process the request. "};
}

}  // namespace hqsync::sim
