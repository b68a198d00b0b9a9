// libedit's callbacks find the editor by its client data.
#include "app/line_editor.hpp"

#include <histedit.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cwchar>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/letter_case.hpp"

namespace hqsync::app {
namespace {

constexpr int history_max = 500;
constexpr std::size_t shown_max = 60;

bool begins_with(std::string_view text, std::string_view beginning) {
    return text.size() >= beginning.size() &&
           std::ranges::equal(text.substr(0, beginning.size()), beginning, {}, lower_letter,
                              lower_letter);
}

/// What all have in common at their beginning, without case.
std::string common_beginning(const std::vector<std::string>& words) {
    std::string common = words.front();
    for (const auto& word : words)
        while (!begins_with(word, common))
            common.pop_back();
    return common;
}

}  // namespace

struct LineEditor::Editor {
    std::string prompt;
    Ports ports;
    EditLine* line = nullptr;
    History* history = nullptr;
    std::optional<End> end;  ///< why reading was broken off

    static Editor& of(EditLine* line) {
        void* data = nullptr;
        el_get(line, EL_CLIENTDATA, &data);
        return *static_cast<Editor*>(data);
    }
    static char* show_prompt(EditLine* line) { return of(line).prompt.data(); }
    static int get_sign(EditLine* line, wchar_t* sign) { return of(line).read_sign(sign); }
    static unsigned char complete_word(EditLine* line, int) { return of(line).complete(); }

    int read_sign(wchar_t* sign);
    unsigned char complete();
};

/// One sign of UTF-8, octet by octet. 0: the end, for the reason in `end`.
int LineEditor::Editor::read_sign(wchar_t* sign) {
    std::mbstate_t state{};
    for (;;) {
        const auto wake = ports.wait();
        if (wake != Wake::readable) {
            end = wake == Wake::interrupt ? End::interrupt
                  : wake == Wake::idle    ? End::idle
                                          : End::ended;
            return 0;
        }
        char octet = 0;
        const auto count = ::read(STDIN_FILENO, &octet, 1);
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count != 1) {
            end = End::end_of_input;
            return 0;
        }
        const auto used = std::mbrtowc(sign, &octet, 1, &state);
        if (used == static_cast<std::size_t>(-2)) continue;
        if (used == static_cast<std::size_t>(-1)) {
            state = {};
            continue;
        }
        return 1;
    }
}

unsigned char LineEditor::Editor::complete() {
    const auto* info = el_line(line);
    const std::string before(info->buffer, info->cursor);
    const auto blank = before.find_last_of(" \t");
    const auto word = blank == std::string::npos ? before : before.substr(blank + 1);
    auto words = ports.complete(before);
    std::erase_if(words, [&word](const std::string& one) { return !begins_with(one, word); });
    if (words.empty()) return CC_REFRESH_BEEP;
    auto longer = common_beginning(words);
    if (words.size() == 1) longer += ' ';
    if (longer.size() > word.size()) {
        el_deletestr(line, static_cast<int>(word.size()));
        if (el_insertstr(line, longer.c_str()) != 0) return CC_ERROR;
        return CC_REFRESH;
    }
    fmt::print("\n");
    for (std::size_t i = 0; i < std::min(words.size(), shown_max); ++i)
        fmt::print("{}  ", words[i]);
    if (words.size() > shown_max) fmt::print("… {} in all", words.size());
    fmt::print("\n");
    std::fflush(stdout);
    return CC_REDISPLAY;
}

LineEditor::LineEditor(std::string prompt, Ports ports) : editor_(std::make_unique<Editor>()) {
    editor_->prompt = std::move(prompt);
    editor_->ports = std::move(ports);
    // Names and texts are UTF-8, whatever else the locale says.
    if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1)
        std::setlocale(LC_CTYPE, "C.UTF-8");
    auto* line = el_init("hqsync", stdin, stdout, stderr);
    editor_->line = line;
    editor_->history = history_init();
    HistEvent event{};
    history(editor_->history, &event, H_SETSIZE, history_max);
    history(editor_->history, &event, H_SETUNIQUE, 1);
    el_set(line, EL_CLIENTDATA, editor_.get());
    el_set(line, EL_PROMPT, &Editor::show_prompt);
    el_set(line, EL_EDITOR, "emacs");
    el_set(line, EL_HIST, &::history, editor_->history);
    el_set(line, EL_GETCFN, &Editor::get_sign);
    // The wide call keeps the literals; the narrow one would keep copies that nobody frees.
    el_wset(line, EL_ADDFN, L"hqsync-complete", L"complete the word", &Editor::complete_word);
    el_set(line, EL_BIND, "^I", "hqsync-complete", nullptr);
    el_set(line, EL_BIND, "^R", "em-inc-search-prev", nullptr);
}

LineEditor::~LineEditor() {
    history_end(editor_->history);
    el_end(editor_->line);
}

LineEditor::Line LineEditor::read() {
    for (;;) {
        editor_->end.reset();
        // Before the prompt: libedit itself shows it first, and Ctrl-C would throw away unseen what
        // is typed until then.
        el_set(editor_->line, EL_PREP_TERM, 1);
        int count = 0;
        const char* text = el_gets(editor_->line, &count);
        if (editor_->end) {
            const auto* info = el_line(editor_->line);
            const bool is_begun = info->lastchar > info->buffer;
            el_reset(editor_->line);
            fmt::print("\n");
            std::fflush(stdout);
            if (*editor_->end == End::interrupt && is_begun) continue;
            return {*editor_->end, {}};
        }
        if (text == nullptr || count <= 0) return {End::end_of_input, {}};
        std::string line(text, static_cast<std::size_t>(count));
        while (line.ends_with('\n') || line.ends_with('\r'))
            line.pop_back();
        HistEvent event{};
        if (line.find_first_not_of(" \t") != std::string::npos)
            history(editor_->history, &event, H_ENTER, line.c_str());
        return {End::line, std::move(line)};
    }
}

}  // namespace hqsync::app
