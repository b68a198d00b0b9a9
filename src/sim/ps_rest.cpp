// Paging: the rest of a result stays with the mailbox server that X-AnchorMailbox names, so a next
// page is only found by the same anchor.
#include "sim/ps_rest.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "sim/ps_guid.hpp"
#include "sim/ps_json.hpp"

namespace hqsync::sim {

namespace {

constexpr std::size_t page_usual = 1000;
constexpr std::size_t pages_max = 100;
constexpr std::int64_t page_seconds = 1800;
constexpr std::string_view json_type =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;"
    "charset=utf-8";

Reply with_headers(int status, std::string body) {
    return Reply{status,
                 std::move(body),
                 {{"Content-Type", std::string(json_type)},
                  {"Cache-Control", "no-cache"},
                  {"Odata-Version", "4.0"},
                  {"Request-Id", new_guid()},
                  {"Rate-Limit-Limit", "30000"},
                  {"Rate-Limit-Remaining", "29997"},
                  {"X-Concurrencycount", "0"},
                  {"X-Calculatedbetarget", "EXCHANGE.PROD.OUTLOOK.COM"}}};
}

Reply refused(const PsError& error) {
    auto reply = with_headers(static_cast<int>(error.status), error_body(error));
    reply.headers.emplace_back("X-Exceptiontype", error.exception.front());
    return reply;
}

Reply bad_request(std::string message) {
    auto error = task_refused("InvokeCommand", "", std::move(message));
    error.exception.front() = "Microsoft.Exchange.Admin.OData.Core.ODataServiceException";
    return refused(error);
}

/// What real servers say to a command that is none, or that the caller has no role for.
Reply nothing_readable(const Request& request) {
    Reply reply{403, std::string(64, '\0'), {{"Content-Type", "application/json"}}};
    if (request.header("accept-encoding").find("gzip") != std::string_view::npos)
        reply.headers.emplace_back("Content-Encoding", "gzip");
    return reply;
}

std::size_t page_size(const Request& request) {
    constexpr std::string_view name = "odata.maxpagesize=";
    const auto prefer = request.header("prefer");
    const auto at = prefer.find(name);
    if (at == std::string_view::npos) return page_usual;
    const auto text = prefer.substr(at + name.size());
    std::size_t size = 0;
    std::from_chars(text.data(), text.data() + text.size(), size);
    return std::clamp<std::size_t>(size, 1, page_usual);
}

std::set<std::string, std::less<>> selected(const Request& request) {
    std::set<std::string, std::less<>> names;
    const auto text = request.option("$select").value_or("");
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto comma = std::min(rest.find(','), rest.size());
        auto name = lower(rest.substr(0, comma));
        std::erase(name, ' ');
        names.insert(std::move(name));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return names;
}

}  // namespace

bool PsRest::is_audience(std::string_view resource) const {
    while (resource.ends_with('/'))
        resource.remove_suffix(1);
    return resource == "https://outlook.office365.com" ||
           resource == "https://outlook.office.com" || resource == url_;
}

std::string PsRest::context() const {
    return fmt::format("{}/adminapi/beta/{}/$metadata#Collection(Exchange.GenericHashTable)", url_,
                       tenant_);
}

Reply PsRest::answer(const Request& request) {
    const auto& path = request.path;
    const auto missing = [&] { return error(404, "NotFound", "Nothing lives here."); };
    if (path.size() != 4) return missing();
    const auto tenant = lower(path[2]);
    if (tenant != lower(tenant_) && tenant != world_.organisation.domain_name()) return missing();
    const auto operation = lower(path[3]);
    if (operation == "exomodulefile" && request.method == "GET") return module_file(request);
    if (operation != "invokecommand") return missing();
    if (request.method != "POST" || path[1] != "beta") return Reply{405, "", {{"Allow", "POST"}}};
    return invoke(request);
}

Reply PsRest::module_file(const Request& request) {
    if (request.header("commandname") != "*") return bad_request("The CommandName header is *.");
    std::string names;
    for (const auto& cmdlet : all_cmdlets()) {
        if (world_.rights.find(cmdlet.name) != nullptr)
            names += fmt::format("{}{}", names.empty() ? "" : ",", cmdlet.name);
    }
    return with_headers(
        200, fmt::format(R"({{"@odata.context":"{}/adminapi/v1.0/{}/$metadata#EXOModuleFile",)"
                         R"("value":[{{"exportedCmdlets":"{}"}}]}})",
                         url_, tenant_, names));
}

Reply PsRest::invoke(const Request& request) {
    simdjson::dom::parser parser;
    Json body;
    Json input;
    std::string_view name;
    if (parser.parse(request.body).get(body) != simdjson::SUCCESS || !body.is_object() ||
        body["CmdletInput"].get(input) != simdjson::SUCCESS || !input.is_object() ||
        input["CmdletName"].get(name) != simdjson::SUCCESS)
        return bad_request("The request has no CmdletInput with a CmdletName.");
    PsStep step{.command = std::string(name)};
    if (request.option("$skiptoken")) return next_page(request, lower(name));
    Json parameters;
    const bool is_given = input["Parameters"].get(parameters) == simdjson::SUCCESS;
    if (is_given && !parameters.is_object()) return bad_request("Parameters is no object.");
    if (is_given) {
        for (const auto member : parameters.get_object().value_unsafe()) {
            auto value = read_json_value(member.value);
            if (!value) {
                return bad_request(
                    fmt::format("The value of '{}' has no @odata.type that this "
                                "service knows.",
                                member.key));
            }
            step.arguments.push_back({std::string(member.key), *std::move(value)});
        }
    }
    return run(request, step);
}

Reply PsRest::run(const Request& request, const PsStep& step) {
    if (world_.rights.find(step.command) == nullptr) return nothing_readable(request);
    const auto trouble = world_.trouble ? world_.trouble(step) : PsTrouble{};
    if (trouble.error) return refused(*trouble.error);
    auto outcome = run_step(world_.organisation, world_.rights, step, {});
    outcome.warnings.insert(outcome.warnings.begin(), trouble.warnings.begin(),
                            trouble.warnings.end());
    const bool is_failure = !outcome.errors.empty() && outcome.output.empty();
    if (is_failure) return refused(outcome.errors.front());
    return page(request,
                {.token = {},
                 .anchor = std::string(request.header("x-anchormailbox")),
                 .command = lower(step.command),
                 .size = page_size(request),
                 .rest = std::move(outcome.output)},
                outcome);
}

Reply PsRest::next_page(const Request& request, const std::string& command) {
    const auto token = *request.option("$skiptoken");
    const auto now = world_.organisation.now();
    std::erase_if(pages_, [now](const Page& one) { return one.until <= now; });
    const auto at = std::ranges::find(pages_, token, &Page::token);
    if (at == pages_.end() || at->anchor.empty() || at->command != command ||
        at->anchor != request.header("x-anchormailbox")) {
        return bad_request(
            "Expired or Invalid pagination request. Default Expiry time is "
            "00:30:00");
    }
    Page rest = std::move(*at);
    pages_.erase(at);
    return page(request, std::move(rest), {});
}

Reply PsRest::page(const Request& request, Page&& all, const PsOutcome& outcome) {
    const auto select = selected(request);
    const auto count = std::min(all.size, all.rest.size());
    rapidjson::StringBuffer text;
    Writer writer(text);
    writer.StartObject();
    const auto texts = [&writer](std::string_view name, const std::vector<std::string>& list) {
        write_text(writer, fmt::format("adminapi.{}@odata.type", name));
        write_text(writer, "#Collection(String)");
        write_text(writer, fmt::format("@adminapi.{}", name));
        writer.StartArray();
        for (const auto& one : list)
            write_text(writer, one);
        writer.EndArray();
    };
    writer.Key("@odata.context");
    write_text(writer, context());
    texts("warnings", outcome.warnings);
    if (!outcome.errors.empty()) {
        std::vector<std::string> errors;
        for (const auto& one : outcome.errors)
            errors.push_back(one.message);
        texts("errors", errors);
    }
    writer.Key("value");
    writer.StartArray();
    for (std::size_t at = 0; at < count; ++at)
        write_json_object(writer, all.rest[at], select);
    writer.EndArray();
    all.rest.erase(all.rest.begin(), all.rest.begin() + static_cast<std::ptrdiff_t>(count));
    if (!all.rest.empty()) {
        all.token = lower(new_guid());
        all.until = world_.organisation.now() + page_seconds;
        writer.Key("@odata.nextLink");
        const auto kept = request.option("$select");
        write_text(writer,
                   fmt::format("{}/adminapi/beta/{}/InvokeCommand?{}%24skiptoken={}", url_, tenant_,
                               kept ? "%24select=" + percent_encode(*kept) + "&" : "", all.token));
        pages_.push_back(std::move(all));
        if (pages_.size() > pages_max) pages_.pop_front();
    }
    writer.EndObject();
    return with_headers(200, {text.GetString(), text.GetSize()});
}

}  // namespace hqsync::sim
