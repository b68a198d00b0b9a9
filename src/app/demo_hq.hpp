// The demo's HQ: a sample agency in the embedded HQ, read as it is or by helloHQ's API.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "app/commands.hpp"
#include "async/clock.hpp"
#include "base/result.hpp"
#include "hq/embedded.hpp"
#include "hqapi/server.hpp"

namespace hqsync::app {

class DemoHq {
public:
    /// Makes "hq.db" in the folder, and what `config_lines` names.
    static Result<std::unique_ptr<DemoHq>> open(const std::filesystem::path& folder,
                                                DemoSource source);

    [[nodiscard]] const hq::Counts& counts() const { return counts_; }
    /// What stands below [hq].
    [[nodiscard]] std::string config_lines() const;
    /// Empty: HQ is read as it is.
    [[nodiscard]] std::string url() const { return server_ ? server_->url() : std::string(); }

private:
    Result<void> serve(const std::filesystem::path& folder);

    SystemClock clock_;
    hq::Counts counts_;
    std::unique_ptr<hq::EmbeddedHq> served_;
    std::unique_ptr<hqapi::Server> server_;
};

}  // namespace hqsync::app
