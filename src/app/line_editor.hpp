// A prompt at the terminal with editing, history and completion (libedit), which does not wait by
// itself: the caller does, so that signals and idle time are noticed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hqsync::app {

class LineEditor {
public:
    enum class Wake : std::uint8_t { readable, interrupt, ended, idle };
    struct Ports {
        /// Returns when there is something to read at stdin, or something else is the matter.
        std::function<Wake()> wait;
        /// The words that may stand where the last word of `before` begins.
        std::function<std::vector<std::string>(std::string_view before)> complete;
    };
    enum class End : std::uint8_t { line, interrupt, end_of_input, ended, idle };
    struct Line {
        End end = End::end_of_input;
        std::string text;  ///< of End::line, without its end
    };

    /// One at a time in a process. Lines are remembered as long as it lives, and nowhere else: they
    /// may hold secrets.
    LineEditor(std::string prompt, Ports ports);
    ~LineEditor();
    LineEditor(const LineEditor&) = delete;
    LineEditor& operator=(const LineEditor&) = delete;

    /// Ctrl-C throws away a line that was begun, and is End::interrupt on an empty one; Ctrl-D on
    /// an empty one is the end of input.
    Line read();

private:
    struct Editor;
    std::unique_ptr<Editor> editor_;
};

}  // namespace hqsync::app
