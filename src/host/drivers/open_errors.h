#pragma once
/// The texts of failed openings. The emulator keeps one list of them for the life of the node; the number in
/// {open_error, N} is -10 - index.
#include "lifecycle/record.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace ddll::host {

class OpenErrors {
public:
    /// `preset`: the emulator fails to open an optional library when it starts, so that the text of a missing file
    /// already has number -10.
    explicit OpenErrors(bool preset) {
        if (preset) texts_.emplace_back("cannot open shared object file: No such file or directory");
    }

    /// The file's own name at the front of the text is cut off, so that equal causes have equal numbers.
    lifecycle::LoadError error(const std::string& file, std::string text) {
        if (text.starts_with(file)) {
            const std::size_t rest = text.find_first_not_of(": ", file.size());
            if (rest != std::string::npos) text.erase(0, rest);
        }
        return {lifecycle::LoadError::Kind::open_error, -10 - static_cast<int>(index_of(std::move(text)))};
    }
    std::size_t index_of(std::string text) {
        const auto it = std::find(texts_.begin(), texts_.end(), text);
        if (it != texts_.end()) return static_cast<std::size_t>(it - texts_.begin());
        texts_.push_back(std::move(text));
        return texts_.size() - 1;
    }
    const std::vector<std::string>& texts() const { return texts_; }

private:
    std::vector<std::string> texts_;
};

} // namespace ddll::host
