// Exchange Online's admin API: InvokeCommand over REST, as the module of Exchange Online uses it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/graph_contact.hpp"
#include "sim/graph_message.hpp"
#include "sim/ps_shell.hpp"

namespace hqsync::sim {

class PsRest {
public:
    /// `world` outlives it; its rights hold for what is offered online. `url` of the server.
    PsRest(PsWorld& world, std::string url, std::string tenant)
        : world_(world), url_(std::move(url)), tenant_(std::move(tenant)) {}

    /// Whether a token for that resource is one for this API.
    [[nodiscard]] bool is_audience(std::string_view resource) const;
    /// Of a caller with a valid token; the path begins with "adminapi".
    Reply answer(const Request& request);

private:
    /// The rest of a result, until somebody asks for it or half an hour has passed.
    struct Page {
        std::string token;
        std::string anchor;
        std::string command;
        std::int64_t until = 0;
        std::size_t size = 0;
        std::vector<PsValue> rest;
    };

    Reply invoke(const Request& request);
    Reply next_page(const Request& request, const std::string& command);
    Reply run(const Request& request, const PsStep& step);
    Reply module_file(const Request& request);
    /// Puts what does not fit on a page aside.
    Reply page(const Request& request, Page&& all, const PsOutcome& outcome);
    [[nodiscard]] std::string context() const;

    PsWorld& world_;
    std::string url_;
    std::string tenant_;
    std::deque<Page> pages_;
};

}  // namespace hqsync::sim
