#pragma once
/// A driver library in this process, opened as the emulator opens it (dlopen of one path string, RTLD_NOW, local).
#include "base/result.h"
#include "words/facts.h"

#include <cstdint>
#include <string>

namespace ddll::image {

/// What tells one mapped object from another.
struct Identity {
    std::string build_id;                ///< read from the mapped notes; empty when there is none
    std::uint64_t device = 0, inode = 0; ///< of the file that is mapped
    std::uint64_t size = 0;              ///< of that file at the time of opening; 0 when the object was mapped already
    std::int64_t mtime_ns = 0;           ///< likewise
    std::uintptr_t base = 0, end = 0;    ///< mapped address range [base, end)
};

/// What became of a library after dlclose.
struct Unmapped {
    bool gone = false; ///< no object at the old base under the old name any more
};

/// What the C library means by its text about a file that it did not open.
words::LoaderRefusal refusal_of(const std::string& text, const std::string& file);

class LoadedImage {
public:
    /// On failure the text of dlerror, untouched. No other thread may open libraries meanwhile, or was_mapped() may be
    /// false where it should be true.
    static Result<LoadedImage> open(const std::string& path);

    /// Moved, not copied. The end of one does not close: a library left open stays mapped until the process ends.
    LoadedImage(LoadedImage&&) = default;
    LoadedImage& operator=(LoadedImage&&) = default;

    const std::string& path() const { return path_; }
    const Identity& identity() const { return identity_; }
    /// True when the object was mapped already before this opening (pinned): constructors did not run.
    bool was_mapped() const { return was_mapped_; }
    /// True when the mapped object is not the file that the path names now: the build-ids differ or, where the object
    /// has none, device, inode, size or time. Also true when there is no such file any more.
    bool differs_from_file() const;

    /// True when it, or a library that came with it, names a function about threads: then its code may run on threads
    /// that nobody announced.
    bool may_make_threads() const;

    /// Address or the text of dlerror.
    Result<void*> symbol(const char* name) const;

    /// dlclose, then looks whether the object is really gone. Once; destructors of the library run in here.
    Unmapped close();

private:
    LoadedImage() = default;

    std::string path_;
    void* handle_ = nullptr;
    std::string map_name_;           ///< what the loader calls the object
    std::uintptr_t map_address_ = 0; ///< and where it says that it is
    Identity identity_;
    bool was_mapped_ = false;
};

} // namespace ddll::image
