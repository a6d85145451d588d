#pragma once
/// /etc/ld.so.cache: which file the loader takes for a library's name when no path of the library says anything.
#include <string>
#include <string_view>
#include <unordered_map>

namespace ddll::image {

class LoaderCache {
public:
    /// Of the file's bytes in the format that glibc writes since 2.2 (alone or behind the older one). Bytes that make
    /// no sense give an empty cache: the loader then goes on with its default folders, too. Copies what it keeps.
    static LoaderCache parse(std::string_view bytes);
    /// Empty when there is no such file.
    static LoaderCache read(const std::string& path);

    /// Path of the library for this machine; empty when there is none. Builds for better processors (glibc-hwcaps) are
    /// left out: they stand beside a plain one.
    std::string find(const std::string& name) const;
    std::size_t size() const { return paths_.size(); }

private:
    std::unordered_map<std::string, std::string> paths_;
};

} // namespace ddll::image
