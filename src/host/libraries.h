#pragma once
/// Libraries that drivers opened with driver_dl_open and have not closed.
#include <map>
#include <string>

namespace ddll::host {

class Libraries {
public:
    void opened(void* library) { ++open_[library]; }
    bool is_open(void* library) const { return open_.contains(library); }
    /// One opening less; false when there is none.
    bool closed(void* library) {
        const auto it = open_.find(library);
        if (it == open_.end()) return false;
        if (--it->second == 0) open_.erase(it);
        return true;
    }

    /// What driver_dl_error answers: the text of the last driver_dl_sym that failed, empty before (measured).
    std::string last_error;

private:
    std::map<void*, int> open_; ///< the loader gives the same handle for the same library
};

} // namespace ddll::host
