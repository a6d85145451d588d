// Steps about the outside world: peers and files.
#include "scenario/reader_steps.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::scenario {

namespace {

struct Verb {
    std::string_view key;
    PeerVerb verb;
};
constexpr Verb verbs[] = {{"connect", PeerVerb::connect},
                          {"listen", PeerVerb::listen},
                          {"accept", PeerVerb::accept},
                          {"send", PeerVerb::send},
                          {"close", PeerVerb::close}};

} // namespace

const PeerDecl* StepReader::check_peer(const Node& node) {
    return context_.named(scenario_.peers, &PeerDecl::name, node.text, "peers", unsure_.peers,
                          context_.document.place_of(node));
}

PeerStep StepReader::peer(const Node& node) {
    PeerStep out;
    out.peer = text(node, "peer");
    const Node* who = context_.good(node, "peer");
    const PeerDecl* declared = who ? check_peer(*who) : nullptr;
    for (const auto& row : verbs) {
        const Node* what = context_.good(node, row.key);
        if (what == nullptr) continue;
        out.verb = row.verb;
        switch (row.verb) {
        case PeerVerb::connect:
        case PeerVerb::send:
            out.what = texts_.expression(*what);
            break;
        case PeerVerb::listen:
            // On TCP the system chooses, so there it is something to match.
            if (declared != nullptr)
                out.what = declared->kind == PeerKind::tcp ? texts_.pattern(*what) : texts_.expression(*what);
            else
                texts_.assume_bound(*what);
            break;
        case PeerVerb::accept:
            out.listener = what->text;
            if (const PeerDecl* other = check_peer(*what);
                other != nullptr && declared != nullptr && other->kind != declared->kind)
                context_.mistake(*what, fmt::format("{} and {} are not of one kind", out.peer, other->name),
                                 "a peer accepts connections of its own kind");
            if (declared != nullptr && declared->kind == PeerKind::fifo)
                context_.mistake(*what, "a fifo has no connections to accept", "\"listen\" makes it and reads from it");
            break;
        case PeerVerb::close:
            out.close = what->text == "writing" ? PeerClose::writing
                        : what->text == "reset" ? PeerClose::reset
                                                : PeerClose::all;
            break;
        }
    }
    out.fails = text(node, "fails");
    out.effects = effects(node, Returns::no);
    return out;
}

FileStep StepReader::file(const Node& node) {
    FileStep out;
    const Node* what = context_.good(node, "expect");
    if (what == nullptr) return out;
    out.file = text(*what, "file");
    if (const Node* n = context_.good(*what, "file"); n != nullptr && climbs_out(n->text))
        context_.mistake(*n, fmt::format("the file {} lies outside the work folder of the run", quote(n->text)),
                         "an absolute path may lie anywhere");
    const Node* exists = context_.good(*what, "exists");
    if (exists != nullptr) out.exists = exists->boolean;
    if (const Node* n = context_.good(*what, "size")) out.size = static_cast<std::uint64_t>(n->integer);
    if (const Node* n = context_.good(*what, "bytes")) out.bytes = texts_.pattern(*n);
    if (const Node* n = context_.good(*what, "sha256")) out.sha256 = n->text;
    if (const Node* n = context_.good(*what, "contains")) {
        if (n->is(Node::Kind::text)) out.contains.push_back(n->text);
        for (const Node* part : n->children)
            if (!context_.bad.contains(part)) out.contains.push_back(part->text);
    }
    const bool looks_inside = out.size || out.bytes || out.sha256 || !out.contains.empty();
    if (out.exists == false && looks_inside)
        context_.mistake(*exists, "a file that does not exist has no contents", "leave one of them out");
    return out;
}

} // namespace ddll::scenario
