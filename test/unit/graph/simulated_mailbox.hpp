// One mailbox of the simulator, seen through the adapter and, past it, as its user sees it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <simdjson.h>

#include "async/await.hpp"
#include "graph/codec.hpp"
#include "graph/exchange.hpp"
#include "http/client.hpp"
#include "sim/server.hpp"
#include "unit/login/test_clock.hpp"

namespace hqsync::graph {

inline const std::string mine_name = "HQ Meine Kontakte";
inline const std::string global_name = "HQ Globale Kontakte";
inline const std::string contact_mark_id =
    "String {6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8} Name HqContact";
inline const std::string folder_mark_id =
    "String {6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8} Name HqFolder";

class SimulatedMailbox : public testing::Test {
protected:
    struct Reply {
        long status = 0;
        std::string body;
        std::map<std::string, std::string> texts;  ///< members that are texts
    };

    SimulatedMailbox() {
        token_ = ask("POST", server_->url() + "/demo/oauth2/v2.0/token",
                     "grant_type=client_credentials&client_id=hqsync&client_secret=simulator"
                     "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
                     "application/x-www-form-urlencoded")
                     .texts.at("access_token");
        exchange_ = connect_as("simulator");
        mailbox_ = exchange_->mailbox(MailboxAddress(address_));
    }

    std::unique_ptr<Exchange> connect_as(std::string secret) {
        return connect({.graph_url = server_->url(),
                        .login_url = server_->url(),
                        .tenant = "demo",
                        .client_id = "hqsync",
                        .client_secret = std::move(secret)},
                       client_, clock_)
            .value();
    }

    template <class T>
    T run(Task<T> task) {
        return await_on(context_, std::move(task)).value();
    }

    /// Past the adapter: what the user, or an admin of the simulator, does.
    Reply ask(std::string method, std::string url, std::string body = "",
              const std::string& kind = "application/json") {
        const auto answer = run(client_.send({.method = std::move(method),
                                              .url = std::move(url),
                                              .headers = {{"Content-Type", kind},
                                                          {"Authorization", "Bearer " + token_},
                                                          {"Prefer", "IdType=\"ImmutableId\""}},
                                              .body = std::move(body)}));
        Reply reply{answer->status, answer->body, {}};
        simdjson::dom::parser parser;
        simdjson::dom::object object;
        if (parser.parse(reply.body).get(object) != simdjson::SUCCESS) return reply;
        for (const auto [name, value] : object) {
            std::string_view text;
            if (value.get(text) == simdjson::SUCCESS) reply.texts.emplace(name, text);
        }
        return reply;
    }
    Reply user(std::string method, const std::string& path, std::string body = "",
               const std::string& kind = "application/json") {
        return ask(std::move(method), server_->url() + "/v1.0/users/" + address_ + path,
                   std::move(body), kind);
    }
    Reply sim(std::string method, const std::string& path, std::string body = "") {
        return ask(std::move(method), server_->url() + "/sim" + path, std::move(body));
    }
    void misbehave(std::string fault) {
        ASSERT_EQ(sim("POST", "/faults", std::move(fault)).status, 200);
    }

    /// Number of requests, writes or others that the simulator counted on this mailbox.
    std::uint64_t counted(std::string_view what, std::string_view mailbox = {}) {
        const auto body = sim("GET", "/counters").body;
        simdjson::dom::parser parser;
        const auto root = parser.parse(body);
        const auto name = mailbox.empty() ? std::string_view(address_) : mailbox;
        std::uint64_t number = 0;
        static_cast<void>(root["mailboxes"].at_key(name).at_key(what).get(number));
        return number;
    }

    std::vector<Folder> open() {
        return run(mailbox_->open_folders({}, {FolderRole::mine, FolderRole::global},
                                          Mailbox::Trust::known))
            .value();
    }
    Folder mine() { return open().at(0); }

    Result<Written> apply_one(Write write) {
        std::vector<Write> writes;
        writes.push_back(std::move(write));
        return run(mailbox_->apply(std::move(writes))).at(0);
    }
    Written create(const Folder& folder, std::int64_t contact, const ContactCard& card) {
        return apply_one(CreateItem{folder.id, mark(contact), card}).value();
    }
    std::vector<reconcile::Observed> survey(const Folder& folder) {
        return run(mailbox_->survey(folder)).value();
    }

    static ContactMark mark(std::int64_t contact) { return {"hq", ContactId(contact)}; }

    static std::string contact_path(const ItemId& item) { return "/contacts/" + item.value(); }

    asio::io_context context_;
    http::Client client_{context_, {}};
    test::TestClock clock_;
    std::unique_ptr<sim::Server> server_ = sim::Server::start({.port = 0}).value();
    std::string token_;
    const std::string address_ = "a@agentur.example";
    std::unique_ptr<Exchange> exchange_;
    std::unique_ptr<Mailbox> mailbox_;
};

/// A card with a text in every field.
inline ContactCard full_card() {
    ContactCard card;
    card[Field::given_name] = "Jörg";
    card[Field::surname] = "O'Neill-Weiß";
    card[Field::display_name] = "Jörg O'Neill-Weiß";
    card[Field::file_as] = "O'Neill-Weiß, Jörg";
    card[Field::title] = "Dr.";
    card[Field::position] = "Leitung \"Einkauf\"";
    card[Field::company] = "Bäckerei & Söhne";
    card[Field::business_phone] = "+49 30 555010";
    card[Field::mobile_phone] = "+49 171 5550101";
    card[Field::business_fax] = "+49 30 555019";
    card[Field::email1] = "joerg@kunde.example";
    card[Field::email2] = "j.oneill@kunde.example";
    card[Field::email3] = "info@kunde.example";
    card[Field::street] = "Gänsemarkt 1\nHinterhaus";
    card[Field::city] = "Köln";
    card[Field::postal_code] = "50667";
    card[Field::country] = "Deutschland";
    card[Field::web_page] = "https://kunde.example/";
    card[Field::birthday] = "1959-09-04";
    card[Field::notes] = "Erste Zeile\nZweite Zeile";
    card[Field::categories] = "Berlin\nHamburg";
    return card;
}

inline ContactCard named_card(std::string given_name) {
    ContactCard card;
    card[Field::display_name] = given_name;
    card[Field::given_name] = std::move(given_name);
    return card;
}

inline constexpr const char* list_of_folders =
    "/contactFolders?$top=50&$expand=singleValueExtendedProperties($filter=id%20eq%20'String%20"
    "%7B6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8%7D%20Name%20HqFolder')";

}  // namespace hqsync::graph
