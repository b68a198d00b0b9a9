// A table of faults and advice.
#include "app/exchange_advice.hpp"

#include <utility>

namespace hqsync::app {
namespace {

const char* advice_for(const Fault& fault, const ManagementPlace& place,
                       const ManagementWish& wish) {
    if (fault.code == "shell.redirect")
        return place.allow_redirection
                   ? " (trusted hosts stand in exchange.management.redirect_hosts)"
                   : " (--allow-redirection, or exchange.management.allow_redirection = true)";
    if (fault.code == "shell.too_many" && !wish.wait) return "; --wait waits for one";
    if (fault.code == "shell.plain_http") return " (--uri https://…, or --auth kerberos)";
    return "";
}

}  // namespace

Fault advised(Fault fault, const ManagementPlace& place, const ManagementWish& wish) {
    fault.detail += advice_for(fault, place, wish);
    return fault;
}

Fault advised_command(Fault fault) {
    if (fault.code == "command.unconfirmed")
        fault.detail += "; it has to be confirmed on its line, if it is meant: -Confirm:$false";
    return fault;
}

}  // namespace hqsync::app
