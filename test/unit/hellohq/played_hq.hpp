// A helloHQ that plays: records by set, pages of its size, and the answers that a test puts first.
#pragma once

#include <charconv>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <simdjson.h>
#include <unistd.h>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include "hellohq/hellohq.hpp"
#include "unit/login/test_clock.hpp"

namespace hqsync::hellohq {

inline std::string without_percent(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        int octet = 0;
        if (text[i] == '%' && i + 2 < text.size()) {
            std::from_chars(text.data() + i + 1, text.data() + i + 3, octet, 16);
            plain += static_cast<char>(octet);
            i += 2;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

inline std::vector<std::int64_t> numbers_behind(const std::string& text, const std::string& word) {
    std::vector<std::int64_t> numbers;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1))
        numbers.push_back(std::stoll(text.substr(at + word.size())));
    return numbers;
}

class PlayedHq final : public http::Sender {
public:
    using Handler = std::function<Result<http::Response>(const http::Request&)>;

    Task<Result<http::Response>> send(http::Request request) override {
        const auto path = without_percent(request.url.substr(base.size()));
        log.push_back(request.method + " " + path);
        bodies.push_back(request.body);
        for (auto each = first.begin(); each != first.end(); ++each) {
            if (log.back().find(each->first) == std::string::npos) continue;
            const auto handler = each->second;
            first.erase(each);
            co_return handler(request);
        }
        co_return serve(request, path);
    }

    /// The next request whose method and path hold `part` is answered so.
    void next(const std::string& part, Handler handler) {
        first.emplace_back(part, std::move(handler));
    }
    void next(const std::string& part, long status, std::string body, http::Headers headers = {}) {
        next(part, [=](const http::Request&) -> Result<http::Response> {
            return http::Response{status, headers, body};
        });
    }
    static Result<http::Response> lost() {
        return fail({.reach = Reach::mailbox,
                     .code = "http.timeout",
                     .detail = "no answer",
                     .outcome_unknown = true,
                     .transient = true});
    }

    [[nodiscard]] std::size_t times(std::string_view part) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            log, [&](const auto& each) { return each.find(part) != std::string::npos; }));
    }

    const std::string base = "http://127.0.0.1:1";
    std::map<std::string, std::map<std::int64_t, std::string>> sets;
    std::size_t page_size = 2;
    std::size_t counted_too_many = 0;
    bool shows_link = true;
    std::deque<std::pair<std::string, Handler>> first;
    std::vector<std::string> log;
    std::vector<std::string> bodies;

private:
    static std::string updated_on(const std::string& json) {
        simdjson::dom::parser parser;
        std::string_view text;
        return parser.parse(json)["UpdatedOn"].get(text) == simdjson::SUCCESS ? std::string(text)
                                                                              : std::string();
    }

    Result<http::Response> serve(const http::Request& request, const std::string& path) {
        if (!path.starts_with("/v1/")) return http::Response{404, {}, "{}"};
        const auto set = path.substr(4, path.find_first_of("?(") - 4);
        auto& records = sets[set];
        if (path.size() > set.size() + 4 && path[set.size() + 4] == '(') {
            const auto id = std::stoll(path.substr(set.size() + 5));
            if (!records.contains(id)) return http::Response{404, {}, "{}"};
            if (request.method == "PUT") records[id] = request.body;
            return http::Response{200, {}, records[id]};
        }
        if (request.method == "POST") {
            const auto id = records.empty() ? 1 : records.rbegin()->first + 1;
            records[id] = fmt::format("{{\"Id\":{},{}", id, request.body.substr(1));
            return http::Response{201, {}, records[id]};
        }
        return list(records, path);
    }

    Result<http::Response> list(const std::map<std::int64_t, std::string>& records,
                                const std::string& path) const {
        const auto wanted = numbers_behind(path, "Id eq ");
        const auto behind = numbers_behind(path, "Id gt ");
        const auto since = path.find("UpdatedOn gt ");
        std::string values;
        std::size_t shown = 0;
        std::size_t all = 0;
        for (const auto& [id, json] : records) {
            if (!wanted.empty() && std::ranges::find(wanted, id) == wanted.end()) continue;
            if (since != path.npos && updated_on(json) <= path.substr(since + 13, 20)) continue;
            ++all;
            if (!behind.empty() && id <= behind[0]) continue;
            if (shown == page_size) continue;
            values += (values.empty() ? "" : ",") + json;
            ++shown;
        }
        std::string head;
        if (path.find("$count=true") != path.npos)
            head = fmt::format("\"@odata.count\":{},", all + counted_too_many);
        const bool has_more = shown == page_size && shows_link;
        const auto link = has_more ? fmt::format(",\"@odata.nextLink\":\"{}/v1/x?$skip=2\"", base)
                                   : std::string();
        return http::Response{200, {}, fmt::format("{{{}\"value\":[{}]{}}}", head, values, link)};
    }
};

