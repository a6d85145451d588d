#pragma once
/// The data of a port command as the vector that outputv gets.
#include "host/memory/memory.h"
#include "term/term.h"
#include "words/release.h"

#include <erl_driver.h>

#include <string>
#include <string_view>
#include <vector>

namespace ddll::host {

/// Layout as measured: element 0 is empty and the driver's own; runs of bytes and binaries of up to 64 bytes share one
/// common binary; a longer binary is an element of its own, unless there would be 16 elements or more, then those under
/// 256 bytes are packed as well. A bare empty binary is an element too, with or without a binary of its own: as the
/// release has it. Holds one reference to each binary while it lives; the driver may take more.
class CommandVector {
public:
    CommandVector(DriverMemory& memory, const term::Term& data, words::EmptyElement empty);
    ~CommandVector();
    CommandVector(const CommandVector&) = delete;

    bool valid() const { return valid_; } ///< false when the data is no iolist
    std::size_t size() const { return vector_.size; }
    ErlIOVec& vector() { return vector_; }
    std::string_view first_bytes() const { return first_bytes_; } ///< up to 64, for the journal

private:
    struct Piece {
        std::string_view bytes;
        bool is_binary; ///< a binary term, as opposed to bytes of a list
    };
    bool gather(const term::Term& data, std::vector<Piece>& pieces);
    void lay_out(const std::vector<Piece>& pieces, std::size_t pack_below);

    DriverMemory& memory_;
    bool valid_ = false;
    std::string list_bytes_; ///< bytes that stood in lists, one after the other
    std::string first_bytes_;
    std::vector<SysIOVec> iov_;
    std::vector<ErlDrvBinary*> binv_;
    std::vector<ErlDrvBinary*> owned_;
    ErlIOVec vector_{};
};

} // namespace ddll::host
