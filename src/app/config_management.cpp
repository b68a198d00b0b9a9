// Keys of [exchange.management], each with what it needs of the others.
#include "app/config_management.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace hqsync::app {
namespace {

constexpr std::string_view section = "exchange.management";
constexpr std::array<std::string_view, 4> auths = {"kerberos", "basic", "ntlm", "oauth"};

void forbid_idle(ConfigReader& reader, const Config::Management& management) {
    if (management.auth.empty()) return;
    const auto because = fmt::format("exchange.management.auth = \"{}\"", management.auth);
    if (management.auth != "kerberos") {
        for (const auto* key : {"keytab_file", "service"})
            reader.forbid_idle(section, key, because);
    }
    if (management.auth == "oauth") {
        for (const auto* key : {"user", "password_file", "allow_redirection", "redirect_hosts"})
            reader.forbid_idle(section, key, because);
    }
}

}  // namespace

void read_management(ConfigReader& reader, Config::Management& management) {
    reader.any_url(section, "uri", management.uri);
    reader.choice(section, "auth", auths, management.auth);
    reader.text(section, "user", management.user);
    reader.text(section, "service", management.service);
    reader.readable_file(section, "password_file", management.password_file);
    reader.readable_file(section, "keytab_file", management.keytab_file);
    reader.forbid_both(section, "password_file", "keytab_file");
    reader.flag(section, "allow_redirection", management.allow_redirection);
    reader.domains(section, "redirect_hosts", management.redirect_hosts);
    if (!reader.problem()) forbid_idle(reader, management);
}

}  // namespace hqsync::app
