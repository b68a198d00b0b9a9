// Databases of the state store as files, for tests that look behind the port.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "sqlite/database.hpp"
#include "state/sql_schema.hpp"
#include "state/sqlite_store.hpp"

namespace hqsync::state {

/// Removed with everything in it.
class Folder {
public:
    Folder() {
        auto name = (std::filesystem::temp_directory_path() / "hqsync-state-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::string file() const { return (path_ / "state.db").string(); }

private:
    std::filesystem::path path_;
};

inline std::unique_ptr<StateStore> opened(const std::string& path, Access access = Access::shared) {
    auto store = open_sqlite(path, access);
    if (!store) {
        ADD_FAILURE() << to_text(store.error());
        return nullptr;
    }
    return *std::move(store);
}

inline std::string code_of_opening(const std::string& path, Access access = Access::shared) {
    const auto store = open_sqlite(path, access);
    return store ? "opened" : store.error().code;
}

inline std::unique_ptr<sqlite::Database> raw(const std::string& path) {
    auto database =
        sqlite::Database::open(path, {sql::application_id, sql::migrations, "state database"});
    EXPECT_TRUE(database);
    return *std::move(database);
}

inline std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline void overwrite(const std::string& path, const std::string& octets) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << octets;
}

}  // namespace hqsync::state
