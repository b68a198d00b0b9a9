// PowerShell: who logs in, redirects, faults and latency, then the face; its clock and its control.
#include <fmt/format.h>
#include <simdjson.h>
#include <asio/steady_timer.hpp>

#include <chrono>

#include "sim/service.hpp"

namespace hqsync::sim {

namespace {

/// How late output, time-outs and the end of idle shells may come.
constexpr std::chrono::milliseconds tick{20};

std::int64_t milliseconds_now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

Reply done_reply() {
    return Reply{200, "{}", {{"Content-Type", "application/json"}}};
}

std::string owner(std::string_view domain, std::string_view account) {
    auto netbios = std::string(domain.substr(0, domain.find('.')));
    for (char& letter : netbios) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 32);
    }
    return fmt::format("{}\\{}", netbios, account.substr(0, account.find('@')));
}

/// The refusal of what is no SOAP that the endpoint reads.
std::optional<Reply> unfit(const Request& request) {
    if (request.method != "POST") return Reply{405, "", {{"Allow", "POST"}}};
    if (request.body.size() > wsman_request_max) return Reply{413, "", {}};
    const auto type = lower(request.header("content-type"));
    if (!request.body.empty() && !type.starts_with("application/soap+xml"))
        return Reply{415, "", {}};
    return std::nullopt;
}

}  // namespace

PsEndpoint::PsEndpoint(asio::io_context& context, Domain& domain, const std::string& account,
                       const Options& options, const std::string& url)
    : organisation(domain, account, options.client_id),
      world{.organisation = organisation,
            .rights = {.place = PsPlace::premises, .allowed = {}},
            .milliseconds = milliseconds_now,
            .trouble = {}},
      online{.organisation = organisation,
             .rights = {.place = PsPlace::online, .allowed = {}},
             .milliseconds = milliseconds_now,
             .trouble = {}},
      face(world, options.now),
      rest(online, url, options.tenant),
      user(owner(domain.name(), account)),
      timer(context) {}

void Service::powershell(Request request, const Done& done) {
    if (auto refusal = ews_login_->refusal(request)) return done(*std::move(refusal));
    if (auto refusal = unfit(request)) return done(*std::move(refusal));
    // NTLM and Kerberos log a connection in by a request without a body.
    if (request.body.empty()) return done(Reply{200, "", {}});
    const auto asked = std::make_shared<const Request>(std::move(request));
    const auto wait = faults_.latency({*asked, "request", ""});
    if (wait == 0) return answer_powershell(*asked, done);
    auto timer = std::make_shared<asio::steady_timer>(context_, std::chrono::milliseconds(wait));
    timer->async_wait([this, timer, asked, done](std::error_code wrong) {
        if (!wrong) answer_powershell(*asked, done);
    });
}

void Service::answer_powershell(const Request& request, const Done& done) {
    const auto asked = std::make_shared<const Request>(request);
    auto& endpoint = *powershell_;
    const bool is_create = request.body.find("/transfer/Create<") != std::string::npos;
    if (is_create && !endpoint.redirect.empty() && endpoint.redirects != 0) {
        if (endpoint.redirects > 0) --endpoint.redirects;
        return done(Reply{302, "", {{"Location", endpoint.redirect}}});
    }
    if (const auto* const fault = faults_.fires({*asked, "request", ""}, "wsman_fault")) {
        const auto read = read_wsman(request.body);
        return done(
            wsman_fault(read ? read->message_id : std::string(), fault_of_code(fault->code)));
    }
    if (auto refusal = faults_.refusal({*asked, "request", ""})) return done(*std::move(refusal));
    endpoint.face.answer(*asked, endpoint.user, [this, asked, done](Reply reply) {
        auto instead = faults_.after_work({*asked, "request", ""});
        if (instead) instead->body.clear();
        done(instead ? *std::move(instead) : std::move(reply));
    });
    watch_powershell();
}

