#pragma once
/// Playing again when files change: `--watch` of run and check.
#include "cli/exit_code.h"

#include <functional>
#include <string>
#include <vector>

namespace ddll::cli {

/// What a round reads. None of it has to be there.
struct Watched {
    std::vector<std::string> files;
    std::vector<std::string> libraries; ///< files, too; played only when they are whole
    struct Folder {
        std::string path, suffix; ///< files in it and below that end so
    };
    std::vector<Folder> folders;
    std::vector<std::string> written; ///< by the round itself: no change of these counts
};

struct Round {
    ExitCode code = ExitCode::ok;
    bool interrupted = false;
};

/// Plays, waits until something of `look` changes and has come to rest, and plays again, until Ctrl-C or SIGTERM. Tells
/// on stderr what it waits for. Gives the code of the last round that was played to its end. `look` is asked before
/// every round, and what it names is watched before `play` reads it: nothing that happens in between is lost.
ExitCode play_again_and_again(const std::function<Watched()>& look, const std::function<Round()>& play);

} // namespace ddll::cli
