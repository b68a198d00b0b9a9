// One request to a mailbox: the list of its contact folders.
#include "app/access_probe.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "app/compose.hpp"
#include "app/object_text.hpp"
#include "async/await.hpp"
#include "base/letter_case.hpp"

namespace hqsync::app {
namespace {

namespace clixml = management::clixml;

constexpr std::array<std::string_view, 4> refusals = {
    "ErrorAccessDenied", "ErrorImpersonateUserDenied", "ErrorImpersonationDenied", "forbidden"};

Task<Result<void>> look_at(Exchange& exchange, std::string address) {
    const auto mailbox = exchange.mailbox(MailboxAddress(std::move(address)));
    // No folder is wanted, so that none is made or marked.
    const auto folders = co_await mailbox->open_folders({}, {}, Mailbox::Trust::nothing);
    if (!folders) co_return fail(folders.error());
    co_return Result<void>{};
}

std::string primary_of(const clixml::Value& mailbox) {
    const auto text = clixml::string_in(clixml::property(mailbox, "PrimarySmtpAddress"));
    return text ? mailbox_named(*text).value() : std::string();
}

/// "hqsync@agentur.example" of "AGENTUR\\hqsync", "hqsync" or itself.
bool is_of_account(std::string_view address, std::string_view account) {
    const auto name = last_part(account);
    const auto local = name.substr(0, name.find('@'));
    return !local.empty() && equal_without_case(local, address.substr(0, address.find('@')));
}

}  // namespace

AccessTried access_of(std::string mailbox, const Result<void>& answer) {
    if (answer) return {std::move(mailbox), Access::granted, {}};
    const auto& fault = answer.error();
    const bool is_refusal = std::ranges::find(refusals, fault.code) != refusals.end();
    return {std::move(mailbox), is_refusal ? Access::refused : Access::unknown, to_text(fault)};
}

Result<AccessTried> try_access(const Config& config, const std::string& mailbox) {
    const auto line = open_exchange(config);
    if (!line) return fail(line.error());
    auto task = look_at(*(*line)->exchange, mailbox_named(mailbox).value());
    const auto answer = await_on((*line)->context, std::move(task));
    const Fault stopped{.reach = Reach::run, .code = "run.stopped", .detail = "was stopped"};
    return access_of(mailbox, answer.value_or(Result<void>(fail(stopped))));
}

ProofReport judge_inside(const AccessTried& tried, ExchangePlace place) {
    ProofReport report{"access_inside", fmt::format("hqsync is let into {}", tried.mailbox), {}};
    if (tried.access == Access::granted) return report;
    report.wrong.push_back(tried.words);
    if (tried.access == Access::refused)
        report.wrong.push_back(
            place == ExchangePlace::online
                ? "Exchange Online takes up to two hours to follow new rights: "
                  "run setup again then"
                : "Exchange keeps rights for some minutes: run setup again then");
    return report;
}

ProofReport judge_outside(const AccessTried& tried) {
    ProofReport report{"access_outside",
                       fmt::format("hqsync is refused at {}, which is outside", tried.mailbox),
                       {}};
    if (tried.access == Access::granted)
        report.wrong.push_back(
            fmt::format("it is let into {}: another right reaches further than the scope "
                        "(an older assignment, a permission in Entra, full access)",
                        tried.mailbox));
    if (tried.access == Access::unknown) report.wrong.push_back("not tried: " + tried.words);
    return report;
}

Task<LeftOut> ask_left_out(management::ManagementSession& session, SetupWish wish,
                           std::vector<std::string> synced) {
    const bool lists_addresses = wish.filter.starts_with("PrimarySmtpAddress ");
    management::Command command{"Get-Mailbox",
                                {{"ResultSize", clixml::Value(std::int32_t{1000})},
                                 {"RecipientTypeDetails", clixml::Value("UserMailbox")}}};
    if (!lists_addresses)
        command.parameters.push_back(
            {"Filter", clixml::Value(fmt::format("-not ({})", wish.filter))});
    auto answer = co_await session.run(std::move(command));
    const auto mailboxes = objects_of(std::move(answer), Missing::is_none);
    LeftOut left_out;
    if (!mailboxes) co_return left_out;
    for (const auto& mailbox : *mailboxes) {
        auto address = primary_of(mailbox);
        const bool is_synced = std::ranges::find(synced, address) != synced.end();
        if (is_synced && !lists_addresses) left_out.synced.push_back(address);
        // The account may have rights in its own mailbox.
        const bool is_free = !is_synced && !is_of_account(address, wish.account);
        if (is_free && left_out.outside.empty()) left_out.outside = std::move(address);
    }
    co_return left_out;
}

ProofReport judge_left_out(const LeftOut& left_out) {
    constexpr std::size_t named_max = 20;
    ProofReport report{"covers_users", "the scope has all users who are synchronised", {}};
    for (const auto& address : left_out.synced) {
        if (report.wrong.size() == named_max) {
            report.wrong.push_back(fmt::format("and {} more", left_out.synced.size() - named_max));
            break;
        }
        report.wrong.push_back(address + " is synchronised and not in the scope");
    }
    return report;
}

}  // namespace hqsync::app
