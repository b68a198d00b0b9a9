// The bar on a terminal while a run goes on.
#pragma once

#include <cstddef>
#include <string>

#include "engine/run.hpp"

namespace hqsync::app {

/// Draws on stderr, at most 20 times a second; erases itself when it goes.
class ProgressBar final : public engine::Progress {
public:
    ProgressBar() = default;
    ~ProgressBar() override;
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void planned(const MailboxAddress& mailbox, std::size_t operations) override;
    void advanced(const MailboxAddress& mailbox, std::size_t operations) override;
    void ended(const engine::MailboxReport& report) override;

private:
    void draw();

    std::size_t planned_ = 0;
    std::size_t done_ = 0;
    std::size_t mailboxes_ = 0;
    Instant drawn_{};
    bool is_drawn_ = false;
};

/// "[######......] 120 of 400 operations, 3 mailboxes done"
std::string bar_text(std::size_t done, std::size_t planned, std::size_t mailboxes);

}  // namespace hqsync::app
