#pragma once
/// Libraries that drivers opened with driver_dl_open and have not closed.
#include "host/made.h"

#include <algorithm>
#include <string>
#include <vector>

namespace ddll::host {

class Libraries {
public:
    struct Open {
        void* library; ///< the loader gives the same handle for the same library
        std::string path;
        Made made;
    };

    void opened(void* library, std::string path, const Made& made) {
        open_.push_back({library, std::move(path), made});
    }
    bool is_open(void* library) const {
        return std::any_of(open_.begin(), open_.end(), [&](const Open& o) { return o.library == library; });
    }
    /// One opening less, the latest; false when there is none.
    bool closed(void* library) {
        const auto it = std::find_if(open_.rbegin(), open_.rend(), [&](const Open& o) { return o.library == library; });
        if (it == open_.rend()) return false;
        open_.erase(std::next(it).base());
        return true;
    }
    std::vector<Open>& all() { return open_; }

    /// What driver_dl_error answers: the text of the last driver_dl_sym that failed, empty before (measured).
    std::string last_error;

private:
    std::vector<Open> open_;
};

} // namespace ddll::host
