// What was read of helloHQ, kept in a database of its own, so that the next pass asks for changes
// only. Losing it costs one full read.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "hellohq/tables.hpp"

namespace hqsync::sqlite {
class Database;
}

namespace hqsync::hellohq {

class Cache {
public:
    /// Opens or creates the file, for its owner only. Another process may have it open too.
    static Result<std::unique_ptr<Cache>> open(const std::filesystem::path& file);
    ~Cache();

    /// Empty when nothing was kept, or for another `source`, or what was kept cannot be read.
    Result<Tables> load(const std::string& source);
    /// From `before`, which this process loaded or stored last, to `after`, in one transaction.
    /// Where another process stored meanwhile, what it knows better is read again by the next
    /// increment: the times that are kept are those of this process.
    Result<void> store(const std::string& source, const Tables& before, const Tables& after);
    /// One record that came by itself; nothing happens where nothing is kept of `source`.
    Result<void> put(const std::string& source, const ContactPerson& person);
    Result<void> clear();

private:
    explicit Cache(std::unique_ptr<sqlite::Database> database);
    std::unique_ptr<sqlite::Database> database_;
};

}  // namespace hqsync::hellohq
