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
    bool add(const std::string& name, const Object& object);
    bool remove(const std::string& name) { return names_.erase(name) > 0; }
    /// The object has ended.
    void forget(const Object& object);
    std::optional<Object> find(const std::string& name) const;
    /// nullptr for an object without a name.
    const std::string* name_of(const Object& object) const;

private:
    std::unordered_map<std::string, Object> names_;
};

} // namespace ddll::host
