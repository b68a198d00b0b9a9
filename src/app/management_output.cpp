// Complaints, and where the output goes.
#include "app/management_output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace hqsync::app {

std::string output_as_json(std::string_view command, const management::Output& output) {
    Json json;
    json.begin_object();
    json.field("command", command);
    json.key("objects");
    json.begin_array();
    for (const auto& object : output.objects)
        write_json(json, object);
    json.end_array();
    json.key("errors");
    json.begin_array();
    for (const auto& error : output.errors) {
        json.begin_object();
        json.field("message", error.message);
        json.field("id", error.id);
        json.field("category", error.category);
        json.field("target", error.target);
        json.field("exception", error.exception);
        json.end_object();
    }
    json.end_array();
    json.key("warnings");
    json.begin_array();
    for (const auto& warning : output.warnings)
        json.value(warning);
    json.end_array();
    json.field("truncated", output.is_truncated);
    json.end_object();
    return json.text();
}

void tell_complaints(std::string_view command, const management::Output& output) {
    const auto tell = [&](std::string_view kind, const std::vector<std::string>& lines) {
        for (const auto& line : lines)
            fmt::print(stderr, "hqsync: {}: {}: {}\n", printable(std::string(command)), kind,
                       printable(line));
    };
    tell("verbose", output.verbose);
    tell("debug", output.debug);
    tell("information", output.information);
    tell("warning", output.warnings);
    for (const auto& error : output.errors) {
        const auto& kind = error.exception.empty() ? error.category : error.exception;
        fmt::print(stderr, "hqsync: {}: {}{}\n", printable(std::string(command)),
                   printable(error.message), kind.empty() ? "" : printable(" (" + kind + ")"));
    }
    if (output.is_truncated)
        fmt::print(stderr, "hqsync: {}: there is more than what is shown\n",
                   printable(std::string(command)));
}

std::size_t terminal_columns() {
    winsize size{};
    if (::isatty(STDOUT_FILENO) != 1) return 0;
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

}  // namespace hqsync::app
