#pragma once
/// Identifiers and times in JSON. For the .cpp files that say what a value of theirs looks like.
#include "base/id.h"
#include "base/time.h"

#include <nlohmann/json.hpp>

template <class Tag>
struct nlohmann::adl_serializer<ddll::Id<Tag>> {
    static void to_json(json& out, const ddll::Id<Tag>& id) { out = id.value; }
    static void from_json(const json& in, ddll::Id<Tag>& id) { in.get_to(id.value); }
};

namespace ddll {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Duration, ns)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(VirtualTime, ns)

} // namespace ddll
