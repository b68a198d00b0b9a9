// The terminal's echo is switched off while the password is typed, and on again on every way out.
#include "app/password_prompt.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <string_view>

namespace hqsync::app {
namespace {

constexpr std::size_t password_max = 1'024;

class Terminal {
public:
    Terminal() : file_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
        if (file_ < 0 || ::tcgetattr(file_, &before_) != 0) return;
        is_usable_ = true;
        auto silent = before_;
        // No signals by keys: an ended process would leave the terminal without echo.
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG | ICANON);
        silent.c_cc[VMIN] = 1;
        silent.c_cc[VTIME] = 0;
        ::tcsetattr(file_, TCSAFLUSH, &silent);
    }
    ~Terminal() {
        if (is_usable_) ::tcsetattr(file_, TCSAFLUSH, &before_);
        if (file_ >= 0) ::close(file_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    [[nodiscard]] bool is_usable() const { return is_usable_; }
    void write(std::string_view text) const {
        while (!text.empty()) {
            const auto count = ::write(file_, text.data(), text.size());
            if (count <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    /// A key; none when the terminal is gone.
    [[nodiscard]] char key(const std::function<bool(int file)>& wait) const {
        if (!wait(file_)) return '\x04';
        char key = 0;
        ssize_t count = 0;
        do {
            count = ::read(file_, &key, 1);
        } while (count < 0 && errno == EINTR);
        return count == 1 ? key : '\x04';
    }

private:
    int file_;
    termios before_{};
    bool is_usable_ = false;
};

constexpr char ctrl_c = '\x03';
constexpr char ctrl_d = '\x04';
constexpr char ctrl_u = '\x15';

/// Takes the last sign away, whatever octets it has.
void erase_sign(std::string& text) {
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U)
        text.pop_back();
    if (!text.empty()) text.pop_back();
}

}  // namespace

Result<std::string> ask_password(const std::string& question,
                                 const std::function<bool(int file)>& wait) {
    const Terminal terminal;
    if (!terminal.is_usable())
        return fail({Reach::configuration, "config",
                     "no password: --password-file, exchange.management.password_file or "
                     "$HQSYNC_MANAGEMENT_PASSWORD; there is no terminal to ask at"});
    terminal.write(question);
    std::string password;
    for (;;) {
        const char key = terminal.key(wait);
        if (key == '\n' || key == '\r') break;
        if (key == ctrl_c || key == ctrl_d) {
            terminal.write("\r\n");
            return fail({Reach::run, "session.interrupted", "no password was given"});
        }
        if (key == '\x7F' || key == '\b') {
            erase_sign(password);
        } else if (key == ctrl_u) {
            password.clear();
        } else if (password.size() < password_max) {
            password += key;
        }
    }
    terminal.write("\r\n");
    if (password.empty()) return fail({Reach::run, "session.interrupted", "no password was given"});
    return password;
}

}  // namespace hqsync::app
