#pragma once
/// Foreign code that ends the child without exit(), for which the child has a handler: what the parent is to know of
/// it.

namespace ddll::isolate {

/// Notes the stack of the caller, and ends what the child started. The caller then ends the process.
void note_exit_here();

} // namespace ddll::isolate
