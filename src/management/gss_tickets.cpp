// MIT Kerberos' own interface: krb5_init_creds_get asks once, krb5_get_init_creds_password
// and _keytab may ask the primary KDC again.
#include "management/gss_tickets.hpp"

#include <atomic>
#include <cstdint>
#include <utility>

#include <gssapi/gssapi.h>
#include <krb5.h>

#include <fmt/format.h>

namespace hqsync::management::gss {

namespace {

/// A cache of its own for each login: their names are known to the whole process.
std::string new_cache() {
    static std::atomic<unsigned> count{0};
    return fmt::format("MEMORY:hqsync_tickets_{}", ++count);
}

}  // namespace

struct Tickets::Handle {
    std::string name = new_cache();
    krb5_context context = nullptr;
    krb5_principal client = nullptr;
    krb5_ccache cache = nullptr;
    krb5_keytab keytab = nullptr;
    krb5_get_init_creds_opt* options = nullptr;
    krb5_init_creds_context asking = nullptr;

    Handle() = default;
    ~Handle() {
        if (context == nullptr) return;
        krb5_init_creds_free(context, asking);
        krb5_get_init_creds_opt_free(context, options);
        krb5_free_principal(context, client);
        if (cache != nullptr) krb5_cc_destroy(context, cache);
        if (keytab != nullptr) krb5_kt_close(context, keytab);
        krb5_free_context(context);
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    krb5_error_code set(const Secret& secret) {
        if (!secret.password.empty())
            return krb5_init_creds_set_password(context, asking, secret.password.c_str());
        const auto file = fmt::format("FILE:{}", secret.keytab_file);
        const auto code = krb5_kt_resolve(context, file.c_str(), &keytab);
        return code == 0 ? krb5_init_creds_set_keytab(context, asking, keytab) : code;
    }

    krb5_error_code ask(const std::string& user, const Secret& secret) {
        auto code = krb5_init_context(&context);
        if (code == 0) code = krb5_parse_name(context, user.c_str(), &client);
        if (code == 0) code = krb5_cc_resolve(context, name.c_str(), &cache);
        if (code == 0) code = krb5_get_init_creds_opt_alloc(context, &options);
        if (code == 0) code = krb5_get_init_creds_opt_set_out_ccache(context, options, cache);
        if (code == 0) {
            code = krb5_init_creds_init(context, client, nullptr, nullptr, 0, options, &asking);
        }
        if (code == 0) code = set(secret);
        if (code == 0) code = krb5_init_creds_get(context, asking);
        return code;
    }

    [[nodiscard]] Status status_of(krb5_error_code code) const {
        Status status{GSS_S_FAILURE, static_cast<std::uint32_t>(code), {}};
        const char* words = krb5_get_error_message(context, code);
        status.words = words;
        krb5_free_error_message(context, words);
        return status;
    }
};

Tickets::Tickets(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Tickets::~Tickets() = default;

std::expected<std::unique_ptr<Tickets>, Status> Tickets::ask(const std::string& user,
                                                             const Secret& secret) {
    auto handle = std::make_unique<Handle>();
    const auto code = handle->ask(user, secret);
    if (code != 0) return std::unexpected(handle->status_of(code));
    return std::unique_ptr<Tickets>(new Tickets(std::move(handle)));
}

const std::string& Tickets::cache() const {
    return handle_->name;
}

}  // namespace hqsync::management::gss
