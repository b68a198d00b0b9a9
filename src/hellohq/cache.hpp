// What was read of helloHQ, kept in a database of its own, so that the next pass asks for changes
// only. Losing it costs one full read.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "hellohq/tables.hpp"
#include "sqlite/disposable.hpp"

namespace hqsync::hellohq {

class Cache {
public:
    /// Opens or creates the file, for its owner only; what is damaged, or was written by a newer
    /// hqsync, is thrown away. Another process may have it open too.
    static Result<std::unique_ptr<Cache>> open(const std::filesystem::path& file);

    /// Empty when nothing was kept, or for another `source`, or what was kept cannot be read.
    Result<Tables> load(const std::string& source);
    /// Whether nobody else has stored since this process did, or loaded.
    Result<bool> is_as_left();
    /// From `before`, which this process loaded or stored last, to `after`, in one transaction.
    /// Where another process stored meanwhile, all is written: the records and the times of two
    /// processes do not go together.
    Result<void> store(const std::string& source, const Tables& before, const Tables& after);
    /// One record that came by itself; nothing happens where nothing is kept of `source`.
    Result<void> put(const std::string& source, const ContactPerson& person);
    Result<void> clear();

private:
    explicit Cache(sqlite::Disposable database);
    void count_up(sqlite::Database& database);

    sqlite::Disposable database_;
    std::string generation_;  ///< as this process left or found it
};

}  // namespace hqsync::hellohq
