// Whole files in, whole files out.
#include "hq/folder.hpp"

#include <cstdint>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace hqsync::hq {

namespace {

// A directory of a million contacts has less; a file that is longer is no directory.
constexpr std::uintmax_t file_octets_max = std::uintmax_t(512) << 20U;

Result<std::string> read_file(const std::filesystem::path& path, std::string_view name) {
    std::error_code error;
    const auto octets = std::filesystem::file_size(path, error);
    if (error || !std::filesystem::is_regular_file(path, error)) {
        return fail({Reach::run, "import.unreadable", fmt::format("{}: is no file", name)});
    }
    if (octets > file_octets_max) {
        return fail(
            {Reach::run, "import.too_long",
             fmt::format("{}: has {} octets, at most {} are read", name, octets, file_octets_max)});
    }
    std::ifstream stream(path, std::ios::binary);
    std::string text(octets, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(octets));
    if (stream.gcount() != static_cast<std::streamsize>(octets)) {
        return fail({Reach::run, "import.unreadable", fmt::format("{}: cannot be read", name)});
    }
    return text;
}

}  // namespace

Result<Files> files_in(const std::filesystem::path& directory) {
    std::error_code error;
    if (!std::filesystem::is_directory(directory, error)) {
        return fail(
            {Reach::run, "import.no_folder", fmt::format("{} is no folder", directory.string())});
    }
    Files files;
    for (const auto* name : {"Users.json", "Subsystem.json", "Companies.json",
                             "ContactPersons.json", "Projects.json", "Leads.json"}) {
        const auto path = directory / name;
        if (!std::filesystem::exists(path, error)) continue;
        auto text = read_file(path, name);
        if (!text) return fail(text.error());
        files.emplace(name, *std::move(text));
    }
    return files;
}

Result<void> write_file(const std::filesystem::path& path, const std::string& text) {
    const auto draft = path.string() + ".new";
    {
        std::ofstream stream(draft, std::ios::binary | std::ios::trunc);
        stream << text;
        stream.flush();
        if (!stream) {
            return fail({Reach::run, "export.failed", fmt::format("{} cannot be written", draft)});
        }
    }
    std::error_code error;
    std::filesystem::rename(draft, path, error);
    if (error) {
        return fail(
            {Reach::run, "export.failed", fmt::format("{}: {}", path.string(), error.message())});
    }
    return {};
}

}  // namespace hqsync::hq
