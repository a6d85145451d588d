#pragma once
/// Registered names of processes and ports. A name is that of one, and each has at most one.
#include "base/id.h"
#include "host/processes/links.h"

#include <optional>
#include <string>
#include <unordered_map>

namespace ddll::host {

class Registry {
public:
    using Object = Linked;

    /// False when the name is taken, or the object has one.
    bool add(const std::string& name, const Object& object) {
        return name_of(object) == nullptr && names_.emplace(name, object).second;
    }
    bool remove(const std::string& name) { return names_.erase(name) > 0; }
    /// The object has ended.
    void forget(const Object& object) {
        std::erase_if(names_, [&](const auto& entry) { return entry.second == object; });
    }
    std::optional<Object> find(const std::string& name) const {
        const auto it = names_.find(name);
        return it == names_.end() ? std::nullopt : std::optional(it->second);
    }
    /// nullptr for an object without a name.
    const std::string* name_of(const Object& object) const {
        for (const auto& [name, named] : names_)
            if (named == object) return &name;
        return nullptr;
    }

private:
    std::unordered_map<std::string, Object> names_;
};

} // namespace ddll::host
