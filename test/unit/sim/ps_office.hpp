// An organisation of three, whose cmdlets tests run by either way.
#pragma once

#include <gmock/gmock.h>

#include "ps_caller.hpp"
#include "sim/ps_rest.hpp"

namespace hqsync::sim {

struct Office {
    std::int64_t seconds = 1'790'000'000;
    Domain domain{"agentur.example", 1, [this] { return seconds; }};
    Organisation organisation{domain, "hqsync@agentur.example", "app-1"};
    PsRights premises;
    PsWorld world{.organisation = organisation,
                  .rights = {.place = PsPlace::online, .allowed = {}},
                  .milliseconds = [] { return 0; },
                  .trouble = {}};
    PsRest rest{world, "http://127.0.0.1:1", "demo"};

    Office() {
        for (const auto* const name : {"anna", "bert", "carla"})
            domain.mailbox(std::string(name) + "@agentur.example");
    }

    void describe(std::string_view name, std::string_view property, PsValue value) {
        ASSERT_TRUE(
            organisation.describe(fmt::format("{}@agentur.example", name), property, value));
    }

    PsOutcome run(std::string_view command, std::vector<PsArgument> arguments = {},
                  PsPlace place = PsPlace::premises) {
        return run_step(organisation, {.place = place, .allowed = {}},
                        {.command = std::string(command), .arguments = std::move(arguments)}, {});
    }

    /// What was found, or the error.
    std::vector<std::string> names(std::string_view command, std::vector<PsArgument> arguments = {},
                                   PsPlace place = PsPlace::premises) {
        std::vector<std::string> all;
        const auto outcome = run(command, std::move(arguments), place);
        for (const auto& one : outcome.output)
            all.push_back(one.property("Name")->display());
        for (const auto& error : outcome.errors)
            all.push_back("error: " + error.message);
        return all;
    }

    Reply invoke(std::string_view body, std::string_view query = "",
                 std::map<std::string, std::string, std::less<>> headers = {}) {
        Request request{.method = "POST",
                        .target = fmt::format("/adminapi/beta/demo/InvokeCommand{}", query),
                        .headers = std::move(headers),
                        .body = std::string(body)};
        parse_target(request);
        return rest.answer(request);
    }
};

inline PsArgument with(std::string name, std::string text) {
    return {std::move(name), ps_text(std::move(text))};
}

}  // namespace hqsync::sim
