// Reads and joins what shapes the settings.
#include "engine/read_settings.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/letter_case.hpp"
#include "contact/text.hpp"

namespace hqsync::engine {

namespace {

constexpr std::size_t former_settings_max = 10'000;

}  // namespace

Task<Result<StoredSettings>> stored_settings(StateStore& state) {
    StoredSettings stored;
    auto values = co_await state.settings();
    if (!values) co_return fail(values.error());
    stored.values = *std::move(values);
    auto erased = co_await state.blocked();
    if (!erased) co_return fail(erased.error());
    stored.erased = *std::move(erased);
    const auto history = co_await state.setting_history(former_settings_max);
    if (!history) co_return fail(history.error());
    for (const auto& change : *history) {
        if (change.key != "placeholder.domain") continue;
        // JSON texts of host names: nothing in them is escaped.
        for (const std::string_view json : {change.from, change.to}) {
            if (json.size() > 2) stored.former_domains.emplace(json.substr(1, json.size() - 2));
        }
    }
    co_return stored;
}

Result<settings::Settings> settings_of(const StoredSettings& stored,
                                       const std::map<MailboxAddress, UserId>& users) {
    auto settings = settings::read(stored.values, users);
    if (!settings) return fail(settings.error());
    settings->rules.erased = stored.erased;
    settings->policies.placeholder_domains.insert(stored.former_domains.begin(),
                                                  stored.former_domains.end());
    return settings;
}

MailboxAddress mailbox_named(std::string_view mail) {
    return MailboxAddress(lower_case(trimmed(mail)));
}

std::map<MailboxAddress, UserId> users_by_mailbox(const Snapshot& snapshot,
                                                  std::string_view today) {
    std::map<MailboxAddress, UserId> users;
    for (const auto& user : snapshot.users) {
        if (!trimmed(user.email_work).empty() && placement::is_synced(user, today)) {
            users.emplace(mailbox_named(user.email_work), user.id);
        }
    }
    for (const auto& user : snapshot.users) {
        if (!trimmed(user.email_work).empty()) {
            users.emplace(mailbox_named(user.email_work), user.id);
        }
    }
    return users;
}

std::string date_of(Instant now) {
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(now));
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

}  // namespace hqsync::engine