void Service::admin_api(Request request, const Done& done) {
    const auto value = request.header("authorization");
    const auto token = value.starts_with("Bearer ") ? value.substr(7) : std::string_view();
    if (!powershell_->rest.is_audience(login_->resource_of(token))) {
        return done(Reply{
            401,
            "",
            {{"WWW-Authenticate", R"(Bearer client_id="00000002-0000-0ff1-ce00-000000000000", )"
                                  R"(error="invalid_token")"}}});
    }
    const auto asked = std::make_shared<const Request>(std::move(request));
    const auto go = [this, asked, done] {
        if (auto refusal = faults_.refusal({*asked, "request", ""}))
            return done(*std::move(refusal));
        auto reply = powershell_->rest.answer(*asked);
        done(faults_.after_work({*asked, "request", ""}).value_or(std::move(reply)));
    };
    const auto wait = faults_.latency({*asked, "request", ""});
    if (wait == 0) return go();
    auto timer = std::make_shared<asio::steady_timer>(context_, std::chrono::milliseconds(wait));
    timer->async_wait([timer, go](std::error_code wrong) {
        if (!wrong) go();
    });
}

void Service::watch_powershell() {
    auto& endpoint = *powershell_;
    if (endpoint.is_watching || !endpoint.face.is_waiting()) return;
    endpoint.is_watching = true;
    endpoint.timer.expires_after(tick);
    endpoint.timer.async_wait([this](std::error_code wrong) {
        powershell_->is_watching = false;
        if (wrong) return;
        powershell_->face.tick();
        watch_powershell();
    });
}

PsTrouble Service::trouble_of(std::string_view target, const PsStep& step) {
    const Request request{.method = "POST", .target = std::string(target)};
    const Occasion occasion{request, "request", "", step.command};
    PsTrouble trouble;
    if (const auto* const slow = faults_.fires(occasion, "cmdlet_delay"))
        trouble.delay_milliseconds = slow->milliseconds;
    if (const auto* const told = faults_.fires(occasion, "cmdlet_warning"))
        trouble.warnings.push_back(told->code);
    if (const auto* const told = faults_.fires(occasion, "cmdlet_progress"))
        trouble.progress.push_back(told->code);
    if (const auto* const fault = faults_.fires(occasion, "cmdlet_error")) {
        const auto* const cmdlet = find_cmdlet(step.command, PsPlace::both);
        auto error = task_refused(step.command, cmdlet == nullptr ? "" : cmdlet->type,
                                  fmt::format("Simulated failure of {}.", step.command));
        error.exception.front() = fault->code;
        error.status = fault->status;
        if (fault->place == "fault") error.end = PsEnd::ends;
        trouble.error = std::move(error);
    }
    return trouble;
}

void Service::enforce_rights() {
    powershell_->world.trouble = [this](const PsStep& step) {
        return trouble_of("/PowerShell/", step);
    };
    powershell_->online.trouble = [this](const PsStep& step) {
        return trouble_of("/adminapi/", step);
    };
    ews_.may_impersonate = [this](std::string_view caller, const Mailbox& mailbox) {
        return !powershell_->enforces_rights ||
               powershell_->organisation.may_impersonate(caller, mailbox);
    };
}

std::optional<Reply> Service::over_rights(const Request& request) {
    if (!powershell_->enforces_rights) return std::nullopt;
    const Mailbox* const mailbox = face_.mailbox_of(request);
    const auto intent = request.is_write() ? Intent::write : Intent::read;
    if (mailbox == nullptr ||
        powershell_->organisation.may_use(options_.client_id, *mailbox, intent))
        return std::nullopt;
    return error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
}

