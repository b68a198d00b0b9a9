// Logs in, looks the item up, and saves it.
#include "app/demo_user.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>
#include <asio/io_context.hpp>

#include "async/await.hpp"
#include "http/client.hpp"

namespace hqsync::app {
namespace {

Fault demo_fault(std::string detail) {
    return {.reach = Reach::run, .code = "demo", .detail = std::move(detail)};
}

Result<std::string> ask(http::Request request) {
    asio::io_context context;
    http::Client client(context, {});
    const auto answer = await_on(context, client.send(std::move(request)));
    if (!answer || !*answer) return fail(demo_fault("the simulator does not answer"));
    if ((*answer)->status / 100 != 2)
        return fail(demo_fault(fmt::format("the simulator answered {}", (*answer)->status)));
    return (*answer)->body;
}

Result<std::string> token_of(const DemoUser& user) {
    const auto answer =
        ask({.method = "POST",
             .url = user.url + "/demo/oauth2/v2.0/token",
             .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
             .body = fmt::format("client_id=hqsync&client_secret={}&grant_type=client_credentials"
                                 "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
                                 user.secret)});
    if (!answer) return fail(answer.error());
    simdjson::dom::parser parser;
    std::string_view token;
    if (parser.parse(*answer)["access_token"].get(token) != simdjson::SUCCESS)
        return fail(demo_fault("the simulator gave no token"));
    return std::string(token);
}

bool has_mark(simdjson::dom::element item, std::string_view mark) {
    simdjson::dom::array properties;
    if (item["singleValueExtendedProperties"].get(properties) != simdjson::SUCCESS) return false;
    for (const auto property : properties) {
        std::string_view value;
        if (property["value"].get(value) == simdjson::SUCCESS && value == mark) return true;
    }
    return false;
}

Result<std::string> item_of(const DemoUser& user, ContactId contact) {
    const auto answer = ask({.method = "GET",
                             .url = user.url + "/sim/mailboxes/" + user.mailbox.value(),
                             .headers = {},
                             .body = {}});
    if (!answer) return fail(answer.error());
    const auto mark = fmt::format("hq:{}", contact.value());
    simdjson::dom::parser parser;
    simdjson::dom::array folders;
    if (parser.parse(*answer)["folders"].get(folders) != simdjson::SUCCESS)
        return fail(demo_fault("the simulator shows no folders"));
    for (const auto folder : folders) {
        simdjson::dom::array items;
        if (folder["contacts"].get(items) != simdjson::SUCCESS) continue;
        for (const auto item : items) {
            std::string_view id;
            if (has_mark(item, mark) && item["id"].get(id) == simdjson::SUCCESS)
                return std::string(id);
        }
    }
    return fail(demo_fault("the contact is not in the mailbox"));
}

}  // namespace

Result<void> DemoUser::change_mobile(ContactId contact, const std::string& number) const {
    const auto token = token_of(*this);
    if (!token) return fail(token.error());
    const auto item = item_of(*this, contact);
    if (!item) return fail(item.error());
    const auto saved =
        ask({.method = "PATCH",
             .url = fmt::format("{}/v1.0/users/{}/contacts/{}", url, mailbox.value(), *item),
             .headers = {{"Authorization", "Bearer " + *token},
                         {"Content-Type", "application/json"},
                         {"Prefer", "IdType=\"ImmutableId\""}},
             .body = fmt::format(R"({{"mobilePhone":"{}"}})", number)});
    if (!saved) return fail(saved.error());
    return {};
}

}  // namespace hqsync::app
