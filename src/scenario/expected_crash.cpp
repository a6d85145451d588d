#include "scenario/expected_crash.h"

#include <nlohmann/json.hpp>

namespace ddll::scenario {

nlohmann::ordered_json expected_crash(const Death& death) {
    auto out = nlohmann::ordered_json::object();
    if (death.timed_out)
        out["hang"] = true;
    else if (death.out_of_memory)
        out["memory"] = true;
    else if (!death.exception.empty())
        out["exception"] = true;
    else if (!death.signal.empty())
        out["signal"] = death.signal;
    else if (death.exit_status)
        out["exit"] = *death.exit_status;
    if (death.in.callback) out["callback"] = death.in.callback_name();
    return out;
}

} // namespace ddll::scenario
