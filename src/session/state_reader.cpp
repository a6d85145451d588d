#include "session/state_reader.h"

namespace ddll::session {

using Json = nlohmann::json;
using term::Term;

Json StateReader::step(std::uint32_t index) const {
    Json out = {{"step", index + 1}};
    if (index >= model_.scenario().steps.size()) return out;
    const auto* call = std::get_if<scenario::CallStep>(&model_.scenario().steps[index].what);
    if (call == nullptr) return out;
    out["by"] = call->by;
    out["call"] = call->calls.front().source;
    return out;
}

std::string StateReader::process(ProcessId id) const {
    for (const ProcessState& p : state_.processes)
        if (p.person.id == id) return p.name;
    return term::print(Term::pid(id.value));
}

Json StateReader::waits(const DriverState& driver) const {
    Json out = Json::array();
    for (const lifecycle::UserEntry& entry : driver.record.entries) {
        if (entry.kind == lifecycle::EntryKind::loaded) continue;
        Json item = {{"process", process(entry.process)},
                     {"ref", reference(entry.ref)},
                     {"for", entry.kind == lifecycle::EntryKind::wait_load     ? "loaded"
                             : entry.kind == lifecycle::EntryKind::wait_unload ? "unloaded"
                                                                               : "unloaded_only"}};
        if (const auto made = origins_.references.find(entry.ref.value); made != origins_.references.end())
            item["made_by"] = step(made->second);
        out.push_back(std::move(item));
    }
    return out;
}

} // namespace ddll::session