class PlayedDirectory : public testing::Test {
protected:
    PlayedDirectory() {
        hq_.sets["Users"][1] = R"({"Id":1,"FirstName":"Anna","EMailWork":"anna@agentur.example"})";
        hq_.sets["Users"][2] = R"({"Id":2,"FirstName":"Ben","EMailWork":"ben@agentur.example"})";
        hq_.sets["Subsystem"][1] = R"({"Id":1,"Name":"Haus","IsMaster":true})";
        hq_.sets["Companies"][10] =
            R"({"Id":10,"Name":"Nordlicht","ResponsibleUsers":[{"Id":1}],"CompanyTypes":[{"Name":"Kunde"}],"Subsystems":[],"UpdatedOn":"2026-11-01T08:00:00Z"})";
        for (int id = 101; id <= 105; ++id)
            hq_.sets["ContactPersons"][id] = contact(id, "Kim", "2026-11-01T08:00:00Z");
        hq_.sets["Projects"][7] =
            R"({"Id":7,"Name":"Umzug","Members":[{"UserId":1}],"ContactPersons":[{"Id":101}],"Subsystems":[],"UpdatedOn":"2026-11-01T08:00:00Z"})";
        hq_.sets["Leads"];
        folder_ = std::filesystem::temp_directory_path() /
                  fmt::format("hqsync-hellohq-{}-{}", ::getpid(),
                              testing::UnitTest::GetInstance()->random_seed());
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
        source_ = open();
    }
    ~PlayedDirectory() override { std::filesystem::remove_all(folder_); }

    static std::string contact(int id, const std::string& name, const std::string& updated) {
        return fmt::format(
            R"({{"Id":{},"FirstName":"{}","CompanyId":10,"Unknown":"bleibt","DefaultAddress":{{"Id":{},"Email":"k@kunde.example","Description":"<p>Eins</p><p>Zwei</p>"}},"UpdatedOn":"{}"}})",
            id, name, 1000 + id, updated);
    }

    std::unique_ptr<HelloHq> open() {
        return HelloHq::open({.api_url = hq_.base,
                              .system = "hq",
                              .account = "token",
                              .cache_file = folder_ / "cache",
                              .seed = 1},
                             hq_, clock_, std::make_unique<FixedToken>("geheim"))
            .value();
    }

    template <class T>
    T run(Task<T> task) {
        std::optional<T> answer;
        asio::io_context context;
        asio::co_spawn(context, keep(std::move(task), &answer), [](const std::exception_ptr& bug) {
            if (bug) std::rethrow_exception(bug);
        });
        context.run();
        return std::move(answer).value();
    }
    template <class T>
    static Task<void> keep(Task<T> task, std::optional<T>* answer) {
        auto value = co_await std::move(task);
        answer->emplace(std::move(value));
    }
    Result<SnapshotPtr> read() { return run(source_->snapshot()); }
    /// "101 102 …", or the code of the fault.
    std::string ids() {
        const auto snapshot = read();
        if (!snapshot) return snapshot.error().code;
        std::string text;
        for (const auto& each : (*snapshot)->contacts)
            text += (text.empty() ? "" : " ") + std::to_string(each.id.value());
        return text;
    }

    PlayedHq hq_;
    test::TestClock clock_;
    std::filesystem::path folder_;
    std::unique_ptr<HelloHq> source_;
};

}  // namespace hqsync::hellohq
