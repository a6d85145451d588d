#pragma once
/// Recording a stack and the mapped modules from inside a dying process. Everything here is safe on a signal stack: no
/// allocation, and what has been found so far is in the block even if looking further kills. Internal to isolate/.
#include "isolate/block.h"

namespace ddll::isolate {

/// Records the callers, beginning with the frame that has `first` as its address (or with the innermost, if none has).
void record_stack(Block& block, std::uintptr_t first);

/// The same for the place where a signal struck, given the third argument of its handler.
void record_stack_at_signal(Block& block, void* context);

/// Whether the signal took the thread out of a system call that waited. Takes the same argument.
bool was_waiting(void* context);

void record_modules(Block& block);

/// Did the thread run out of stack, going by the address it could not reach?
bool is_stack_exhausted(std::uintptr_t fault, void* context);

/// Notes where the calling thread's stack ends; is_stack_exhausted knows more then.
void learn_stack_bounds();

} // namespace ddll::isolate
