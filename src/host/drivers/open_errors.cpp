#include "host/drivers/open_errors.h"

#include <algorithm>

namespace ddll::host {

OpenErrors::OpenErrors(bool preset) {
    if (preset) texts_.emplace_back("cannot open shared object file: No such file or directory");
}

lifecycle::LoadError OpenErrors::error(const std::string& file, std::string text) {
    if (text.compare(0, file.size(), file) == 0) {
        const std::size_t rest = text.find_first_not_of(": ", file.size());
        if (rest != std::string::npos) text.erase(0, rest);
    }
    return {lifecycle::LoadError::Kind::open_error, -10 - static_cast<int>(index_of(std::move(text)))};
}

std::size_t OpenErrors::index_of(std::string text) {
    const auto it = std::find(texts_.begin(), texts_.end(), text);
    if (it != texts_.end()) return static_cast<std::size_t>(it - texts_.begin());
    texts_.push_back(std::move(text));
    return texts_.size() - 1;
}

} // namespace ddll::host
