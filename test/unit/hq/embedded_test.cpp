// The embedded HQ as a file on disk and as a folder of files.
#include "hq/embedded.hpp"

#include <sys/stat.h>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "async/await.hpp"
#include "unit/hq/small_agency.hpp"

namespace hqsync::hq {
namespace {

class Embedded : public EmbeddedHqTest {
protected:
    void write_folder(const Files& files) {
        std::filesystem::create_directories(source_);
        for (const auto& [name, text] : files)
            std::ofstream(source_ / name, std::ios::binary) << text;
    }
    std::string refusal() {
        const auto counts = hq_->import_directory(source_);
        return counts ? "imported" : to_text(counts.error());
    }
    const std::filesystem::path source_ = folder_ / "source";
};

TEST_F(Embedded, IsEmptyAtFirst) {
    EXPECT_EQ(snapshot(), Snapshot{});
    EXPECT_EQ(hq_->system(), "hq");
}

// Whatever the umask: the -wal and -shm files of SQLite get the same mode.
TEST_F(Embedded, IsReadableByItsOwnerOnly) {
    const auto umask_before = ::umask(0);
    const auto file = folder_ / "private.db";
    const auto hq = EmbeddedHq::open(file, "hq").value();
    ASSERT_TRUE(hq->import_files(small_agency()));
    ::umask(umask_before);
    std::size_t files = 0;
    for (const auto& each : std::filesystem::directory_iterator(folder_)) {
        if (!each.path().filename().string().starts_with("private.db")) continue;
        ++files;
        EXPECT_EQ(each.status().permissions() & std::filesystem::perms(0077),
                  std::filesystem::perms::none)
            << each.path();
    }
    EXPECT_EQ(files, 3U);
}

TEST_F(Embedded, KeepsItsDirectoryWhenItIsClosed) {
    ASSERT_TRUE(hq_->import_files(small_agency()));
    const auto before = snapshot();
    hq_ = EmbeddedHq::open(file_, "hq").value();
    EXPECT_EQ(snapshot(), before);
    EXPECT_EQ(*await(hq_->snapshot()).value(), before);
}

TEST_F(Embedded, ShowsAReaderOneStateWhileAnotherProcessWrites) {
    ASSERT_TRUE(hq_->import_files(small_agency()));
    const auto held = hq_->read().value();
    const auto other = EmbeddedHq::open(file_, "hq").value();
    ASSERT_TRUE(other->apply_json(R"([{"op":"delete","entity":"lead","id":51}])"));
    EXPECT_EQ(held->leads.size(), 1U);
    EXPECT_EQ(snapshot().leads.size(), 0U);
}

TEST_F(Embedded, RefusesANameThatMarksCannotHold) {
    for (const std::string name : {"", "a:b", "012345678901234567890123456789012"}) {
        EXPECT_EQ(EmbeddedHq::open(folder_ / "x.db", name).error().code, "hq.system") << name;
    }
}

TEST_F(Embedded, RefusesADatabaseOfSomebodyElse) {
    std::ofstream(folder_ / "text.db") << std::string(5000, 'x');
    EXPECT_FALSE(EmbeddedHq::open(folder_ / "text.db", "hq"));
    EXPECT_EQ(EmbeddedHq::open(folder_ / "no" / "folder.db", "hq").error().reach,
              Reach::configuration);
}

TEST_F(Embedded, ImportsAFolder) {
    write_folder(small_agency());
    EXPECT_EQ(hq_->import_directory(source_), (Counts{2, 2, 2, 2, 1, 1}));
    std::filesystem::remove(source_ / "Leads.json");
    EXPECT_EQ(hq_->import_directory(source_), (Counts{2, 2, 2, 2, 1, 0}));
}

TEST_F(Embedded, SaysWhichFileOfAFolderItCannotRead) {
    EXPECT_EQ(refusal(), fmt::format("import.no_folder: {} is no folder", source_.string()));
    write_folder(small_agency());
    std::filesystem::remove(source_ / "Users.json");
    EXPECT_EQ(refusal(), "import.missing_file: Users.json: is missing");
    std::filesystem::create_directory(source_ / "Users.json");
    EXPECT_EQ(refusal(), "import.unreadable: Users.json: is no file");
    std::filesystem::remove(source_ / "Users.json");
    std::ofstream(source_ / "Users.json") << "";
    EXPECT_EQ(refusal(), "import.json: Users.json: is no JSON (Empty: no JSON found)");
}

TEST_F(Embedded, DoesNotReadAFileThatIsTooLong) {
    write_folder(small_agency());
    // Sparse: it takes no room on the disk.
    std::filesystem::resize_file(source_ / "Leads.json", (std::uintmax_t(512) << 20U) + 1);
    EXPECT_EQ(refusal(),
              "import.too_long: Leads.json: has 536870913 octets, at most 536870912 are read");
    EXPECT_EQ(snapshot(), Snapshot{});
}

TEST(EmbeddedHqInMemory, LeavesNoFile) {
    ASSERT_TRUE(EmbeddedHq::open(":memory:", "hq"));
    EXPECT_FALSE(std::filesystem::exists(":memory:"));
}

}  // namespace
}  // namespace hqsync::hq
