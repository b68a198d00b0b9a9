// Writes headers and bodies in the order in which Windows PowerShell's client does.
#include "management/wsman_envelope.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "management/wsman_names.hpp"
#include "wire/writer.hpp"

namespace hqsync::management::wsman {

namespace {

using wire::Writer;

constexpr std::string_view must_understand = "s:mustUnderstand";

struct Option {
    std::string_view name;
    std::string_view value;
    bool must_comply = false;
};

void open_envelope(Writer& out) {
    out.open("s:Envelope")
        .attribute("xmlns:s", ns_s)
        .attribute("xmlns:wsa", ns_wsa)
        .attribute("xmlns:wsman", ns_wsman)
        .attribute("xmlns:wsmv", ns_wsmv)
        .attribute("xmlns:rsp", ns_rsp);
}

void write_understood(Writer& out, std::string_view name, std::string_view text) {
    out.open(name).attribute(must_understand, "true").text(text).close();
}

void write_locale(Writer& out, std::string_view name, std::string_view language) {
    out.open(name).attribute(must_understand, "false").attribute("xml:lang", language).close();
}

void write_options(Writer& out, const std::vector<Option>& options) {
    if (options.empty()) return;
    out.open("wsman:OptionSet").attribute(must_understand, "true");
    for (const auto& option : options) {
        out.open("wsman:Option");
        if (option.must_comply) out.attribute("MustComply", "true");
        out.attribute("Name", option.name).text(option.value).close();
    }
    out.close();
}

void write_header(Writer& out, const Header& header, std::string_view message_id,
                  std::string_view action, const std::vector<Option>& options) {
    out.open("s:Header");
    write_understood(out, "wsa:Action", action);
    write_locale(out, "wsmv:DataLocale", header.language);
    write_locale(out, "wsman:Locale", header.language);
    write_understood(out, "wsman:MaxEnvelopeSize", fmt::to_string(header.envelope_max));
    out.element("wsa:MessageID", message_id);
    out.element("wsman:OperationTimeout", duration(header.operation_timeout));
    out.open("wsa:ReplyTo");
    write_understood(out, "wsa:Address", anonymous);
    out.close();
    write_understood(out, "wsman:ResourceURI", header.resource_uri);
    out.open("wsmv:SessionId").attribute(must_understand, "false").text(header.session_id).close();
    out.element("wsa:To", header.url);
    write_options(out, options);
    if (!header.shell_id.empty()) {
        out.open("wsman:SelectorSet");
        out.open("wsman:Selector").attribute("Name", "ShellId").text(header.shell_id).close();
        out.close();
    }
    out.close();
}

/// Actions, options and bodies of the operations.
struct Bodies {
    Writer& out;

    void operator()(const Create& create) const {
        out.open("rsp:Shell").attribute("ShellId", create.shell_id);
        out.element("rsp:InputStreams", "stdin pr");
        out.element("rsp:OutputStreams", "stdout");
        if (create.idle_timeout) out.element("rsp:IdleTimeOut", duration(*create.idle_timeout));
        if (!create.name.empty()) out.element("rsp:Name", create.name);
        out.open("creationXml")
            .attribute("xmlns", ns_pwsh)
            .text(to_base64(create.octets))
            .close()
            .close();
    }
    void operator()(const Command& command) const {
        out.open("rsp:CommandLine").attribute("CommandId", command.command_id);
        out.element("rsp:Command", "");
        out.element("rsp:Arguments", to_base64(command.octets)).close();
    }
    void operator()(const Send& send) const {
        out.open("rsp:Send").open("rsp:Stream").attribute("Name", send.stream);
        write_command_id(send.command_id);
        out.text(to_base64(send.octets)).close().close();
    }
    void operator()(const Receive& receive) const {
        out.open("rsp:Receive").open("rsp:DesiredStream");
        write_command_id(receive.command_id);
        out.text("stdout").close().close();
    }
    void operator()(const Signal& signal) const {
        out.open("rsp:Signal");
        write_command_id(signal.command_id);
        out.element("rsp:Code", signal.code).close();
    }
    void operator()(const Delete&) const {}
    void operator()(const Enumerate&) const {
        // All at once: an account has few shells.
        out.open("wsen:Enumerate").attribute("xmlns:wsen", ns_wsen);
        out.element("wsman:OptimizeEnumeration", "");
        out.element("wsman:MaxElements", "32000").close();
    }

    void write_command_id(const std::string& id) const {
        if (!id.empty()) out.attribute("CommandId", id);
    }
};

std::vector<Option> options_of(const Operation& operation) {
    if (const auto* create = std::get_if<Create>(&operation)) {
        std::vector<Option> options{{"protocolversion", create->protocol_version, true}};
        if (!create->loads_profile) options.push_back({"WINRS_NOPROFILE", "TRUE", true});
        return options;
    }
    if (std::holds_alternative<Command>(operation)) return {{"WINRS_SKIP_CMD_SHELL", "False"}};
    if (std::holds_alternative<Receive>(operation)) {
        return {{"WSMAN_CMDSHELL_OPTION_KEEPALIVE", "True"}};
    }
    return {};
}

}  // namespace

std::string_view action_of(const Operation& operation) {
    constexpr std::array<std::string_view, 7> actions = {
        action_create, action_command, action_send,     action_receive,
        action_signal, action_delete,  action_enumerate};
    static_assert(actions.size() == std::variant_size_v<Operation>);
    return actions[operation.index()];
}

std::string envelope(const Header& header, std::string_view message_id,
                     const Operation& operation) {
    Writer out;
    open_envelope(out);
    write_header(out, header, message_id, action_of(operation), options_of(operation));
    out.open("s:Body");
    std::visit(Bodies{out}, operation);
    return std::move(out).done();
}

std::size_t payload_max(const Header& header) {
    constexpr std::string_view id = "00000000-0000-0000-0000-000000000000";
    constexpr std::size_t spare = 256;
    auto filled = header;
    if (filled.shell_id.empty()) filled.shell_id = id;
    const auto message_id = fmt::format("uuid:{}", id);
    const auto empty =
        std::max(envelope(filled, message_id, Command{std::string(id), {}}).size(),
                 envelope(filled, message_id, Send{std::string(id), "stdin", {}}).size());
    if (header.envelope_max <= empty + spare) return 0;
    return (header.envelope_max - empty - spare) / 4 * 3;
}

std::string duration(Milliseconds time) {
    const auto count = std::max<Milliseconds::rep>(time.count(), 0);
    if (count % 1000 == 0) return fmt::format("PT{}S", count / 1000);
    return fmt::format("PT{}.{:03}S", count / 1000, count % 1000);
}

}  // namespace hqsync::management::wsman
