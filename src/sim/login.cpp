// Who asks proves himself by a secret or by an assertion (RFC 7523) signed with his certificate.
#include "sim/login.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <simdjson.h>

#include <array>
#include <string_view>

#include "sim/base64.hpp"

namespace hqsync::sim {

namespace {

using Json = simdjson::dom::element;

Reply refusal(int status, std::string_view word, std::string_view description) {
    return Reply{status,
                 fmt::format(R"({{"error":"{}","error_description":"{}","error_codes":[{}]}})",
                             word, description, description.substr(6, description.find(':') - 6)),
                 {{"Content-Type", "application/json"}}};
}

std::string text_of(Json object, std::string_view name) {
    const auto value = object[name];
    return value.is_string() ? std::string(value.get_string().value_unsafe()) : std::string();
}

std::int64_t number_of(Json object, std::string_view name) {
    const auto value = object[name];
    return value.is_int64() ? value.get_int64().value_unsafe() : 0;
}

struct Free {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(BIO* bio) const { BIO_free(bio); }
};

}  // namespace

struct Login::Certificate {
    std::unique_ptr<X509, Free> x509;

    [[nodiscard]] std::string thumbprint(const EVP_MD* digest) const {
        std::array<unsigned char, EVP_MAX_MD_SIZE> octets{};
        unsigned size = 0;
        X509_digest(x509.get(), digest, octets.data(), &size);
        return {octets.begin(), octets.begin() + size};
    }

    [[nodiscard]] bool signed_by_it(std::string_view text, std::string_view signature,
                                    bool is_pss) const {
        const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
        EVP_PKEY_CTX* padding = nullptr;
        const auto octets = [](std::string_view from) {
            return reinterpret_cast<const unsigned char*>(from.data());
        };
        const bool is_good =
            EVP_DigestVerifyInit(context.get(), &padding, EVP_sha256(), nullptr,
                                 X509_get0_pubkey(x509.get())) == 1 &&
            (!is_pss || EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) == 1) &&
            EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(text),
                             text.size()) == 1;
        ERR_clear_error();
        return is_good;
    }
};

Login::Login(const Options& options, std::unique_ptr<Certificate> certificate)
    : options_(options), certificate_(std::move(certificate)) {}

Login::~Login() = default;

Result<std::unique_ptr<Login>> Login::make(const Options& options) {
    std::unique_ptr<Certificate> certificate;
    if (!options.client_certificate.empty()) {
        certificate = std::make_unique<Certificate>();
        const std::unique_ptr<BIO, Free> pem(
            BIO_new_mem_buf(options.client_certificate.data(),
                            static_cast<int>(options.client_certificate.size())));
        certificate->x509.reset(PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr));
        ERR_clear_error();
        if (!certificate->x509) {
            return fail(Fault{.reach = Reach::configuration,
                              .code = "sim.certificate",
                              .detail = "The client certificate is no certificate in PEM form."});
        }
    }
    return std::unique_ptr<Login>(new Login(options, std::move(certificate)));
}

Reply Login::token(const Request& request) {
    Request form;
    form.target = "/?" + request.body;
    parse_target(form);
    if (request.path[0] != options_.tenant) {
        return refusal(400, "invalid_request", "AADSTS90002: Tenant not found.");
    }
    if (form.query["grant_type"] != "client_credentials") {
        return refusal(400, "unsupported_grant_type",
                       "AADSTS70003: The app requested an unsupported grant type.");
    }
    if (form.query["client_id"] != options_.client_id) {
        return refusal(400, "unauthorized_client",
                       "AADSTS700016: The application was not found in the directory.");
    }
    if (!form.query["scope"].ends_with("/.default")) {
        return refusal(400, "invalid_scope",
                       "AADSTS1002012: The provided value for scope is not valid.");
    }
    if (const auto wrong = complaint(request, form); !wrong.empty())
        return refusal(401, "invalid_client", wrong);
    const auto made =
        fmt::format("sim.{:016x}.{}", options_.seed * 0x9E3779B97F4A7C15ULL, ++issued_);
    auto resource = form.query["scope"];
    resource.resize(resource.rfind("/.default"));
    tokens_[made] = {.until = options_.now() + lifetime_, .resource = std::move(resource)};
    return Reply{200,
                 fmt::format(R"({{"token_type":"Bearer","expires_in":{0},"ext_expires_in":{0},)"
                             R"("access_token":"{1}"}})",
                             lifetime_, made),
                 {{"Content-Type", "application/json"}}};
}

std::string Login::complaint(const Request& request, const Request& form) const {
    if (const auto assertion = form.option("client_assertion")) {
        if (form.option("client_assertion_type") !=
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            return "AADSTS50027: The type of the client assertion is invalid.";
        return complaint_of_assertion(request, *assertion);
    }
    if (form.option("client_secret") == options_.client_secret) return {};
    return "AADSTS7000215: Invalid client secret provided.";
}

std::string Login::complaint_of_assertion(const Request& request,
                                          const std::string& assertion) const {
    constexpr const char* malformed = "AADSTS50027: JWT token is invalid or malformed.";
    constexpr const char* unsigned_by_it =
        "AADSTS700027: Client assertion failed signature validation.";
    if (!certificate_) return unsigned_by_it;
    const auto first = assertion.find('.');
    const auto second = assertion.rfind('.');
    if (first == std::string::npos || first == second) return malformed;
    const auto header_text = from_base64(assertion.substr(0, first));
    const auto claims_text = from_base64(assertion.substr(first + 1, second - first - 1));
    const auto signature = from_base64(assertion.substr(second + 1));
    simdjson::dom::parser of_header;
    simdjson::dom::parser of_claims;
    Json header;
    Json claims;
    if (!header_text || !claims_text || !signature ||
        of_header.parse(*header_text).get(header) != simdjson::SUCCESS || !header.is_object() ||
        of_claims.parse(*claims_text).get(claims) != simdjson::SUCCESS || !claims.is_object())
        return malformed;
    const auto algorithm = text_of(header, "alg");
    if (algorithm != "PS256" && algorithm != "RS256") return malformed;
    const bool names_certificate =
        from_base64(text_of(header, "x5t#S256")) == certificate_->thumbprint(EVP_sha256()) ||
        from_base64(text_of(header, "x5t")) == certificate_->thumbprint(EVP_sha1());
    if (!names_certificate ||
        !certificate_->signed_by_it(assertion.substr(0, second), *signature, algorithm == "PS256"))
        return unsigned_by_it;
    const auto audience =
        fmt::format("http://{}/{}/oauth2/v2.0/token", request.header("host"), options_.tenant);
    if (text_of(claims, "aud") != audience)
        return "AADSTS700023: Client assertion audience claim does not match this service.";
    if (text_of(claims, "iss") != options_.client_id ||
        text_of(claims, "sub") != options_.client_id)
        return "AADSTS700021: Client assertion issuer or subject is not the client.";
    const auto now = options_.now();
    if (number_of(claims, "exp") <= now || number_of(claims, "nbf") > now + 300)
        return "AADSTS700024: Client assertion is not within its valid time range.";
    return text_of(claims, "jti").empty() ? malformed : std::string();
}

bool Login::is_valid(std::string_view token) const {
    const auto at = tokens_.find(token);
    return at != tokens_.end() && at->second.until > options_.now();
}

std::string Login::resource_of(std::string_view token) const {
    return is_valid(token) ? tokens_.find(token)->second.resource : std::string();
}

}  // namespace hqsync::sim
