// The embedded HQ: the directory in a SQLite file, so that everything runs with no outside system.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "async/clock.hpp"
#include "base/result.hpp"
#include "port/hq_source.hpp"
#include "port/hq_writer.hpp"

namespace hqsync::hq {

/// Entity set file name ("Users.json", …) -> JSON text, in the shape of API v1.
using Files = std::map<std::string, std::string>;

/// Counts per entity set, for messages.
struct Counts {
    std::size_t subsystems = 0, users = 0, companies = 0, contacts = 0, projects = 0, leads = 0;
    bool operator==(const Counts&) const = default;
};

class EmbeddedHq final : public HqSource, public HqWriter {
public:
    /// Opens or creates the database and migrates it forward. UpdatedOn is taken from `clock`,
    /// which outlives the answer; without one, from the system.
    static Result<std::unique_ptr<EmbeddedHq>> open(const std::filesystem::path& file,
                                                    std::string system);
    static Result<std::unique_ptr<EmbeddedHq>> open(const std::filesystem::path& file,
                                                    std::string system, const Clock& clock);
    ~EmbeddedHq() override;

    /// Replaces the whole directory, all or nothing. Fault "import.…" names file, record and field.
    Result<Counts> import_files(const Files& files);
    Result<Counts> import_directory(const std::filesystem::path& directory);
    /// `export_snapshot` of what is stored.
    Result<Counts> export_directory(const std::filesystem::path& directory);

    /// A batch of edits as JSON, all or nothing: [{"op":"set","entity":"contact","id":10007,
    /// "fields":{"PhoneMobile":"0171 1234567"}}, {"op":"delete",…}, {"op":"add",…}]. Relations are
    /// fields too ("Members", "ContactPersons", "ResponsibleUsers", "CompanyTypes", "Subsystems",
    /// "ResponsibleUserId", "CompanyId", "DefaultAddress"). Answers the ids in the batch's order
    /// (new ones of "add").
    Result<std::vector<std::int64_t>> apply_json(const std::string& batch);

    Task<Result<SnapshotPtr>> snapshot() override;
    /// The same, for commands outside of the engine.
    Result<SnapshotPtr> read();
    /// Another text than before when somebody, here or in another process, has written meanwhile.
    Result<std::string> version();
    [[nodiscard]] std::string system() const override;

    Task<Result<ContactPerson>> read(ContactId contact) override;
    /// Refused as changed meanwhile unless the stored record is `before` in every field.
    Task<Result<ContactPerson>> replace(ContactPerson before, ContactPerson after) override;
    /// The id is one that no contact person ever had, or a deleted one's items would become his.
    Task<Result<ContactPerson>> create(ContactPerson wanted) override;

private:
    struct Database;
    EmbeddedHq(std::unique_ptr<Database> database, std::string system, const Clock& clock);
    template <class Work>
    Result<ContactPerson> write(Work work);

    std::unique_ptr<Database> database_;
    std::string system_;
    const Clock& clock_;
};

/// All six files, in the shape that import reads. Creates the folder when missing.
Result<Counts> export_snapshot(const Snapshot& snapshot, const std::filesystem::path& directory);

/// The sample agency that ships with the program.
const Files& sample_agency();

}  // namespace hqsync::hq
