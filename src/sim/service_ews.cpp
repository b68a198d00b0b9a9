// EWS: who logs in, then the face.
#include "sim/base64.hpp"
#include "sim/service.hpp"

namespace hqsync::sim {

namespace {

Reply login_wanted() {
    return Reply{401, "", {{"WWW-Authenticate", "Basic realm=\"exchange.simulated\""}}};
}

}  // namespace

std::optional<std::string> Service::ews_caller(const Request& request) const {
    const auto value = request.header("authorization");
    if (lower(value.substr(0, 6)) != "basic ") return std::nullopt;
    const auto plain = from_base64(value.substr(6)).value_or("");
    const auto colon = plain.find(':');
    if (colon == std::string::npos || plain.substr(colon + 1) != options_.ews_password)
        return std::nullopt;
    auto name = lower(plain.substr(0, colon));
    if (const auto slash = name.find('\\'); slash != std::string::npos) name.erase(0, slash + 1);
    const auto user = lower(options_.ews_user);
    const auto address = user.find('@') == std::string::npos ? user + '@' + domain_.name() : user;
    if (name != user && name != address) return std::nullopt;
    return address;
}

void Service::ews(Request request, const Done& done) {
    const auto caller = ews_caller(request);
    if (!caller) return done(login_wanted());
    const auto mailbox = ews_.address_of(request, *caller);
    around(std::move(request), "request", mailbox, done,
           [this, caller](const Request& ready, const Done& answered) {
               answered(ews_.answer(ready, *caller));
           });
}

}  // namespace hqsync::sim
