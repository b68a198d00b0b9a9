// MIT Kerberos by its GSS-API (gssapi/gssapi_ext.h for credential stores and wrapping by pieces).
#include "management/gss_context.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

#include <unistd.h>

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

#include <fmt/format.h>

#include "management/gss_tickets.hpp"

namespace hqsync::management::gss {

namespace {

constexpr OM_uint32 wanted = GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG |
                             GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG;
constexpr OM_uint32 needed = GSS_C_MUTUAL_FLAG | GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG;

/// SPNEGO, 1.3.6.1.5.5.2.
gss_OID spnego() {
    static char octets[] = "\x2b\x06\x01\x05\x05\x02";
    static gss_OID_desc description = {6, octets};
    return &description;
}

/// The library's own constant is const, its functions' parameters are not.
gss_OID kerberos() {
    static gss_OID_desc description = *gss_mech_krb5;
    return &description;
}

gss_OID oid_of(Mechanism mechanism) {
    return mechanism == Mechanism::kerberos ? kerberos() : spnego();
}

gss_buffer_desc buffer_of(std::string_view text) {
    return {text.size(), const_cast<char*>(text.data())};
}

/// What the library allocated; released at the end.
class Buffer {
public:
    Buffer() = default;
    ~Buffer() {
        OM_uint32 minor = 0;
        gss_release_buffer(&minor, &buffer_);
    }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    gss_buffer_t get() { return &buffer_; }
    [[nodiscard]] std::string text() const {
        return {static_cast<const char*>(buffer_.value), buffer_.length};
    }

private:
    gss_buffer_desc buffer_ = GSS_C_EMPTY_BUFFER;
};

class Name {
public:
    Name() = default;
    ~Name() {
        OM_uint32 minor = 0;
        gss_release_name(&minor, &name_);
    }
    Name(const Name&) = delete;
    Name& operator=(const Name&) = delete;

    gss_name_t* out() { return &name_; }
    [[nodiscard]] gss_name_t get() const { return name_; }

private:
    gss_name_t name_ = GSS_C_NO_NAME;
};

std::string words_of(OM_uint32 code, int type, gss_OID mechanism) {
    std::string words;
    OM_uint32 more = 0;
    do {
        OM_uint32 minor = 0;
        Buffer text;
        if (gss_display_status(&minor, code, type, mechanism, &more, text.get()) != GSS_S_COMPLETE)
            break;
        if (!words.empty()) words += "; ";
        words += text.text();
    } while (more != 0 && words.size() < 300);
    return words;
}

Status status_of(OM_uint32 major, OM_uint32 minor, gss_OID mechanism) {
    Status status{major, minor, {}};
    // The mechanism's words say what happened; GSS-API's are general.
    if (minor != 0) status.words = words_of(minor, GSS_C_MECH_CODE, mechanism);
    if (status.words.empty()) status.words = words_of(major, GSS_C_GSS_CODE, GSS_C_NO_OID);
    return status;
}

std::unexpected<Verdict> failed(OM_uint32 major, OM_uint32 minor, Mechanism mechanism,
                                std::string_view doing) {
    return std::unexpected(judge(status_of(major, minor, oid_of(mechanism)), doing));
}

std::string doing_of(const Principal& principal) {
    return principal.user.empty() ? std::string("the login by Kerberos")
                                  : fmt::format("the login of {} by Kerberos", principal.user);
}

/// A ticket cache in memory of its own for each login: names of caches are known to the process.
std::string own_cache() {
    static std::atomic<unsigned> count{0};
    return fmt::format("MEMORY:hqsync_management_{}", ++count);
}

}  // namespace

struct Credentials::Handle {
    gss_cred_id_t credentials = GSS_C_NO_CREDENTIAL;
    std::unique_ptr<Tickets> tickets;  ///< by a secret of ours
    std::string doing;

