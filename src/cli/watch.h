#pragma once
/// Running again when files change: `--watch` of run and check.
#include "cli/choices.h"
#include "cli/exit_code.h"
#include "scenario/scenario.h"

#include <functional>
#include <string>
#include <vector>

namespace ddll::cli {

/// What a round reads. None of it has to be there.
struct Watched {
    std::vector<std::string> files;
    std::vector<std::string> libraries; ///< files, too; run only when they are whole
    struct Folder {
        std::string path, suffix; ///< files in it and below that end so
    };
    std::vector<Folder> folders;
    std::vector<std::string> written; ///< by the round itself: no change of these counts

    void add_drivers_of(const scenario::Scenario& scenario);
    void add_written(const std::vector<Output>& outputs);
};

struct Round {
    ExitCode code = ExitCode::ok;
    bool interrupted = false;
};

/// Runs, waits until something of `look` changes and has come to rest, and runs again, until Ctrl-C or SIGTERM. Says on
/// stderr what it waits for. Gives the code of the last round that came to its end. `look` is asked before every round,
/// and what it names is watched before `run` reads it: nothing that happens in between is lost.
ExitCode run_again_and_again(const std::function<Watched()>& look, const std::function<Round()>& run);

} // namespace ddll::cli
