#include "verify/step_record.h"

namespace ddll::verify {

// unbound is erl_eval's word, unbound_var ours.
bool never_called(const Outcome& outcome) {
    return outcome.kind == Outcome::Kind::error && outcome.term.is_tuple(2) &&
           (outcome.term.elements()[0].is_atom("unbound") || outcome.term.elements()[0].is_atom("unbound_var"));
}

} // namespace ddll::verify
