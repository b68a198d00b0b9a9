// Deletes the file with its companions and opens it again.
#include "sqlite/disposable.hpp"

#include <system_error>

namespace hqsync::sqlite {

namespace fs = std::filesystem;

Result<Disposable> Disposable::open(fs::path file, const Schema& schema) {
    Disposable made(std::move(file), schema);
    auto begun = made.begin();
    if (!begun && is_worthless(begun.error())) begun = made.begin_anew();
    if (!begun) return fail(begun.error());
    return made;
}

bool Disposable::is_worthless(const Fault& fault) {
    return fault.code == "database.damaged" || fault.code == "database.newer";
}

Result<void> Disposable::begin() {
    auto database = Database::open(file_.string(), schema_);
    if (!database) return fail(database.error());
    database_ = *std::move(database);
    // It may be older than the rule that makes new ones so.
    std::error_code error;
    fs::permissions(file_, fs::perms::owner_read | fs::perms::owner_write, error);
    return {};
}

Result<void> Disposable::begin_anew() {
    database_.reset();
    for (const auto* ending : {"", "-wal", "-shm"}) {
        std::error_code error;
        fs::remove(file_.string() + ending, error);
    }
    return begin();
}

}  // namespace hqsync::sqlite
