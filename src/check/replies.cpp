#include "check/replies.h"

#include "findings/catalogue.h"
#include "journal/entry.h"
#include "term/external.h"
#include "term/text.h"

#include <fmt/format.h>

namespace ddll::check {

namespace {

std::string printed(std::string_view external) {
    const auto decoded = term::decode(external);
    return decoded ? term::print(decoded->term) : std::string("(cut)");
}

/// Call by call: values, and messages to processes.
std::vector<std::string> replies(const CheckRun& trial) {
    std::vector<std::string> out;
    for (const journal::Entry& entry : *trial.result.journal) {
        if (const auto* called = std::get_if<journal::Called>(&entry.event)) {
            out.emplace_back(called->text);
            continue;
        }
        if (out.empty()) continue;
        if (const auto* returned = std::get_if<journal::Returned>(&entry.event))
            out.back() += " -> " + printed(returned->term);
        else if (const auto* delivered = std::get_if<journal::Delivered>(&entry.event))
            out.back() += " and " + printed(delivered->term);
    }
    return out;
}

bool loaded(const CheckRun& trial) {
    if (trial.result.death || !trial.result.journal) return false;
    for (const journal::Entry& entry : *trial.result.journal)
        if (std::holds_alternative<journal::ImageFailed>(entry.event)) return false;
    return true;
}

bool refused(const std::string& reply) {
    return reply.find("-> badarg") != reply.npos;
}

} // namespace

std::optional<scenario::Finding> compare_replies(const std::string& driver, const CheckRun& older, const CheckRun& newer) {
    if (!loaded(older) || !loaded(newer)) return std::nullopt;
    const auto before = replies(older), after = replies(newer);
    for (std::size_t i = 0; i < before.size() && i < after.size(); ++i) {
        if (before[i] == after[i] || refused(before[i]) || refused(after[i])) continue;
        const findings::Rule& rule = *findings::rule("call-protocol-changed");
        const auto arrow = after[i].find(" -> ");
        scenario::Finding finding;
        finding.rule = rule.id;
        finding.severity = "note";
        finding.title = fmt::format("{}: {}", driver, rule.title);
        finding.evidence = fmt::format("{}; now{}", before[i], after[i].substr(arrow == after[i].npos ? 0 : arrow));
        finding.advice = rule.advice;
        return finding;
    }
    return std::nullopt;
}

} // namespace ddll::check
