#pragma once
/// Reads what the witness writes while the emulator runs.
#include "base/result.h"
#include "verify/witness_format.h"

#include <cstdint>
#include <memory>
#include <string>

namespace ddll::verify {

/// An event with its data copied out.
struct WitnessEvent {
    witness::Kind kind{};
    std::uint32_t library = 0;
    std::uint32_t port = 0;
    std::uint64_t a = 0;
    std::string data;
};

class WitnessLog {
public:
    /// Makes the file at `path` and maps it.
    static Result<WitnessLog> create(const std::string& path);

    bool present() const; ///< the witness has answered from inside the emulator
    bool full() const;    ///< events are missing

    /// The next event; false when all that have been written so far were read.
    bool next(WitnessEvent& event);
    std::uint64_t read() const { return read_; }     ///< how many next() gave
    std::uint32_t starts() const { return starts_; } ///< and how many of them were start callbacks

private:
    explicit WitnessLog(void* mapped);
    struct Unmap {
        void operator()(void* mapped) const;
    };
    std::unique_ptr<void, Unmap> mapped_;
    std::uint64_t read_ = 0, at_ = 0;
    std::uint32_t starts_ = 0;
};

} // namespace ddll::verify
