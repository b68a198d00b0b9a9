// Loaded before libc: kills the process behind its n-th durable write, request or answer.
// $KILL_AFTER is "sync:N", "send:N" or "receive:N"; $KILL_COUNTS names a file that gets the counts
// of an undisturbed run.
#include <dlfcn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

enum Step { sync_step, send_step, receive_step, step_count };
constexpr const char* names[step_count] = {"sync", "send", "receive"};
long done[step_count];

template <class Function>
Function next(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

/// Behind the step: what it did is done, and nobody will take note of it.
void behind(Step step) {
    ++done[step];
    static const char* const order = std::getenv("KILL_AFTER");
    if (order == nullptr) return;
    const auto length = std::strlen(names[step]);
    const bool is_meant = std::strncmp(order, names[step], length) == 0 && order[length] == ':';
    if (is_meant && done[step] == std::atol(order + length + 1)) kill(getpid(), SIGKILL);
}

struct Report {
    ~Report() {
        const char* path = std::getenv("KILL_COUNTS");
        auto* file = path == nullptr ? nullptr : std::fopen(path, "w");
        if (file == nullptr) return;
        for (int step = 0; step < step_count; ++step)
            std::fprintf(file, "%s %ld\n", names[step], done[step]);
        std::fclose(file);
    }
} report;

}  // namespace

extern "C" {

int fdatasync(int file) {
    static const auto real = next<int (*)(int)>("fdatasync");
    const int result = real(file);
    behind(sync_step);
    return result;
}

int fsync(int file) {
    static const auto real = next<int (*)(int)>("fsync");
    const int result = real(file);
    behind(sync_step);
    return result;
}

ssize_t send(int socket, const void* data, size_t size, int flags) {
    static const auto real = next<ssize_t (*)(int, const void*, size_t, int)>("send");
    const auto result = real(socket, data, size, flags);
    if (result > 0) behind(send_step);
    return result;
}

ssize_t recv(int socket, void* data, size_t size, int flags) {
    static const auto real = next<ssize_t (*)(int, void*, size_t, int)>("recv");
    const auto result = real(socket, data, size, flags);
    if (result > 0) behind(receive_step);
    return result;
}
}
