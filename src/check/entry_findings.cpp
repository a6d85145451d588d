#include "check/entry_findings.h"

#include "image/signature.h"
#include "words/findings.h"

#include <erl_driver.h>
#include <fmt/format.h>

#include <optional>
#include <utility>

namespace ddll::check {
namespace {

using findings::Finding;
using findings::Rule;
using findings::Severity;

// An entry that is filled in at run time does not show its flags to who only reads the file.
std::optional<Finding> of_flags(std::uint32_t flags, const std::string& driver, std::uint64_t variables) {
    if ((flags & ERL_DRV_FLAG_USE_PORT_LOCKING) == 0 || variables == 0) return {};
    auto found = findings::finding_of(
        Rule::shared_code_without_driver_lock, driver,
        fmt::format("the entry has ERL_DRV_FLAG_USE_PORT_LOCKING, and there are {} bytes of variables", variables));
    found.severity = Severity::note;
    return found;
}

// Casts in the entry hide it from the compiler.
std::optional<Finding> of_signature(words::Callback callback, std::uint64_t offset, const std::string& driver,
                                    const std::string& file) {
    if (offset == 0) return {};
    const auto signature = image::read_signature(file, offset);
    if (!signature || !signature->is_signed || signature->bytes != 4) return {};
    const std::string where = signature->source.empty() ? "" : " (" + signature->source + ")";
    auto found = findings::finding_of(
        Rule::callback_returns_int, driver,
        fmt::format("{}: {}{} returns {}{}; the entry has a function that returns ErlDrvSSizeT, so that -1 arrives "
                    "as 4294967295",
                    words::name(callback), signature->function, where, signature->returns,
                    signature->has_negative ? ", and its code has negative ones" : ""));
    if (!signature->has_negative) found.severity = Severity::note;
    return found;
}

} // namespace

std::vector<Finding> findings_of_entry(const journal::EntrySeen& entry, const std::string& driver,
                                       const std::string& file, std::uint64_t variables) {
    std::vector<Finding> out;
    for (auto& found :
         {of_flags(entry.flags, driver, variables), of_signature(words::Callback::control, entry.control, driver, file),
          of_signature(words::Callback::call, entry.call, driver, file)})
        if (found) out.push_back(*found);
    return out;
}

} // namespace ddll::check
