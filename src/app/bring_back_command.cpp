// hqsync bring-back: contacts that a user deleted and that stay away from him.
#include <cstdio>

#include <fmt/format.h>

#include "app/context.hpp"
#include "app/kept_away.hpp"
#include "app/table.hpp"
#include "async/await.hpp"

namespace hqsync::app {

ExitCode bring_back(const Invocation& invocation, const std::string& user, std::int64_t contact) {
    const auto reading = open_reading(invocation);
    if (!reading) return complain(reading.error());
    const auto id = user_named(reading->directory, user);
    if (!id) return complain(id.error());
    const auto done = await(reading->state->bring_back(mailbox_named(user), ContactId(contact)));
    if (!done) return complain(done.error());
    if (!*done)
        return complain({.reach = Reach::item,
                         .code = "bring_back.not_away",
                         .detail = fmt::format("contact {} is not kept away from user {}; hqsync "
                                               "bring-back --list shows what is",
                                               contact, id->value())});
    fmt::print("The next sync brings contact {} back, if the rules still show it to him.\n",
               contact);
    return ExitCode::done;
}

ExitCode list_kept_away(const Invocation& invocation) {
    const auto config = load_config(invocation.config);
    if (!config) return complain(config.error());
    const auto state = open_state(*config, Share::beside_a_run);
    if (!state) return complain(state.error());
    const auto kept_away = await((*state)->kept_away());
    if (!kept_away) return complain(kept_away.error());
    if (invocation.output == Output::json) {
        Json json;
        write_kept_away(json, *kept_away);
        fmt::print("{}\n", json.text());
        return ExitCode::done;
    }
    Table table({{"mailbox"}, {"contact", Table::Align::right}, {"folder"}});
    for (const auto& [mailbox, contacts] : *kept_away)
        for (const auto& [each, folder] : contacts)
            table.add({mailbox.value(), fmt::to_string(each.value()), std::string(name(folder))});
    fmt::print("{}", table.empty() ? "Nothing is kept away from anybody.\n" : table.text());
    return ExitCode::done;
}

}  // namespace hqsync::app
