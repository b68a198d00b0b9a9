// The program: reads the command line and runs one command.
#include "app/command_line.hpp"

int main(int count, char** arguments) {
    return hqsync::app::run_command_line(count, arguments);
}
