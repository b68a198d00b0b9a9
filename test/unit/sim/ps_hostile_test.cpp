// Requests that are cut, turned and put together wrongly: an answer every time, and no more.
#include <gmock/gmock.h>

#include <random>

#include "ps_office.hpp"

namespace hqsync::sim {
namespace {

/// One of the usual mistakes, at a place that the seed chooses.
std::string spoiled(std::string text, std::mt19937_64& random) {
    if (text.empty()) return text;
    const auto at = random() % text.size();
    const auto size = 1 + random() % 40;
    switch (random() % 5) {
        case 0: text[at] = static_cast<char>(random() & 0xFFU); break;
        case 1: text.resize(at); break;
        case 2: text.erase(at, size); break;
        case 3: text.insert(at, text.substr(text.size() / 2, size)); break;
        default: text.insert(at, size, "<>&\"\0_"[random() % 6]);
    }
    return text;
}

std::string stream_of(std::string_view id, std::string_view octets) {
    return fmt::format(R"(<rsp:CommandLine CommandId="{}"><rsp:Command/><rsp:Arguments>{})"
                       "</rsp:Arguments></rsp:CommandLine>",
                       id, to_base64(octets));
}

TEST(PsHostile, AnswersEverySpoiledEnvelope) {
    std::mt19937_64 random(7);
    PsCaller caller;
    caller.create();
    std::size_t faults = 0;
    for (int round = 0; round < 1000; ++round) {
        const auto id = new_guid();
        const auto octets = client_octets(
            9, PsType::create_pipeline, id,
            pipeline_xml(command_xml("Get-Mailbox", argument_xml("Filter", R"(<S N="V">x</S>)"))));
        auto envelope = PsCaller::envelope(PsCaller::action("Command"), stream_of(id, octets),
                                           ps_exchange, caller.shell);
        const auto reply = caller.ask_raw(spoiled(std::move(envelope), random));
        ASSERT_TRUE(reply.status == 200 || reply.status == 500) << reply.status;
        if (reply.status == 500) ++faults;
        caller.face.expire({});
        caller.create();
    }
    EXPECT_GT(faults, 250U);
}

TEST(PsHostile, AnswersEverySpoiledMessage) {
    std::mt19937_64 random(11);
    std::size_t faults = 0;
    for (int round = 0; round < 1000; ++round) {
        PsCaller caller;
        caller.create();
        const auto id = new_guid();
        const auto data = spoiled(
            pipeline_xml(command_xml("Get-User", argument_xml("Identity", R"(<S N="V">x</S>)"))),
            random);
        auto octets = client_octets(9, PsType::create_pipeline, id, data);
        if (round % 2 == 0) octets = spoiled(std::move(octets), random);
        const auto reply = caller.ask("Command", stream_of(id, octets));
        ASSERT_TRUE(reply.status == 200 || reply.status == 500) << reply.status;
        if (reply.status == 500) ++faults;
    }
    EXPECT_GT(faults, 250U);
}

TEST(PsHostile, AnswersEverySpoiledInvocation) {
    std::mt19937_64 random(13);
    Office office;
    std::size_t faults = 0;
    for (int round = 0; round < 1000; ++round) {
        const auto reply = office.invoke(spoiled(
            R"({"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":{"Filter":"Alias -like 'a*'","ResultSize":5}}})",
            random));
        ASSERT_TRUE(reply.status == 200 || reply.status == 400 || reply.status == 403)
            << reply.status;
        if (reply.status != 200) ++faults;
    }
    EXPECT_GT(faults, 250U);
}

TEST(PsHostile, ReadsEverySpoiledFilter) {
    std::mt19937_64 random(17);
    Office office;
    std::size_t read = 0;
    for (int round = 0; round < 1000; ++round) {
        const auto filter = Opath::parse(spoiled(
            "(Alias -like '*a' -or -not (Name -eq \"x\")) -and Department -ne $null", random));
        if (!filter) continue;
        ++read;
        EXPECT_FALSE(office.organisation.matches(*filter, *office.organisation.mailboxes()[0]) &&
                     filter->names().empty());
    }
    EXPECT_GT(read, 25U);
    EXPECT_LT(read, 975U);
}

}  // namespace
}  // namespace hqsync::sim
