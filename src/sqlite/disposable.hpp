// A database that only spares asking again: one that is damaged is thrown away.
#pragma once

#include <filesystem>
#include <memory>
#include <utility>

#include "base/result.hpp"
#include "sqlite/database.hpp"

namespace hqsync::sqlite {

class Disposable {
public:
    /// Opens or creates the file, for its owner only; what is damaged, or was written by a newer
    /// hqsync, is deleted and begun anew. Another process may have it open too. Faults as of
    /// Database::open. What `schema` names must outlive this.
    static Result<Disposable> open(std::filesystem::path file, const Schema& schema);

    /// `work(Database&)`, guarded. When damage shows only then, once more on an empty database.
    template <class Work>
    auto run(Work work) -> Result<decltype(work(std::declval<Database&>()))> {
        const auto once = [&] { return guarded(schema_.what, [&] { return work(*database_); }); };
        if (database_) {
            auto done = once();
            if (done || !is_worthless(done.error())) return done;
        }
        const auto anew = begin_anew();
        if (!anew) return fail(anew.error());
        return once();
    }

private:
    Disposable(std::filesystem::path file, const Schema& schema)
        : file_(std::move(file)), schema_(schema) {}
    static bool is_worthless(const Fault& fault);
    Result<void> begin();
    Result<void> begin_anew();

    std::filesystem::path file_;
    Schema schema_;
    std::unique_ptr<Database> database_;  ///< null: it could not be begun anew
};

}  // namespace hqsync::sqlite
