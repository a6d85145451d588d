#include "check/inquiry.h"

#include "check/player.h"

#include <algorithm>
#include <filesystem>

namespace ddll::check {

namespace fs = std::filesystem;

Inquiry::Inquiry(const Request& asked) : request(asked) {
    out.file = request.file;
    out.against = request.against;
    out.release = request.release;
    out.suppressions = request.suppressions;
    for (Suppression& s : out.suppressions) s.expired = s.expires < request.today;
    subject.newer = fs::absolute(request.file).lexically_normal();
    subject.name = request.name.empty() ? fs::path(request.file).stem().string() : request.name;
    subject.cycles = request.strictness <= 5 ? 6 : 6 * (request.strictness - 4);
    subject.open = request.open.empty() ? subject.name : request.open;
    subject.calls = request.calls;
    out.coverage.own_calls = !request.calls.empty() || !request.workloads.empty();
    subject.invents = !out.coverage.own_calls;
    out.name = subject.name;
    if (!compares()) {
        subject.older = twin_of(subject.newer);
        return;
    }
    subject.older = fs::absolute(request.against).lexically_normal();
    subject.compared = true;
    for (const Side side : {Side::newer, Side::older}) {
        Subject& one = alone.emplace_back(subject);
        one.of = side;
        if (side == Side::older) one.newer = subject.older;
        one.older = twin_of(one.newer);
    }
    subject.of = Side::replacement;
}

std::string Inquiry::twin_of(const std::string& file) {
    auto made = make_twin(file, subject.name);
    if (made) return twins_.emplace_back(*std::move(made)).path;
    holds(Ground::refused_here, made.error().message);
    return file;
}

std::vector<const Subject*> Inquiry::subjects() const {
    if (!compares()) return {&subject};
    if (!older_usable) return {&alone[0]};
    return {&alone[0], &alone[1], &subject};
}

void Inquiry::holds(Ground ground, std::string why) {
    const bool known = std::any_of(reasons.begin(), reasons.end(),
                                   [&](const Reason& r) { return r.ground == ground && r.text == why; });
    if (!known) reasons.push_back({ground, std::move(why)});
}

void Inquiry::is_in_the_way(const std::string& why) {
    if (older_usable) holds(Ground::older_in_the_way, why + "; the replacement was not checked");
    older_usable = false;
}

bool Inquiry::takes_long(Side of) {
    const std::vector<CheckFinding>& found = gathered(of).all();
    return std::any_of(found.begin(), found.end(),
                       [](const CheckFinding& f) { return f.confirmed && is_timed(f.rule); });
}

} // namespace ddll::check
