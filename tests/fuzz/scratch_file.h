#pragma once
/// A file with the bytes of one input, for readers that want a path. It has no name in any folder, and goes with its
/// object.
#include "base/check.h"

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace ddll::fuzz {

class ScratchFile {
public:
    explicit ScratchFile(std::string_view bytes) : fd_(memfd_create("input", MFD_CLOEXEC)) {
        DDLL_CHECK(fd_ >= 0);
        for (std::size_t done = 0; done < bytes.size();) {
            const ssize_t n = write(fd_, bytes.data() + done, bytes.size() - done);
            DDLL_CHECK(n > 0);
            done += static_cast<std::size_t>(n);
        }
    }
    ~ScratchFile() { close(fd_); }
    ScratchFile(const ScratchFile&) = delete;

    std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

private:
    int fd_;
};

} // namespace ddll::fuzz
