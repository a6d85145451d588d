#include "host/processes/registry.h"

namespace ddll::host {

bool Registry::add(const std::string& name, const Object& object) {
    return name_of(object) == nullptr && names_.emplace(name, object).second;
}

void Registry::forget(const Object& object) {
    std::erase_if(names_, [&](const auto& entry) { return entry.second == object; });
}

std::optional<Registry::Object> Registry::find(const std::string& name) const {
    const auto it = names_.find(name);
    if (it == names_.end()) return std::nullopt;
    return it->second;
}

const std::string* Registry::name_of(const Object& object) const {
    for (const auto& [name, named] : names_)
        if (named == object) return &name;
    return nullptr;
}

} // namespace ddll::host
