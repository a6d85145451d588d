#pragma once
/// Runs the user's command, with the nodes that it starts watched.
#include "base/result.h"

#include <string>
#include <vector>

namespace ddll::record {

struct Ended {
    int status = 0;       ///< 128 + signal where one ended it
    std::string signal{}; ///< its name, or empty
};

/// What the nodes' side needs, unpacked and compiled into `folder`.
Result<void> unpack_recorder(const std::string& folder, const std::string& erl);

/// Waits for its end. Its environment is ours with the recorder's `tools` and the folder `logs` that nodes write to; a
/// terminal, if there is one, is its own, and so are the signals of its keys.
Result<Ended> run_command(const std::vector<std::string>& command, const std::string& tools, const std::string& logs);

/// The environment of the command: entries of `environment` with the recorder's.
std::vector<std::string> with_recorder(const std::vector<std::string>& environment, const std::string& tools,
                                       const std::string& logs);

} // namespace ddll::record
