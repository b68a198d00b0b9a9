// Recorded exchanges with real servers: the envelopes as they went over the wire.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace hqsync::test {

struct Recorded {
    std::string file;
    std::string request;
    std::string response;  ///< empty: none was recorded
};

inline std::filesystem::path transcripts() {
    return std::filesystem::path(HQSYNC_REFERENCE_DIR) / "psrp-transcripts";
}

inline std::string whole_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Of YAML only what the recordings use: plain scalars, folded over lines that are indented more.
inline void read_recording(const std::filesystem::path& path, std::vector<Recorded>& into) {
    std::ifstream in(path);
    std::string* value = nullptr;
    for (std::string line; std::getline(in, line);) {
        constexpr std::string_view request = "- request: ";
        constexpr std::string_view response = "  response: ";
        if (line.starts_with(request)) {
            into.push_back({path.stem().string(), line.substr(request.size()), {}});
            value = &into.back().request;
        } else if (line.starts_with(response)) {
            into.back().response = line.substr(response.size());
            if (into.back().response == "null") into.back().response.clear();
            value = &into.back().response;
        } else if (value != nullptr && line.starts_with("    ") && line.find(": ") != 6) {
            const auto text = line.find_first_not_of(' ');
            if (value->starts_with('<')) *value += ' ' + line.substr(text);
        } else {
            value = nullptr;
        }
    }
}

inline std::vector<Recorded> recordings() {
    std::vector<std::filesystem::path> files;
    if (!std::filesystem::exists(transcripts() / "pypsrp")) return {};
    for (const auto& entry : std::filesystem::directory_iterator(transcripts() / "pypsrp"))
        if (entry.path().extension() == ".yml") files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<Recorded> all;
    for (const auto& file : files)
        read_recording(file, all);
    return all;
}

}  // namespace hqsync::test
