#pragma once
/// One connection to a node, for calls and their answers. Internal to doctor/.
#include "doctor/node_state.h"
#include "term/term.h"

#ifndef _REENTRANT
#define _REENTRANT // an erl_errno for each thread: the library has no other
#endif
#include <ei.h>

#include <memory>
#include <string>
#include <vector>

namespace ddll::doctor {

class NodeLink {
public:
    static Result<NodeLink> connect(const NodeAddress& address);
    ~NodeLink();
    NodeLink(NodeLink&&) noexcept;
    NodeLink(const NodeLink&) = delete;

    /// Module:Function(Arguments) in a process of the node's own. Error: it raised, or there was no answer.
    Result<term::Term> call(const char* module, const char* function, std::vector<term::Term> arguments);

private:
    struct Inner;
    explicit NodeLink(std::unique_ptr<Inner> inner);

    std::unique_ptr<Inner> inner_;
};

} // namespace ddll::doctor
