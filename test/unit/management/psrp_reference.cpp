// Plain files; nothing is cached.
#include "unit/management/psrp_reference.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace hqsync::management::test {

namespace {

const std::string folder_of_all = std::string(HQSYNC_REFERENCE_DIR) + "/psrp-transcripts/";

}  // namespace

bool has_transcripts() {
    return std::filesystem::exists(folder_of_all + "INDEX.md");
}

std::string transcript_file(const std::string& name) {
    std::ifstream file(folder_of_all + name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> transcript_files(const std::string& folder, const std::string& extension) {
    std::vector<std::string> names;
    for (const auto& each : std::filesystem::directory_iterator(folder_of_all + folder)) {
        if (each.path().extension() == extension)
            names.push_back(folder + "/" + each.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
}

}  // namespace hqsync::management::test
