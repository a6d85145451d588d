#pragma once
#include "support/places.h"
/// The small libraries that CMake builds from specimens/, and files made of bytes.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

inline std::string specimen(const std::string& name) {
    return ddll::test::image_specimens() + "/" + name + ".so";
}

inline std::string contents(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A file that goes away with its object.
class TempFile {
public:
    explicit TempFile(const std::string& bytes) {
        fd_ = mkstemp(path_);
        REQUIRE(fd_ >= 0);
        write(bytes);
    }
    ~TempFile() {
        close(fd_);
        unlink(path_);
    }
    TempFile(const TempFile&) = delete;

    /// In place: the same inode.
    void write(const std::string& bytes) {
        REQUIRE(pwrite(fd_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
        truncate(bytes.size());
    }
    void truncate(std::size_t size) { REQUIRE(ftruncate(fd_, static_cast<off_t>(size)) == 0); }
    /// By rename: another inode of the same name.
    void replace(const std::string& bytes) {
        TempFile other(bytes);
        REQUIRE(rename(other.path_, path_) == 0);
        std::swap(fd_, other.fd_);
    }
    std::string path() const { return path_; }

private:
    char path_[32] = "/tmp/ddlltool-test-XXXXXX";
    int fd_ = -1;
};
