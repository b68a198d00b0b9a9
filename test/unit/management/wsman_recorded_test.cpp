// Every recorded envelope: ours say the same, and those of the servers are read whole.
#include <map>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <pugixml.hpp>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "management/wsman_answer.hpp"
#include "management/wsman_envelope.hpp"
#include "management/wsman_errors.hpp"
#include "management/wsman_names.hpp"
#include "unit/management/wsman_recordings.hpp"

namespace hqsync::management::wsman {
namespace {

using test::Recorded;

std::string_view local(std::string_view name) {
    return name.substr(name.find(':') + 1);  // npos + 1 is 0
}

/// The namespace that a name of this element is in; that of an attribute without prefix is none.
std::string namespace_of(pugi::xml_node node, std::string_view name, bool is_attribute) {
    const auto colon = name.find(':');
    if (colon == std::string_view::npos && is_attribute) return "";
    const auto declared = colon == std::string_view::npos
                              ? std::string("xmlns")
                              : fmt::format("xmlns:{}", name.substr(0, colon));
    if (declared == "xmlns:xml") return "xml";
    for (auto at = node; at; at = at.parent())
        if (const auto found = at.attribute(declared.c_str())) return found.value();
    return "";
}

void canonical(pugi::xml_node node, std::string& out, int depth = 0) {
    std::set<std::string> attributes;
    for (const auto attribute : node.attributes()) {
        if (std::string_view(attribute.name()).starts_with("xmlns")) continue;
        attributes.insert(fmt::format("{}|{}={}", namespace_of(node, attribute.name(), true),
                                      local(attribute.name()), attribute.value()));
    }
    out += fmt::format("{:{}}{}|{}", "", depth, namespace_of(node, node.name(), false),
                       local(node.name()));
    for (const auto& attribute : attributes)
        out += " " + attribute;
    out += fmt::format(" '{}'\n", node.child_value());
    for (const auto child : node.children())
        if (child.type() == pugi::node_element) canonical(child, out, depth + 1);
}

std::string canonical(const std::string& xml) {
    pugi::xml_document document;
    if (!document.load_string(xml.c_str())) return "no XML";
    std::string out;
    canonical(document.document_element(), out);
    return out;
}

/// Elements by local names: "Header/Action".
pugi::xml_node at(pugi::xml_node node, std::string_view path) {
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        const auto name = path.substr(0, slash);
        node = node.find_child([&](pugi::xml_node one) { return local(one.name()) == name; });
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return node;
}

std::string attribute(pugi::xml_node node, const char* name) {
    return node.attribute(name).value();
}

std::string octets(pugi::xml_node node) {
    return from_base64(node.child_value()).value();
}

std::optional<Operation> operation_of(pugi::xml_node envelope) {
    const auto body = at(envelope, "Body");
    if (const auto shell = at(body, "Shell")) {
        Create create;
        create.shell_id = attribute(shell, "ShellId");
        create.octets = octets(at(shell, "creationXml"));
        create.idle_timeout = read_duration(at(shell, "IdleTimeOut").child_value());
        for (const auto option : at(envelope, "Header/OptionSet").children()) {
            if (attribute(option, "Name") == "WINRS_NOPROFILE") create.loads_profile = false;
            if (attribute(option, "Name") == "protocolversion")
                create.protocol_version = option.child_value();
        }
        return create;
    }
    if (const auto line = at(body, "CommandLine"))
        return Command{attribute(line, "CommandId"), octets(at(line, "Arguments"))};
    if (const auto stream = at(body, "Send/Stream"))
        return Send{attribute(stream, "CommandId"), attribute(stream, "Name"), octets(stream)};
    if (const auto desired = at(body, "Receive/DesiredStream"))
        return Receive{attribute(desired, "CommandId")};
    if (const auto signal = at(body, "Signal"))
        return Signal{attribute(signal, "CommandId"), at(signal, "Code").child_value()};
    if (std::string_view(at(envelope, "Header/Action").child_value()) == action_delete)
        return Delete{};
    const auto all = at(body, "Enumerate");
    if (all && !at(all, "Filter")) return Enumerate{};
    return std::nullopt;
}

Header header_of(pugi::xml_node envelope) {
    const auto header = at(envelope, "Header");
    Header made;
    made.url = at(header, "To").child_value();
    made.resource_uri = at(header, "ResourceURI").child_value();
    made.session_id = at(header, "SessionId").child_value();
    made.shell_id = at(header, "SelectorSet/Selector").child_value();
    const auto timeout = read_duration(at(header, "OperationTimeout").child_value());
    made.operation_timeout = timeout.value();
    made.envelope_max = std::stoul(at(header, "MaxEnvelopeSize").child_value());
    return made;
}

bool is_psrp(const Recorded& one) {
    const bool is_shell = one.request.find("Microsoft.PowerShell<") != std::string::npos ||
                          one.request.find("windows/shell</wsman:Resource") != std::string::npos;
    return is_shell && one.request.find("stdout stderr") == std::string::npos;
}

TEST(WsmanRecorded, RequestsAreThoseThatWeWrite) {
    const auto all = test::recordings();
    if (all.empty()) GTEST_SKIP() << "no recordings here";
    std::map<std::string, int> seen;
    for (const auto& one : all) {
        if (!is_psrp(one)) continue;
        pugi::xml_document document;
        ASSERT_TRUE(document.load_string(one.request.c_str())) << one.file;
        const auto recorded = document.document_element();
        const auto operation = operation_of(recorded);
        if (!operation) continue;
        const std::string message_id = at(recorded, "Header/MessageID").child_value();
        const auto ours = envelope(header_of(recorded), message_id, *operation);
        EXPECT_EQ(canonical(ours), canonical(one.request)) << one.file;
        ++seen[std::string(action_of(*operation).substr(action_of(*operation).rfind('/') + 1))];
    }
    const std::map<std::string, int> expected{{"Create", 30},   {"Command", 25}, {"Send", 21},
                                              {"Receive", 110}, {"Signal", 1},   {"Delete", 27},
                                              {"Enumerate", 2}};
    EXPECT_EQ(seen, expected);
}

TEST(WsmanRecorded, AnswersAreReadWhole) {
    const auto all = test::recordings();
    if (all.empty()) GTEST_SKIP() << "no recordings here";
    std::size_t streams = 0;
    std::size_t related = 0;
    std::map<std::string, int> actions;
    for (const auto& one : all) {
        if (one.response.empty() || !is_psrp(one)) continue;
        pugi::xml_document document;
        ASSERT_TRUE(document.load_string(one.response.c_str())) << one.file;
        const auto recorded = document.document_element();
        const std::string id = at(recorded, "Header/RelatesTo").child_value();
        const auto answer = read_answer(one.response, id);
        ASSERT_TRUE(answer) << one.file << to_text(answer.error());
        ++actions[answer->action];
        related += one.request.find(id) != std::string::npos ? 1 : 0;
        EXPECT_EQ(answer->fault.has_value(), answer->action == "fault");
        if (answer->action == "CreateResponse") {
            EXPECT_EQ(answer->shell_id.size(), 36U);
            const auto idle = at(recorded, "Body/Shell/IdleTimeOut");
            EXPECT_EQ(answer->idle_timeout, read_duration(idle.child_value()));
            EXPECT_EQ(answer->idle_timeout.has_value(), !!idle);
        }
        if (answer->action == "CommandResponse") EXPECT_EQ(answer->command_id.size(), 36U);
        std::size_t found = 0;
        for (const auto stream : at(recorded, "Body/ReceiveResponse").children())
            if (local(stream.name()) == "Stream") {
                ASSERT_LT(found, answer->streams.size());
                EXPECT_EQ(to_base64(answer->streams[found].octets), stream.child_value());
                EXPECT_EQ(answer->streams[found].command_id, attribute(stream, "CommandId"));
                ++found;
            }
        EXPECT_EQ(answer->streams.size(), found);
        EXPECT_EQ(answer->is_done, one.response.find("CommandState/Done") != std::string::npos);
        streams += found;
    }
    EXPECT_EQ(actions["ReceiveResponse"], 107);
    EXPECT_EQ(actions["CreateResponse"], 30);
    EXPECT_GT(streams, 150U);
    EXPECT_GT(related, 0U);
}

TEST(WsmanRecorded, FaultsHaveTheirClass) {
    const auto all = test::recordings();
    if (all.empty()) GTEST_SKIP() << "no recordings here";
    std::map<std::string, int> seen;
    for (const auto& one : all) {
        if (one.response.find(":Fault>") == std::string::npos) continue;
        const auto answer = read_answer(one.response, "");
        // No id to compare with: the recording is held against itself.
        if (!answer) {
            EXPECT_EQ(answer.error().code, "wsman.mismatch");
            const auto id = one.response.find("RelatesTo>") + 10;
            const auto again =
                read_answer(one.response, one.response.substr(id, one.response.find('<', id) - id));
            ASSERT_TRUE(again);
            ++seen[judge(again->fault.value()).fault.code];
        }
    }
    const std::map<std::string, int> expected{{"shell.keep_waiting", 4}, {"shell.gone", 3}};
    EXPECT_EQ(seen, expected);
}

}  // namespace
}  // namespace hqsync::management::wsman
