// Loaded before the C library: the wall clock goes wrong by CLOCK_SHIFT seconds.
#include <cstdlib>
#include <ctime>

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

long shift() {
    const char* value = std::getenv("CLOCK_SHIFT");
    return value == nullptr ? 0 : std::strtol(value, nullptr, 10);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) {
    // Not by dlsym: a sanitizer asks for the time before anything can be looked up.
    const auto result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
    if (clock == CLOCK_REALTIME) time->tv_sec += shift();
    return result;
}

int gettimeofday(timeval* time, void*) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

std::time_t time(std::time_t* into) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (into != nullptr) *into = now.tv_sec;
    return now.tv_sec;
}
}
