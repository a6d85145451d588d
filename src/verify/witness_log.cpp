#include "verify/witness_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ddll::verify {

namespace {

const witness::Header& header(const void* mapped) {
    return *static_cast<const witness::Header*>(mapped);
}

} // namespace

void WitnessLog::Unmap::operator()(void* mapped) const {
    munmap(mapped, witness::file_size);
}

WitnessLog::WitnessLog(void* mapped) : mapped_(mapped) {}

Result<WitnessLog> WitnessLog::create(const std::string& path) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    void* mapped = MAP_FAILED;
    if (fd >= 0 && ftruncate(fd, static_cast<off_t>(witness::file_size)) == 0)
        mapped = mmap(nullptr, witness::file_size, PROT_READ, MAP_SHARED, fd, 0);
    const int error_number = errno;
    if (fd >= 0) close(fd);
    if (mapped == MAP_FAILED) return error(fmt::format("cannot make {}: {}", path, std::strerror(error_number)));
    return WitnessLog(mapped);
}

bool WitnessLog::present() const {
    return header(mapped_.get()).present == 1;
}

bool WitnessLog::full() const {
    return header(mapped_.get()).full != 0;
}

bool WitnessLog::next(WitnessEvent& event) {
    // The writer is another process, and a driver may have written over it: nothing is taken on trust.
    if (read_ >= __atomic_load_n(&header(mapped_.get()).count, __ATOMIC_ACQUIRE)) return false;
    witness::Event raw;
    if (at_ + sizeof raw > witness::log_size) return false;
    const char* from = static_cast<const char*>(mapped_.get()) + sizeof(witness::Header) + at_;
    std::memcpy(&raw, from, sizeof raw);
    if (raw.size < sizeof raw + raw.data_size || raw.data_size > witness::most_data ||
        at_ + raw.size > witness::log_size)
        return false;
    event = {raw.kind, raw.library, raw.port, raw.a, std::string(from + sizeof raw, raw.data_size)};
    at_ += raw.size;
    ++read_;
    if (raw.kind == witness::Kind::start) ++starts_;
    return true;
}

} // namespace ddll::verify
