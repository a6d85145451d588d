// Errors are exceptions inside, and badarg for the caller.
#include "ordinary.h"

#include <stdexcept>
#include <string>

namespace {
struct BadCommand : std::runtime_error {
    explicit BadCommand(unsigned number) : std::runtime_error("no command " + std::to_string(number)) {}
};

std::string perform(unsigned command, const std::string& text) {
    switch (command) {
    case 0:
        return text;
    case 1:
        return std::to_string(std::stol(text)); // throws std::invalid_argument
    case 2:
        return std::string(1, text.at(1000)); // throws std::out_of_range
    default:
        throw BadCommand(command);
    }
}
} // namespace

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data;
    try {
        return say(rbuf, rlen, perform(command, std::string(buf, len)).c_str());
    } catch (const std::logic_error& error) {
        try {
            std::throw_with_nested(std::runtime_error("while reading"));
        } catch (const std::exception& outer) {
            return say(rbuf, rlen, (std::string(outer.what()) + ": " + error.what()).c_str());
        }
    } catch (const BadCommand&) {
        return (ErlDrvSSizeT)ERL_DRV_ERROR_BADARG;
    } catch (...) {
        return (ErlDrvSSizeT)ERL_DRV_ERROR_GENERAL;
    }
}

DRIVER(.start = keep_port, .control = control)