    Handle() = default;
    ~Handle() {
        OM_uint32 minor = 0;
        gss_release_cred(&minor, &credentials);
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    OM_uint32 acquire(const Principal& principal, gss_name_t name, gss_OID_set mechanisms,
                      OM_uint32& minor) {
        if (tickets) {
            gss_key_value_element_desc element{"ccache", tickets->cache().c_str()};
            const gss_key_value_set_desc store{1, &element};
            return gss_acquire_cred_from(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, mechanisms,
                                         GSS_C_INITIATE, &store, &credentials, nullptr, nullptr);
        }
        if (principal.keytab_file.empty()) {
            return gss_acquire_cred(&minor, name, GSS_C_INDEFINITE, mechanisms, GSS_C_INITIATE,
                                    &credentials, nullptr, nullptr);
        }
        const auto keytab = fmt::format("FILE:{}", principal.keytab_file);
        const auto cache = own_cache();
        std::array<gss_key_value_element_desc, 2> elements{
            {{"client_keytab", keytab.c_str()}, {"ccache", cache.c_str()}}};
        const gss_key_value_set_desc store{elements.size(), elements.data()};
        return gss_acquire_cred_from(&minor, name, GSS_C_INDEFINITE, mechanisms, GSS_C_INITIATE,
                                     &store, &credentials, nullptr, nullptr);
    }
};

Credentials::Credentials(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Credentials::~Credentials() = default;

Outcome<std::shared_ptr<Credentials>> Credentials::acquire(const Principal& principal,
                                                           Mechanism mechanism) {
    OM_uint32 minor = 0;
    const auto doing = doing_of(principal);
    Name name;
    if (!principal.user.empty()) {
        auto text = buffer_of(principal.user);
        const auto major = gss_import_name(&minor, &text, GSS_C_NT_USER_NAME, name.out());
        if (GSS_ERROR(major)) return failed(major, minor, mechanism, doing);
    }
    if (!principal.keytab_file.empty() && access(principal.keytab_file.c_str(), R_OK) != 0) {
        // The library would only say that there are no tickets.
        return std::unexpected(
            judge({GSS_S_FAILURE, static_cast<std::uint32_t>(errno), {}}, doing));
    }
    auto handle = std::make_unique<Handle>();
    handle->doing = doing;
    // Keys without a name are those of the first one in the keytab, which GSS-API finds.
    const bool has_secret = !principal.password.empty() || !principal.keytab_file.empty();
    if (has_secret && !principal.user.empty()) {
        auto tickets = Tickets::ask(principal.user, {principal.password, principal.keytab_file});
        if (!tickets) return std::unexpected(judge(tickets.error(), doing));
        handle->tickets = *std::move(tickets);
    }
    gss_OID_set_desc mechanisms{1, oid_of(mechanism)};
    const auto major = handle->acquire(principal, name.get(), &mechanisms, minor);
    if (GSS_ERROR(major)) return failed(major, minor, mechanism, doing);
    if (mechanism == Mechanism::negotiate) {
        gss_OID_set_desc only{1, kerberos()};
        const auto set = gss_set_neg_mechs(&minor, handle->credentials, &only);
        if (GSS_ERROR(set)) return failed(set, minor, mechanism, doing);
    }
    return std::shared_ptr<Credentials>(new Credentials(std::move(handle)));
}

struct Context::Handle {
    std::shared_ptr<Credentials> credentials;
    Mechanism mechanism;
    Name target;
    std::string doing;
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    OM_uint32 flags = 0;
    bool is_complete = false;

    Handle(std::shared_ptr<Credentials> given, Mechanism chosen)
        : credentials(std::move(given)), mechanism(chosen) {}
    ~Handle() {
        OM_uint32 minor = 0;
        gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    [[nodiscard]] std::unexpected<Verdict> bad_message(OM_uint32 major, OM_uint32 minor) const {
        return std::unexpected(judge_message(status_of(major, minor, oid_of(mechanism)), doing));
    }
    [[nodiscard]] std::unexpected<Verdict> broken(std::string_view what) const {
        return std::unexpected(
            Verdict{Class::broken,
                    {Reach::run, "kerberos.broken", fmt::format("{}: {}", doing, what), {}, true}});
    }
};

Context::Context(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Context::~Context() = default;

Outcome<std::shared_ptr<Context>> Context::begin(std::shared_ptr<Credentials> credentials,
                                                 std::string_view service, Mechanism mechanism) {
    auto handle = std::make_unique<Handle>(std::move(credentials), mechanism);
    handle->doing = fmt::format("{} at {}", handle->credentials->handle_->doing, service);
    const bool is_principal = service.find('/') != std::string_view::npos;
    auto text = buffer_of(service);
    OM_uint32 minor = 0;
    const auto major = gss_import_name(
        &minor, &text, is_principal ? GSS_KRB5_NT_PRINCIPAL_NAME : GSS_C_NT_HOSTBASED_SERVICE,
        handle->target.out());
    if (GSS_ERROR(major)) return failed(major, minor, mechanism, handle->doing);
    return std::shared_ptr<Context>(new Context(std::move(handle)));
}

Outcome<std::string> Context::step(std::string_view token) {
    auto& own = *handle_;
    if (own.is_complete) return own.broken("the server sends a token after the login");
    auto input = buffer_of(token);
    Buffer output;
    OM_uint32 minor = 0;
    const auto major = gss_init_sec_context(&minor, own.credentials->handle_->credentials,
                                            &own.context, own.target.get(), oid_of(own.mechanism),
                                            wanted, 0, GSS_C_NO_CHANNEL_BINDINGS, &input, nullptr,
                                            output.get(), &own.flags, nullptr);
    if (GSS_ERROR(major)) return failed(major, minor, own.mechanism, own.doing);
    own.is_complete = major == GSS_S_COMPLETE;
    if (own.is_complete && (own.flags & needed) != needed) {
        own.is_complete = false;
        return own.broken("the server proves itself or encrypts by no means");
    }
    return output.text();
}

bool Context::is_complete() const {
    return handle_->is_complete;
}

Outcome<Sealed> Context::seal(std::string_view plain) {
    auto& own = *handle_;
    if (!own.is_complete) return own.broken("there is no login yet");
    std::string data(plain);
    std::array<gss_iov_buffer_desc, 3> pieces{};
    pieces[0].type = GSS_IOV_BUFFER_TYPE_HEADER | GSS_IOV_BUFFER_FLAG_ALLOCATE;
    pieces[1].type = GSS_IOV_BUFFER_TYPE_DATA;
    pieces[1].buffer = buffer_of(data);
    pieces[2].type = GSS_IOV_BUFFER_TYPE_PADDING | GSS_IOV_BUFFER_FLAG_ALLOCATE;
    OM_uint32 minor = 0;
    int is_encrypted = 0;
    const auto major = gss_wrap_iov(&minor, own.context, 1, GSS_C_QOP_DEFAULT, &is_encrypted,
                                    pieces.data(), static_cast<int>(pieces.size()));
    const auto text = [](const gss_iov_buffer_desc& piece) {
        return std::string_view(static_cast<const char*>(piece.buffer.value), piece.buffer.length);
    };
    Sealed sealed;
    if (!GSS_ERROR(major)) {
        sealed.header = text(pieces[0]);
        sealed.octets = fmt::format("{}{}", text(pieces[1]), text(pieces[2]));
        sealed.plain_size = sealed.octets.size();
    }
    OM_uint32 released = 0;
    gss_release_iov_buffer(&released, pieces.data(), static_cast<int>(pieces.size()));
    if (GSS_ERROR(major)) return own.bad_message(major, minor);
    if (is_encrypted == 0) return own.broken("the message was not encrypted");
    return sealed;
}

Outcome<std::string> Context::unseal(const Sealed& sealed) {
    auto& own = *handle_;
    if (!own.is_complete) return own.broken("there is no login yet");
    // One token: how the server cut it into header and data does not matter to the mechanism.
    auto whole = sealed.header + sealed.octets;
    std::array<gss_iov_buffer_desc, 2> pieces{};
    pieces[0].type = GSS_IOV_BUFFER_TYPE_STREAM;
    pieces[0].buffer = buffer_of(whole);
    pieces[1].type = GSS_IOV_BUFFER_TYPE_DATA;
    OM_uint32 minor = 0;
    int is_encrypted = 0;
    const auto major = gss_unwrap_iov(&minor, own.context, &is_encrypted, nullptr, pieces.data(),
                                      static_cast<int>(pieces.size()));
    if (GSS_ERROR(major)) return own.bad_message(major, minor);
    // Replayed, old or out of order: no error to GSS-API, but nothing to trust here.
    if (major != GSS_S_COMPLETE) return own.bad_message(major, minor);
    if (is_encrypted == 0) return own.broken("the server's message was signed, not encrypted");
    return std::string(static_cast<const char*>(pieces[1].buffer.value), pieces[1].buffer.length);
}

}  // namespace hqsync::management::gss
