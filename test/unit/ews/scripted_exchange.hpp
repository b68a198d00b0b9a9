// An Exchange that plays a script: a few items, and for each operation the answers a test wants.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <asio/io_context.hpp>

#include "async/await.hpp"
#include "ews/exchange.hpp"
#include "unit/login/test_clock.hpp"

namespace hqsync::ews {

inline constexpr const char* no_error = "NoError";

/// One item of the scripted mailbox.
struct ScriptedItem {
    std::string key = "k1";
    std::string folder = "folder-mine";
    std::string mark = "hq:1";
    std::string given_name = "Ute";
    bool has_photo = false;
};

inline std::string item_reference(const std::string& item, const std::string& key) {
    return fmt::format(
        R"(<m:Items><t:Contact><t:ItemId Id="{}" ChangeKey="{}"/></t:Contact></m:Items>)", item,
        key);
}

/// Answers each request by the first handler left for its operation, else by the items.
class ScriptedExchange final : public http::Sender {
public:
    using Handler = std::function<Result<http::Response>(const std::string& body)>;

    Task<Result<http::Response>> send(http::Request request) override {
        const auto operation = operation_of(request.body);
        operations.push_back(operation);
        bodies.push_back(request.body);
        auto& handlers = script_[operation];
        if (handlers.empty()) co_return serve(operation, request.body);
        auto handler = handlers.front();
        handlers.pop_front();
        co_return handler(request.body);
    }

    /// The next request of this operation is answered so.
    void next(const std::string& operation, Handler handler) {
        script_[operation].push_back(std::move(handler));
    }
    /// With these response messages.
    void answer(const std::string& operation, std::vector<std::string> messages) {
        next(operation,
             [=](const std::string&) { return ScriptedExchange::respond(operation, messages); });
    }
    void lose(const std::string& operation) {
        next(operation, [](const std::string&) -> Result<http::Response> {
            return fail({.reach = Reach::mailbox,
                         .code = "http.timeout",
                         .detail = "no answer",
                         .outcome_unknown = true,
                         .transient = true});
        });
    }

    static Result<http::Response> respond(const std::string& operation,
                                          const std::vector<std::string>& messages) {
        std::string text;
        for (const auto& message : messages)
            text += message;
        auto body = fmt::format(
            R"(<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Body><m:{0}Response><m:ResponseMessages>{1}</m:ResponseMessages></m:{0}Response></s:Body></s:Envelope>)",
            operation, text);
        return http::Response{200, {{"content-type", "text/xml; charset=utf-8"}}, std::move(body)};
    }
    static std::string shown(const std::string& operation, const std::string& content) {
        return fmt::format(
            R"(<m:{0}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>{1}</m:{0}ResponseMessage>)",
            operation, content);
    }
    static std::string refused(const std::string& operation, const std::string& code,
                               const std::string& xml = "") {
        return fmt::format(
            R"(<m:{0}ResponseMessage ResponseClass="Error"><m:MessageText>No.</m:MessageText><m:ResponseCode>{1}</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>{2}</m:{0}ResponseMessage>)",
            operation, code, xml.empty() ? "" : "<m:MessageXml>" + xml + "</m:MessageXml>");
    }
    static std::string stopped(const std::string& operation) {
        return fmt::format(
            R"(<m:{0}ResponseMessage ResponseClass="Warning"><m:MessageText>Stopped.</m:MessageText><m:ResponseCode>ErrorBatchProcessingStopped</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey></m:{0}ResponseMessage>)",
            operation);
    }
    static std::string busy(const std::string& operation, int milliseconds) {
        return refused(
            operation, "ErrorServerBusy",
            fmt::format(R"(<t:Value Name="BackOffMilliseconds">{}</t:Value>)", milliseconds));
    }

    /// Ids of <t:ItemId> in a request.
    static std::vector<std::string> ids_in(const std::string& body) {
        std::vector<std::string> ids;
        static const std::string start = "<t:ItemId Id=\"";
        for (auto at = body.find(start); at != body.npos; at = body.find(start, at)) {
            at += start.size();
            ids.push_back(body.substr(at, body.find('"', at) - at));
        }
        return ids;
    }

    std::map<std::string, ScriptedItem> items;
    std::vector<std::string> operations;  ///< as they came
    std::vector<std::string> bodies;

    [[nodiscard]] std::size_t times(std::string_view operation) const {
        return static_cast<std::size_t>(std::ranges::count(operations, operation));
    }
    /// Of the requests of an operation, how many items each named.
    [[nodiscard]] std::vector<std::size_t> sizes(std::string_view operation) const {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < bodies.size(); ++i) {
            if (operations[i] == operation) found.push_back(ids_in(bodies[i]).size());
        }
        return found;
    }

