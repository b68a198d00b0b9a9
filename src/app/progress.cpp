// Draws the progress bar.
#include "app/progress.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>

namespace hqsync::app {

std::string bar_text(std::size_t done, std::size_t planned, std::size_t mailboxes) {
    constexpr std::size_t width = 30;
    const auto filled = planned == 0 ? 0 : width * std::min(done, planned) / planned;
    return fmt::format("[{}{}] {} of {} operations, {} mailboxes done", std::string(filled, '#'),
                       std::string(width - filled, '.'), done, planned, mailboxes);
}

ProgressBar::~ProgressBar() {
    if (is_drawn_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressBar::planned(const MailboxAddress&, std::size_t operations) {
    planned_ += operations;
    draw();
}

void ProgressBar::advanced(const MailboxAddress&, std::size_t operations) {
    done_ += operations;
    draw();
}

void ProgressBar::ended(const engine::MailboxReport&) {
    ++mailboxes_;
    draw();
}

void ProgressBar::draw() {
    using std::chrono::system_clock;
    const auto now = std::chrono::floor<Milliseconds>(system_clock::now());
    if (is_drawn_ && now - drawn_ < Milliseconds(50)) return;
    drawn_ = now;
    is_drawn_ = true;
    fmt::print(stderr, "\r\x1b[K{}", bar_text(done_, planned_, mailboxes_));
    std::fflush(stderr);
}

}  // namespace hqsync::app
