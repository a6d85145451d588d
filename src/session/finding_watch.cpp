#include "session/finding_watch.h"

namespace ddll::session {

void FindingWatch::see(const journal::Entry& entry) {
    if (const auto* closed = std::get_if<journal::ImageClosed>(&entry.event))
        due_ |= !closed->gone;
    else if (const auto* reloaded = std::get_if<journal::Reloaded>(&entry.event))
        due_ |= !reloaded->new_runs;
    else if (const auto* misused = std::get_if<journal::Misused>(&entry.event))
        due_ |= misuses_.emplace(misused->rule, misused->function).second;
}

void FindingWatch::set(std::vector<scenario::RunFinding> findings) {
    findings_ = std::move(findings);
    due_ = false;
}

std::vector<scenario::RunFinding> FindingWatch::take_new() {
    std::vector<scenario::RunFinding> out;
    for (const scenario::RunFinding& finding : findings_)
        if (reported_.emplace(finding.rule, finding.title).second) out.push_back(finding);
    return out;
}

} // namespace ddll::session
