#pragma once
/// Commands with verbs: `ddlltool session start`, `ddlltool report merge`.
#include "cli/commands.h"

namespace ddll::cli {

/// Gives `command` what runs its verbs, prints their list for --help, and says which verb was meant.
Command with_verbs(Command command);

} // namespace ddll::cli