Reply Service::control_powershell(const Request& request) {
    const auto& path = request.path;
    auto& face = powershell_->face;
    face.tick();
    if (path.size() == 2 && request.method == "GET")
        return Reply{200, face.report(), {{"Content-Type", "application/json"}}};
    const bool is_shells = path.size() >= 3 && path[2] == "shells" && request.method == "DELETE";
    if (is_shells && path.size() == 3) {
        face.expire({});
        return done_reply();
    }
    if (is_shells && path.size() == 4) {
        if (face.expire(path[3]) > 0) return done_reply();
        return error(404, "NotFound", "There is no such shell.");
    }
    if (path.size() != 2 || request.method != "POST")
        return error(404, "NotFound", "No such control.");
    simdjson::dom::parser parser;
    Json body;
    if (parser.parse(request.body).get(body) != simdjson::SUCCESS || !body.is_object())
        return error(400, "BadRequest", "Settings of PowerShell are a JSON object.");
    return set_powershell(body);
}

Reply Service::set_powershell(Json body) {
    auto& endpoint = *powershell_;
    for (const auto member : body.get_object().value_unsafe()) {
        const auto value = member.value;
        if (member.key == "redirect" && value.is_string()) {
            endpoint.redirect = value.get_string().value_unsafe();
            endpoint.redirects = -1;
        } else if (member.key == "redirects" && value.is_int64()) {
            endpoint.redirects = value.get_int64().value_unsafe();
        } else if (member.key == "enforce_rights" && value.is_bool()) {
            endpoint.enforces_rights = value.get_bool().value_unsafe();
        } else if (member.key == "list_shells" && value.is_bool()) {
            endpoint.face.lists_shells = value.get_bool().value_unsafe();
        } else if (member.key == "allow" && value.is_array()) {
            auto& allowed = endpoint.world.rights.allowed;
            allowed.clear();
            for (const Json name : value.get_array().value_unsafe()) {
                if (!name.is_string()) return error(400, "BadRequest", "allow: names of cmdlets.");
                allowed.insert(lower(name.get_string().value_unsafe()));
            }
            endpoint.online.rights.allowed = allowed;
        } else {
            return error(400, "BadRequest",
                         fmt::format("\"{}\" or its value is no setting.", member.key));
        }
    }
    return done_reply();
}

Reply Service::control_recipients(const Request& request) {
    simdjson::dom::parser parser;
    Json body;
    std::string_view address;
    if (parser.parse(request.body).get(body) != simdjson::SUCCESS || !body.is_object() ||
        body["address"].get(address) != simdjson::SUCCESS)
        return error(400, "BadRequest", "A recipient is a JSON object with an address.");
    if (domain_.mailbox(address) == nullptr)
        return error(400, "BadRequest", "The address is of another domain.");
    for (const auto member : body.get_object().value_unsafe()) {
        if (member.key == "address") continue;
        PsValue value;
        if (member.value.is_bool()) {
            value = ps_bool(member.value.get_bool().value_unsafe());
        } else if (member.value.is_string()) {
            value = ps_text(std::string(member.value.get_string().value_unsafe()));
        } else if (member.value.is_array()) {
            std::vector<std::string> texts;
            for (const Json one : member.value.get_array().value_unsafe()) {
                if (one.is_string()) texts.emplace_back(one.get_string().value_unsafe());
            }
            value = ps_texts(texts);
        }
        if (value.is_nil() || !powershell_->organisation.describe(address, member.key, value)) {
            return error(
                400, "BadRequest",
                fmt::format("\"{}\" or its value is no property of a recipient.", member.key));
        }
    }
    return done_reply();
}

Reply Service::control_clock(const Request& request) {
    simdjson::dom::parser parser;
    Json body;
    std::int64_t seconds = 0;
    constexpr std::int64_t year = 366LL * 86'400;
    if (parser.parse(request.body).get(body) != simdjson::SUCCESS || !body.is_object() ||
        body["advance_seconds"].get(seconds) != simdjson::SUCCESS || seconds < 0 || seconds > year)
        return error(400, "BadRequest", "advance_seconds: from 0 to a year.");
    *ahead_ += seconds;
    powershell_->face.tick();
    return done_reply();
}

}  // namespace hqsync::sim
