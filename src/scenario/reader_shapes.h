#pragma once
/// The first pass of the reader: every key and value against the tables of fields.h.
#include "scenario/fields.h"
#include "scenario/reader_context.h"

namespace ddll::scenario {

/// Reports unknown, missing and contradicting keys and values of a wrong form, in the whole tree; what is of no use
/// to later passes goes to ReadScope::bad.
void check_shapes(ReadScope& context, const Node& root);

/// What sort of step an object is or was meant to be; null when nothing in it tells.
const Shape* step_shape(const Node& step);

} // namespace ddll::scenario
