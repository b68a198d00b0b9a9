// helloHQ live: its API v1 as the source of the directory and the target of edits.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "async/clock.hpp"
#include "hellohq/access.hpp"
#include "hellohq/cache.hpp"
#include "hellohq/pages.hpp"
#include "hellohq/service.hpp"
#include "port/hq_source.hpp"
#include "port/hq_writer.hpp"

namespace hqsync::hellohq {

struct Options {
    std::string api_url = "https://api.hellohq.io";  ///< without "/v1"
    std::string system = "hq";
    /// Tells apart what was read by different logins, whose rights may differ: no secret.
    std::string account;
    std::filesystem::path cache_file;
    std::uint64_t seed = 0;  ///< of the spread of pauses
};

/// The first read is whole; later ones ask for changes, until a whole read is due again
/// (docs/hellohq.md says how old each field may be). A read that ends short changes nothing.
class HelloHq final : public HqSource, public HqWriter {
public:
    /// `sender` and `clock` outlive it.
    static Result<std::unique_ptr<HelloHq>> open(Options options, http::Sender& sender,
                                                 Clock& clock, std::unique_ptr<Access> access);

    /// Faults (run) besides those of `Service` and `Pages`: "hq.shrunk": far fewer records than
    /// last time; `forget_cache` takes what is there.
    Task<Result<SnapshotPtr>> snapshot() override;
    [[nodiscard]] std::string system() const override { return options_.system; }

    Task<Result<ContactPerson>> read(ContactId contact) override;
    /// helloHQ has no versions: the record is read, compared with `before`, and sent back whole
    /// with what changed. An answer that got lost is settled by reading again.
    Task<Result<ContactPerson>> replace(ContactPerson before, ContactPerson after) override;
    /// Sent once. Without an answer: fault of reach item with outcome_unknown.
    Task<Result<ContactPerson>> create(ContactPerson wanted) override;

    /// The next read is whole and is compared with nothing.
    Result<void> forget_cache();
    [[nodiscard]] std::uint64_t requests() const { return service_.requests(); }

private:
    struct Found;
    HelloHq(Options options, http::Sender& sender, Clock& clock, std::unique_ptr<Access> access,
            std::unique_ptr<Cache> cache);
    Result<void> load();
    Task<Result<void>> read_everything(Tables& tables);
    Task<Result<void>> read_changes(Tables& tables);
    Task<Result<Found>> find(ContactId contact);
    Task<Result<ContactPerson>> written(ContactPerson before, ContactPerson after);
    Result<void> remember(const ContactPerson& person);

    Options options_;
    std::string source_;  ///< of what the cache holds
    Clock& clock_;
    std::unique_ptr<Access> access_;
    std::unique_ptr<Cache> cache_;
    Service service_;
    Pages pages_{service_};
    Turns reading_{1};
    Tables tables_;
    bool is_loaded_ = false;
};

}  // namespace hqsync::hellohq
