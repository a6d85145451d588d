#pragma once
/// findings/ looks for what breaks a hot replacement and what misuses the API: in driver files (static/) and in the
/// journals of runs (runtime/). The rules are words/findings.def. It reads facts and journals, never a live host.
/// Read next: static/find.h, runtime/find.h.
#include "words/findings.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ddll::findings {

using words::Rule;
using words::Severity;

/// How a finding is known.
enum class Certainty : std::uint8_t {
    observed,    ///< it happened in a run
    static_only, ///< the file shows it; nothing was run
};

/// Two findings of the same rule about the same subject are one: what was observed confirms what the file shows.
struct Finding {
    Rule rule{};
    Severity severity = Severity::note; ///< the rule's, or less where the finding is only possible
    Certainty certainty = Certainty::observed;
    std::string subject;               ///< whom it concerns: a driver, a library, a function; may be empty
    std::string title;                 ///< the rule's, with the subject
    std::string evidence;              ///< what was observed
    std::string fix;                   ///< for this case; empty: what the rule's row advises
    std::uint64_t entry = 0;           ///< the journal entry that shows it
    std::vector<std::uintptr_t> stack; ///< driver code that led there, innermost first; addresses as journaled
};

/// Of the rule's own severity, observed, with the title that rule and subject give.
Finding finding_of(Rule rule, std::string subject, std::string evidence);

/// "a, b, c and 4 more".
std::string listed(const std::vector<std::string>& words, std::size_t most = 6);

/// "counter: descriptors of the driver stay open"; the rule's title alone without a subject.
std::string title_of(Rule rule, const std::string& subject);

/// Findings of one reader, in the order in which they were added.
class FindingList {
public:
    /// Null when the same rule was added about the same subject before: then it only counts, in the evidence.
    Finding* add(Finding finding);
    std::vector<Finding> take();

private:
    std::vector<Finding> findings_;
    std::vector<std::uint64_t> counts_; ///< of each
    std::map<std::pair<Rule, std::string>, std::size_t> index_;
};

} // namespace ddll::findings
