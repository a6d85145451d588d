#pragma once
/// What exit() does with the libraries of drivers that are loaded when a node has halted: it runs their destructors,
/// and their threads go on meanwhile. finish is not called. Whoever looks closely (Options::probe) does the same at the
/// end of a run; what comes of it is seen by the run's own end.

namespace ddll::host {

class Host;

/// The very last thing that is done with a host.
void run_exit_handlers(Host& host);

} // namespace ddll::host
