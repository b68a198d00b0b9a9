// Shapes that real servers took in the recorded conversations; type names are part of them.
#include "management/psrp_requests.hpp"

#include <algorithm>
#include <utility>

namespace hqsync::management::psrp {

namespace {

using clixml::bag;
using clixml::enumeration;
using clixml::List;
using clixml::Object;
using clixml::Text;
using clixml::Value;

Value version(std::string_view text) {
    return Value(Text{clixml::Lexical::version, std::string(text)});
}

Value no_host() {
    return bag({{"_isHostNull", Value(true)},
                {"_isHostUINull", Value(true)},
                {"_isHostRawUINull", Value(true)},
                {"_useRunspaceHost", Value(true)}});
}

Value any_apartment() {
    return enumeration("System.Management.Automation.Runspaces.ApartmentState", "UNKNOWN", 2);
}

Value list(std::vector<Value> items) {
    Object object;
    object.types = {
        "System.Collections.Generic.List`1[[System.Management.Automation.PSObject, "
        "System.Management.Automation, Version=1.0.0.0, Culture=neutral, "
        "PublicKeyToken=31bf3856ad364e35]]",
        "System.Object"};
    object.content.emplace_back(List{List::Kind::list, std::move(items)});
    return Value(std::move(object));
}

Value no_merge() {
    return enumeration("System.Management.Automation.Runspaces.PipelineResultTypes", "None", 0);
}

Value arguments_of(const Command& command) {
    std::vector<Value> arguments;
    for (const auto& [name, value] : command.parameters)
        arguments.push_back(bag({{"N", name.empty() ? Value() : Value(name)}, {"V", value}}));
    return list(std::move(arguments));
}

Value command_of(const Command& command, Version version) {
    std::vector<clixml::Property> fields = {
        {"Cmd", Value(command.name)},   {"IsScript", Value(false)},
        {"UseLocalScope", Value()},     {"MergeMyResult", no_merge()},
        {"MergeToResult", no_merge()},  {"MergePreviousResults", no_merge()},
        {"Args", arguments_of(command)}};
    if (version >= Version{2, 2}) {
        for (const auto* name : {"MergeError", "MergeWarning", "MergeVerbose", "MergeDebug"})
            fields.push_back({name, no_merge()});
    }
    if (version >= Version{2, 3}) fields.push_back({"MergeInformation", no_merge()});
    return bag(std::move(fields));
}

}  // namespace

Value session_capability() {
    // PSVersion stays 2.0 for ever: servers refuse any other.
    return bag({{"protocolversion", version("2.3")},
                {"PSVersion", version("2.0")},
                {"SerializationVersion", version("1.1.0.1")}});
}

Value init_runspace_pool() {
    return bag(
        {{"MinRunspaces", Value(std::int32_t{1})},
         {"MaxRunspaces", Value(std::int32_t{1})},
         {"PSThreadOptions",
          enumeration("System.Management.Automation.Runspaces.PSThreadOptions", "Default", 0)},
         {"ApartmentState", any_apartment()},
         {"HostInfo", no_host()},
         {"ApplicationArguments", Value()}});
}

Value create_pipeline(const Command& command, Version version) {
    std::vector<Value> commands = {command_of(command, version)};
    if (!command.select.empty()) {
        // One of the few commands that every restricted session has (MS-PSRP, RemoteServer).
        const Command select{"Select-Object", {{"Property", clixml::strings(command.select)}}};
        commands.push_back(command_of(select, version));
    }
    auto shell = bag({{"IsNested", Value(false)},
                      {"ExtraCmds", Value()},
                      {"Cmds", list(std::move(commands))},
                      {"History", Value()},
                      {"RedirectShellErrorOutputPipe", Value(false)}});
    return bag(
        {{"NoInput", Value(command.input.empty())},
         {"ApartmentState", any_apartment()},
         {"RemoteStreamOptions",
          enumeration("System.Management.Automation.Runspaces.RemoteStreamOptions", "None", 0)},
         {"AddToHistory", Value(false)},
         {"HostInfo", no_host()},
         {"PowerShell", std::move(shell)},
         {"IsNested", Value(false)}});
}

Value public_key(std::string_view blob) {
    return bag({{"PublicKey", Value(blob)}});
}

HostCall host_call(const Value& data) {
    HostCall call;
    call.id = clixml::integer_in(property(data, "ci")).value_or(HostCall::void_id);
    const auto* const method = property(data, "mi");
    call.method = static_cast<std::int32_t>(clixml::integer_in(method).value_or(0));
    if (method != nullptr) call.method_name = clixml::to_text(*method, 64);
    const auto* const arguments = property(data, "mp");
    const auto* const items = arguments == nullptr ? nullptr : clixml::list_in(*arguments);
    if (items != nullptr) call.arguments = items->items;
    return call;
}

Value host_refusal(const HostCall& call) {
    Object exception;
    exception.types = {"System.Management.Automation.Host.HostException", "System.Exception",
                       "System.Object"};
    exception.adapted = {{"Message", Value("Nobody is there to answer: give all that the command "
                                           "needs as parameters.")},
                         {"InnerException", Value()}};
    Object record;
    record.types = {"System.Management.Automation.ErrorRecord", "System.Object"};
    record.extended = {{"Exception", Value(std::move(exception))},
                       {"TargetObject", Value()},
                       {"FullyQualifiedErrorId", Value("HostFunctionNotImplemented")},
                       {"InvocationInfo", Value()},
                       {"ErrorCategory_Category", Value(std::int32_t{11})},
                       {"ErrorCategory_Activity", Value("")},
                       {"ErrorCategory_Reason", Value("HostException")},
                       {"ErrorCategory_TargetName", Value("")},
                       {"ErrorCategory_TargetType", Value("")},
                       {"ErrorCategory_Message", Value("NotImplemented")},
                       {"SerializeExtendedInfo", Value(false)}};
    return bag({{"ci", Value(call.id)},
                {"mi", enumeration("System.Management.Automation.Remoting.RemoteHostMethodId",
                                   call.method_name, call.method)},
                {"me", Value(std::move(record))}});
}

bool has_secret(const Value& value) {
    if (value.as<clixml::Secret>() != nullptr) return true;
    if (const auto* items = value.as<List>())
        return std::ranges::any_of(items->items,
                                   [](const Value& each) { return has_secret(each); });
    if (const auto* dictionary = value.as<clixml::Dictionary>()) {
        return std::ranges::any_of(dictionary->entries, [](const clixml::Entry& each) {
            return has_secret(each.key) || has_secret(each.value);
        });
    }
    const auto* const object = value.as<clixml::ObjectPointer>();
    if (object == nullptr || !*object) return false;
    const auto in_property = [](const clixml::Property& each) { return has_secret(each.value); };
    return std::ranges::any_of((*object)->content,
                               [](const Value& each) { return has_secret(each); }) ||
           std::ranges::any_of((*object)->adapted, in_property) ||
           std::ranges::any_of((*object)->extended, in_property);
}

bool has_secret(const Command& command) {
    return std::ranges::any_of(command.parameters,
                               [](const Parameter& each) { return has_secret(each.value); }) ||
           std::ranges::any_of(command.input, [](const Value& each) { return has_secret(each); });
}

}  // namespace hqsync::management::psrp
