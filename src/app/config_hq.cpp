// Keys of [hq] by source.
#include "app/config_hq.hpp"

#include <array>
#include <string_view>

namespace hqsync::app {
namespace {

constexpr std::array<std::string_view, 2> sources = {"embedded", "hellohq"};
constexpr std::array<std::string_view, 6> hellohq_keys = {
    "api_url", "ca_file", "client_id", "client_secret_file", "token_file", "key_file"};
constexpr std::array<std::string_view, 3> login_keys = {"client_id", "client_secret_file",
                                                        "key_file"};

}  // namespace

void read_hq(ConfigReader& reader, Config::Hq& hq) {
    reader.choice("hq", "source", sources, hq.source);
    reader.database("hq", hq.database);
    reader.text("hq", "system", hq.system);
    reader.url("hq", "api_url", hq.api_url);
    reader.readable_file("hq", "ca_file", hq.ca_file);
    reader.text("hq", "client_id", hq.client_id);
    reader.readable_file("hq", "client_secret_file", hq.client_secret_file);
    reader.readable_file("hq", "token_file", hq.token_file);
    reader.file("hq", "key_file", hq.key_file);
    if (reader.problem()) return;
    if (hq.source == "embedded") {
        for (const auto key : hellohq_keys)
            reader.forbid_idle("hq", key, "hq.source = \"embedded\"");
        return reader.require("hq", "database");
    }
    // The directory of helloHQ is kept beside the state database.
    reader.forbid_idle("hq", "database", "hq.source = \"hellohq\"");
    for (const auto key : login_keys)
        if (!hq.token_file.empty()) reader.forbid_idle("hq", key, "hq.token_file");
    if (hq.token_file.empty()) reader.require("hq", "client_id");
}

}  // namespace hqsync::app
