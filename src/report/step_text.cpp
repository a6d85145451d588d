#include "report/step_text.h"

#include "base/text.h"
#include "journal/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ddll::report {
namespace {

using namespace scenario;

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    return fmt::format("{}", fmt::join(parts, separator));
}

StepText text(const CallStep& step) {
    std::vector<std::string> calls;
    for (const auto& call : step.calls) calls.push_back(journal::one_line(call.source));
    if (step.is_batch) return {step.by, fmt::format("without a pause: {}", joined(calls, ", "))};
    return {step.by, joined(calls, ", ")};
}

StepText text(const InstallStep& step) {
    const std::string file = step.as.empty() || step.as == step.driver ? "" : fmt::format(" as {}.so", step.as);
    switch (step.how) {
    case InstallHow::remove:
        return {"install", fmt::format("remove {}.so from {}", step.as.empty() ? step.driver : step.as, step.into)};
    case InstallHow::overwrite:
        return {"install", fmt::format("{} {} into {}{}, overwriting the file in place", step.driver, step.version,
                                       step.into, file)};
    case InstallHow::rename:
        break;
    }
    return {"install", fmt::format("{} {} into {}{}", step.driver, step.version, step.into, file)};
}

StepText text(const AdvanceStep& step) {
    return {"advance", to_string(step.by)};
}

StepText text(const ExpectStep& step) {
    std::vector<std::string> parts;
    const auto flag = [&](const std::optional<bool>& value, std::string_view yes, std::string_view no) {
        if (value) parts.emplace_back(*value ? yes : no);
    };
    if (step.status) parts.push_back(*step.status);
    flag(step.forced, "ports were killed", "ports were not killed");
    if (step.image) parts.push_back(*step.image + " runs");
    flag(step.replaced, "replaced", "not replaced");
    flag(step.unloaded, "left memory", "did not leave memory");
    if (step.port_count) parts.push_back(counted(*step.port_count, "port"));
    if (step.held_by) {
        std::vector<std::string> holders;
        for (const auto& holder : *step.held_by) holders.push_back(holder.source);
        parts.push_back(holders.empty() ? "held by nothing" : "held by " + joined(holders, ", "));
    }
    if (step.users) {
        std::vector<std::string> users;
        for (const auto& user : *step.users) users.push_back(fmt::format("{} {}", user.first, user.second));
        parts.push_back(users.empty() ? "no users" : "users " + joined(users, ", "));
    }
    return {"expect", fmt::format("{}: {}", step.driver, joined(parts, "; "))};
}

StepText text(const PeerStep& step) {
    const std::string what = journal::one_line(step.what.source);
    std::string out;
    switch (step.verb) {
    case PeerVerb::connect:
        out = "connect to " + what;
        break;
    case PeerVerb::listen:
        out = "listen on " + what;
        break;
    case PeerVerb::accept:
        out = "accept a connection to " + step.listener;
        break;
    case PeerVerb::send:
        out = "send " + what;
        break;
    case PeerVerb::close:
        out = step.close == PeerClose::all     ? "close"
              : step.close == PeerClose::reset ? "reset the connection"
                                               : "send no more";
        break;
    }
    return {step.peer, step.fails.empty() ? out : fmt::format("{}: fails with {}", out, step.fails)};
}

StepText text(const FileStep& step) {
    std::vector<std::string> parts;
    if (step.exists) parts.emplace_back(*step.exists ? "is there" : "is not there");
    if (step.size) parts.push_back(counted(*step.size, "byte"));
    if (step.bytes) parts.push_back(journal::one_line(step.bytes->source));
    for (const auto& part : step.contains) parts.push_back(fmt::format("contains \"{}\"", journal::one_line(part)));
    if (step.sha256) parts.push_back("SHA-256 " + *step.sha256);
    return {"expect", fmt::format("file {}: {}", step.file, joined(parts, "; "))};
}

StepText text(const NoteStep&) {
    return {};
}

StepText text(const RepeatStep& step) {
    return {"repeat", fmt::format("{} times", step.times)};
}

} // namespace

StepText step_text(const ScenarioStep& step) {
    return std::visit([](const auto& what) { return text(what); }, step.what);
}

const char* state_name(scenario::StepResult::State state) {
    constexpr const char* names[] = {"not_reached", "done", "failed", "died"};
    return names[static_cast<std::size_t>(state)];
}

std::string step_number(const FlatStep& step) {
    if (step.rounds.empty()) return fmt::format("{}", step.number);
    std::vector<std::string> rounds;
    for (const auto round : step.rounds) rounds.push_back(fmt::format("{}", round));
    return fmt::format("{} (round {})", step.number, joined(rounds, "."));
}

std::vector<std::string> paragraphs(const Scenario& scenario) {
    std::vector<std::string> out{""};
    for (const auto& line : scenario.description) {
        if (line.empty())
            out.emplace_back();
        else
            out.back() += (out.back().empty() ? "" : " ") + line;
    }
    std::erase(out, "");
    return out;
}

std::string place_text(const Place& place) {
    std::string out = place.file;
    if (place.line > 0) out += fmt::format(":{}", place.line);
    if (place.line > 0 && place.column > 0) out += fmt::format(":{}", place.column);
    return out;
}

} // namespace ddll::report
