#include "report/wording.h"

#include "base/text.h"
#include "journal/kinds.h"
#include "lifecycle/record.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ddll::report {
namespace {

using namespace journal;

constexpr std::size_t most_holders = 40;

} // namespace

std::string callback_text(const journal::Entered& e, const Naming& naming) {
    std::vector<std::string> arguments;
    if (e.port) arguments.push_back(naming.port(e.port));
    switch (e.callback) {
    case Callback::start:
        arguments.push_back('"' + one_line(e.data) + '"');
        break;
    case Callback::control:
    case Callback::call:
        arguments.push_back(fmt::format("{}", e.a));
        [[fallthrough]];
    case Callback::output:
    case Callback::outputv:
        arguments.push_back(bytes_text(e.data));
        break;
    case Callback::ready_input:
    case Callback::ready_output:
    case Callback::stop_select:
        arguments.push_back(fmt::format("{}", e.a));
        break;
    default:
        break;
    }
    std::string text = fmt::format("{} {}", naming.code(e.driver, e.image), name(e.callback));
    if (arguments.empty()) return text;
    return fmt::format("{}({})", text, fmt::join(arguments, ", "));
}

const char* name(DriverState state) {
    constexpr const char* names[] = {"not loaded", "linked in",      "permanent",
                                     "loaded",     "reload pending", "unload pending"};
    return names[static_cast<std::size_t>(state)];
}

DriverState state_of(const journal::DriverChanged& e) {
    using lifecycle::Presence;
    using lifecycle::Status;
    if (e.presence == Presence::absent) return DriverState::not_loaded;
    if (e.presence == Presence::linked_in) return DriverState::linked_in;
    if (e.status == Status::permanent) return DriverState::permanent;
    if (e.status == Status::ok) return DriverState::loaded;
    return lifecycle::reloading(e.status) ? DriverState::reload_pending : DriverState::unload_pending;
}

std::string state_text(const journal::DriverChanged& e, const Naming& naming) {
    std::string text = name(state_of(e));
    if (!pending(state_of(e))) return text;
    if (lifecycle::forced(e.status)) text += ", its ports were killed";
    std::vector<std::string> holders;
    const auto ports = naming.ports_of(e.driver);
    for (const auto port : ports)
        if (holders.size() < most_holders) holders.push_back(naming.port(port));
    if (ports.size() > most_holders) holders.push_back(fmt::format("{} more ports", ports.size() - most_holders));
    const std::size_t others = e.holds > ports.size() ? e.holds - ports.size() : 0;
    if (others > 0) holders.push_back(counted(others, "other") + " (async jobs, users)");
    if (!holders.empty()) text += fmt::format(": held by {}", fmt::join(holders, ", "));
    return text;
}

std::string reload_text(const journal::Reloaded& e, const Naming& naming) {
    const std::string before = naming.code(e.driver, e.before), after = naming.code(e.driver, e.after);
    const std::string build = naming.build_id(e.after);
    const std::string which = build.empty() ? after : fmt::format("{} (build-id {})", after, build);
    if (e.old_gone && e.new_runs) return fmt::format("replaced: the old library left memory, {} runs", which);
    std::string text = "NOT REPLACED: ";
    text +=
        e.old_gone ? "the old library left memory, " : fmt::format("the library of {} is still in memory, ", before);
    text += e.new_runs ? fmt::format("{} runs beside it", which)
                       : fmt::format("and {} runs instead of the file asked for", which);
    return text;
}

std::string closed_text(const journal::ImageClosed& e, const Naming& naming) {
    const std::string code = naming.code(e.driver, e.image);
    return e.gone ? fmt::format("the library left memory ({})", code)
                  : fmt::format("NOT UNLOADED: the library of {} is still in memory", code);
}

} // namespace ddll::report
