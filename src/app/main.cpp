// The program: reads the command line and runs one command.
#include <fmt/format.h>

int main() {
    fmt::print("hqsync {}\n", HQSYNC_VERSION);
    return 0;
}
