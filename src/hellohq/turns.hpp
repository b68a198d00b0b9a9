// Lets so many coroutines in at a time, the others wait in their order.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include <asio/steady_timer.hpp>

#include "async/task.hpp"

namespace hqsync::hellohq {

/// Outlives those who wait.
class Turns {
public:
    explicit Turns(std::size_t at_once) : free_(at_once) {}

    /// Given back when it goes, also with a coroutine that is thrown away.
    class Turn {
    public:
        explicit Turn(Turns* turns) : turns_(turns) {}
        Turn(Turn&& other) noexcept : turns_(other.turns_) { other.turns_ = nullptr; }
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (turns_ != nullptr) turns_->leave();
        }

    private:
        Turns* turns_;
    };

    Task<Turn> enter();

private:
    void leave();

    std::size_t free_;
    std::deque<std::weak_ptr<asio::steady_timer>> waiting_;
};

}  // namespace hqsync::hellohq
