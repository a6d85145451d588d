#pragma once
/// The commands that are one step of a session, as the requests that they make: nearly all are an Erlang call.
#include "session/protocol.h"

#include <string>
#include <vector>

namespace ddll::cli {

/// All that the commands have for arguments; each uses a few.
struct StepArguments {
    std::vector<std::string> words; ///< positional, in their order
    bool kill_ports = false, pending = false, monitor = false, wait = false, trap_exit = false, binary = false;
    bool unloaded = false, unloaded_only = false, keep = false, overwrite = false, remove = false, term = false;
    std::string settings, let, to, await;
};

// One for each command. Error: the arguments exclude each other, or one has no meaning.
Result<session::Request> load_request(const StepArguments& values);
Result<session::Request> reload_request(const StepArguments& values);
Result<session::Request> unload_request(const StepArguments& values);
Result<session::Request> open_request(const StepArguments& values);
Result<session::Request> close_request(const StepArguments& values);
Result<session::Request> control_request(const StepArguments& values);
Result<session::Request> call_request(const StepArguments& values);
Result<session::Request> command_request(const StepArguments& values);
Result<session::Request> connect_request(const StepArguments& values);
Result<session::Request> monitor_request(const StepArguments& values);
Result<session::Request> demonitor_request(const StepArguments& values);
Result<session::Request> info_request(const StepArguments& values);
Result<session::Request> exit_request(const StepArguments& values);
Result<session::Request> spawn_request(const StepArguments& values);
Result<session::Request> install_request(const StepArguments& values);
Result<session::Request> advance_request(const StepArguments& values);

/// Files that the command needs.
std::vector<std::string> files_to_load(const StepArguments& values);
std::vector<std::string> files_to_install(const StepArguments& values);

} // namespace ddll::cli
