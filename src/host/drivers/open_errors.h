#pragma once
/// The texts of failed openings. The emulator keeps one list of them for the life of the node; the number in
/// {open_error, N} is -10 - index.
#include "lifecycle/record.h"

#include <cstddef>
#include <string>
#include <vector>

namespace ddll::host {

class OpenErrors {
public:
    /// `preset`: the emulator fails to open an optional library when it starts, so that the text of a missing file
    /// already has number -10.
    explicit OpenErrors(bool preset);

    /// The file's own name at the front of the text is cut off, so that equal causes have equal numbers.
    lifecycle::LoadError error(const std::string& file, std::string text);
    std::size_t index_of(std::string text);
    const std::vector<std::string>& texts() const { return texts_; }

private:
    std::vector<std::string> texts_;
};

} // namespace ddll::host
