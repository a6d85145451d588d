#include "api/functions.h"
#include "cli/commands.h"

int main(int argc, char** argv) {
    return static_cast<int>(
        ddll::cli::run_program({argv + (argc > 0 ? 1 : 0), argv + argc}, {ddll::api::function_name}));
}