    std::string get_message(const std::string& id) const {
        const auto found = items.find(id);
        if (found == items.end()) return refused("GetItem", "ErrorItemNotFound");
        const auto& item = found->second;
        const auto photo =
            item.has_photo ? "<t:Attachments><t:FileAttachment><t:AttachmentId Id=\"photo-" + id +
                                 "\"/><t:Name>ContactPicture.jpg</t:Name><t:IsContactPhoto>true"
                                 "</t:IsContactPhoto></t:FileAttachment></t:Attachments>"
                           : std::string();
        return shown(
            "GetItem",
            fmt::format(
                R"(<m:Items><t:Contact><t:ItemId Id="{}" ChangeKey="{}"/><t:ParentFolderId Id="{}" ChangeKey="AQAAAA=="/>{}<t:DateTimeCreated>2026-11-01T08:00:00Z</t:DateTimeCreated><t:ExtendedProperty><t:ExtendedFieldURI PropertySetId="6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8" PropertyName="HqContact" PropertyType="String"/><t:Value>{}</t:Value></t:ExtendedProperty><t:LastModifiedTime>2026-11-01T08:00:00Z</t:LastModifiedTime><t:GivenName>{}</t:GivenName></t:Contact></m:Items>)",
                id, item.key, item.folder, photo, item.mark, item.given_name));
    }

private:
    static std::string operation_of(const std::string& body) {
        for (const auto* name :
             {"GetItem", "CreateItem", "UpdateItem", "MoveItem", "DeleteItem", "FindItem",
              "SyncFolderItems", "FindFolder", "GetFolder", "CreateFolder", "UpdateFolder",
              "GetAttachment", "CreateAttachment"}) {
            if (body.find(fmt::format("<m:{}>", name)) != body.npos ||
                body.find(fmt::format("<m:{} ", name)) != body.npos) {
                return name;
            }
        }
        return "?";
    }

    Result<http::Response> serve(const std::string& operation, const std::string& body) {
        std::vector<std::string> messages;
        for (const auto& id : ids_in(body)) {
            if (operation == "GetItem") {
                messages.push_back(get_message(id));
            } else if (operation == "UpdateItem") {
                auto& item = items.at(id);
                item.key += "+";
                messages.push_back(shown(operation, item_reference(id, item.key)));
            } else if (operation == "MoveItem") {
                items[id + "-moved"] = items.at(id);
                items[id + "-moved"].folder = "folder-global";
                items.erase(id);
                messages.push_back(shown(operation, item_reference(id + "-moved", "stub")));
            } else if (operation == "DeleteItem") {
                const bool was_there = items.erase(id) > 0;
                messages.push_back(was_there ? shown(operation, "")
                                             : refused(operation, "ErrorItemNotFound"));
            }
        }
        if (messages.empty()) return http::Response{500, {}, "the script has no answer"};
        return respond(operation, messages);
    }

    std::map<std::string, std::deque<Handler>> script_;
};

class ScriptedMailbox : public testing::Test {
protected:
    template <class T>
    T run(Task<T> task) {
        return await_on(context_, std::move(task)).value();
    }
    std::vector<Result<Written>> apply(std::vector<Write> writes) {
        return run(mailbox_->apply(std::move(writes)));
    }
    Result<Written> apply_one(Write write) {
        std::vector<Write> writes;
        writes.push_back(std::move(write));
        return apply(std::move(writes)).at(0);
    }
    static ContactMark mark(std::int64_t contact) { return {"hq", ContactId(contact)}; }
    static CreateItem a_create(std::int64_t contact) {
        CreateItem create{FolderId("folder-mine"), mark(contact), {}};
        create.card[Field::given_name] = "Ute";
        return create;
    }
    static std::string made(const std::string& item) {
        return ScriptedExchange::shown("CreateItem", item_reference(item, "k1"));
    }

    /// Each result as its id and change key, or as its code; "?" when the outcome is unknown.
    static std::vector<std::string> told(const std::vector<Result<Written>>& results) {
        std::vector<std::string> texts;
        for (const auto& result : results) {
            texts.push_back(result ? result->item.value() + " " + result->change_key.value()
                                   : result.error().code +
                                         (result.error().outcome_unknown ? "?" : ""));
        }
        return texts;
    }

    asio::io_context context_;
    test::TestClock clock_;
    ScriptedExchange server_;
    std::unique_ptr<Exchange> exchange_ = connect({.ews_url = "http://127.0.0.1/EWS/Exchange.asmx",
                                                   .authentication = Authentication::basic,
                                                   .user = "hqsync",
                                                   .password = "secret"},
                                                  server_, clock_)
                                              .value();
    std::unique_ptr<Mailbox> mailbox_ = exchange_->mailbox(MailboxAddress("a@agentur.example"));
    const Folder mine_{FolderRole::mine, FolderId("folder-mine")};
    const Folder global_{FolderRole::global, FolderId("folder-global")};
};

}  // namespace hqsync::ews
