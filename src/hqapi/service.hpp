// All that the served HQ answers; on one thread.
#pragma once

#include <asio/io_context.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "async/clock.hpp"
#include "base/result.hpp"
#include "hq/embedded.hpp"
#include "hqapi/faults.hpp"
#include "hqapi/login.hpp"
#include "hqapi/message.hpp"
#include "hqapi/model.hpp"
#include "hqapi/place.hpp"
#include "hqapi/query.hpp"
#include "hqapi/server.hpp"
#include "hqapi/write.hpp"

namespace hqsync::hqapi {

using Done = std::function<void(Reply)>;

struct Counters {
    std::uint64_t requests = 0;
    std::uint64_t reads = 0;
    std::uint64_t writes = 0;
    std::uint64_t refused = 0;  ///< answers of 400 and more, ordered ones too
    std::uint64_t throttled = 0;
    std::uint64_t in_flight_max = 0;
    std::map<std::string, std::uint64_t> by_set;  ///< GET below /v1, by first segment
};

struct Limits {
    std::size_t at_once = 64;
    std::int64_t requests = 0;  ///< in `seconds`; 0: no limit
    std::int64_t seconds = 60;
};

/// Not thread-safe: every call on the thread of `context`, which outlives it, as do `hq` and
/// `clock`.
class Service {
public:
    Service(asio::io_context& context, hq::EmbeddedHq& hq, const Clock& clock,
            const ServerOptions& options);

    /// `listening` is the address of this server, for requests that name no host.
    void set_listening(std::string listening) { listening_ = std::move(listening); }
    void answer(Request request, const Done& done);

private:
    using DirectoryPtr = std::shared_ptr<const Directory>;

    void route(const Request& request, const Target& target, const Done& done);
    void api(const Request& request, const Target& target, const Done& done);
    void read(const Request& request, const Target& target, const Place& place, const Done& done);
    Reply read_at(const Request& request, const Target& target, const Place& place,
                  const Directory& directory) const;
    Reply read_related(const Target& target, const Place& place, const Directory& directory,
                       const Row& owner, const std::string& base) const;
    Reply me(const Request& request, const Target& target) const;
    Reply service_document(const Request& request) const;

    /// `task` answers by `done`, also when it ends by a bug.
    void spawn(Task<void> task, const Done& done);
    void write(const Request& request, const Target& target, const Place& place, const Done& done);
    Task<void> create_contact(std::string body, Query query, Done done);
    Task<void> change_contact(ContactId contact, std::string body, PutManner manner, Query query,
                              Done done);
    Task<void> change_address(CompanyId company, std::int64_t address, std::string body, Done done);
    Task<void> delete_contact(ContactId contact, Done done);
    Reply add_member(ProjectId project, const std::string& body);
    Reply remove_member(ProjectId project, std::int64_t member);
    Result<void> set_members(const Project& project, const std::vector<UserId>& members);
    Reply contact_reply(int status, const ContactPerson& contact, const Query& query);

    [[nodiscard]] bool is_own_page(const Request& request) const;
    Reply control(const Request& request, const Target& target);
    Reply add_fault(const Request& request);
    Reply set_limits(const Request& request);
    [[nodiscard]] Reply counters_reply() const;
    [[nodiscard]] Reply faults_reply() const;

    /// The directory as it is now; read again only when somebody has written.
    Result<DirectoryPtr> directory();
    [[nodiscard]] std::string base_url(const Request& request) const;
    std::optional<Reply> over_limit();

    asio::io_context& context_;
    hq::EmbeddedHq& hq_;
    const Clock& clock_;
    ServerOptions options_;
    std::string listening_;
    Login login_;
    Faults faults_;
    Limits limits_;
    Counters counters_;
    std::size_t in_flight_ = 0;
    std::deque<std::int64_t> recent_;  ///< seconds of the requests
    std::string version_;              ///< of the database, when `directory_` was read
    DirectoryPtr directory_;
};

}  // namespace hqsync::hqapi
