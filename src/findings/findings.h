#pragma once
/// Who looks at a run after it ended: each function reads the journal and the files' facts and says what it found.
#include "findings/catalogue.h"
#include "image/elf_facts.h"
#include "journal/journal.h"

#include <functional>
#include <string>
#include <vector>

namespace ddll::findings {

/// How sure a finding is.
enum class Certainty : unsigned char {
    confirmed,   ///< it was seen to happen
    static_only, ///< the file says so; nothing was run
};

/// Two findings of the same rule about the same subject are one: what was seen confirms what the file said.
struct Finding {
    const Rule* rule = nullptr;
    Severity severity = Severity::note; ///< the rule's, or less where the hazard is only possible
    Certainty certainty = Certainty::confirmed;
    std::string subject;               ///< whom it concerns: a driver, a library, a function; may be empty
    std::string title;                 ///< the rule's, with the subject
    std::string evidence;              ///< what was seen
    std::uint64_t entry = 0;           ///< the journal entry that shows it
    std::vector<std::uintptr_t> stack; ///< driver code that led there, innermost first; addresses as journaled
};

/// Of the rule's own severity, confirmed, with the title that rule and subject give.
Finding finding_of(const Rule& rule, std::string subject, std::string evidence);

/// What is known about an opened library besides the journal.
struct ImageNote {
    std::string label;                      ///< "counter/v1"
    const image::ElfFacts* facts = nullptr; ///< of its file, or nullptr
};

struct Names {
    std::function<ImageNote(ImageId)> image;
    std::function<std::string(DriverId)> driver;
    std::function<std::string(PortId)> port;
    /// "counter.c:42 in counter_control" for an address that was journaled in an entry; empty when unknown.
    std::function<std::string(std::uintptr_t, std::uint64_t entry)> place;
};

/// All findings in the order of the journal. The same thing said again (same rule, same subject) is said once, with a
/// count in its evidence.
/// At each of the entries `asleep_at`, in their order, the emulator thread slept for long.
std::vector<Finding> find(const journal::Journal& journal, const Names& names,
                          const std::vector<std::uint64_t>& asleep_at = {});

} // namespace ddll::findings
