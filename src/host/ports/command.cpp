#include "host/ports/command.h"

#include <cstring>

namespace ddll::host {

using term::Term;

namespace {

constexpr std::size_t small_binary = 64;
constexpr std::size_t packed_binary = 255;
constexpr std::size_t many_elements = 16;

} // namespace

CommandVector::CommandVector(DriverMemory& memory, const Term& data, words::EmptyElement empty) : memory_(memory) {
    std::string flat;
    if (!term::iolist_to_bytes(data, flat)) return;
    first_bytes_ = flat.substr(0, small_binary);
    list_bytes_.reserve(flat.size()); // pieces point into it, so it must not move
    std::vector<Piece> pieces;
    valid_ = gather(data, pieces);
    if (!valid_) return;
    lay_out(pieces, small_binary);
    if (iov_.size() >= many_elements) lay_out(pieces, packed_binary);
    // A bare empty binary is an element, an empty list is none.
    if (iov_.size() == 1 && data.is_binary()) {
        ErlDrvBinary* own = empty == words::EmptyElement::binary ? memory_.allocate_binary(0, {}) : nullptr;
        if (own != nullptr) owned_.push_back(own);
        iov_.push_back({own != nullptr ? own->orig_bytes : nullptr, 0});
        binv_.push_back(own);
    }
    for (ErlDrvBinary* binary : owned_) memory_.lend(binary);
    vector_ = ErlIOVec{static_cast<int>(iov_.size()), flat.size(), iov_.data(), binv_.data()};
}

CommandVector::~CommandVector() {
    for (ErlDrvBinary* binary : owned_) memory_.take_back(binary);
}

bool CommandVector::gather(const Term& data, std::vector<Piece>& pieces) {
    if (data.is(Term::Kind::bits)) {
        if (data.as_bits().size > 0) pieces.push_back({data.as_bits().bytes(), true});
        return data.is_binary();
    }
    if (!data.is_list()) return false;
    for (const Term& item : data.items()) {
        if (!item.is(Term::Kind::integer)) {
            if (!gather(item, pieces)) return false;
            continue;
        }
        list_bytes_ += static_cast<char>(item.as_integer());
        const std::string_view byte(list_bytes_.data() + list_bytes_.size() - 1, 1);
        const bool goes_on = !pieces.empty() && !pieces.back().is_binary &&
                             pieces.back().bytes.data() + pieces.back().bytes.size() == byte.data();
        if (goes_on)
            pieces.back().bytes = {pieces.back().bytes.data(), pieces.back().bytes.size() + 1};
        else
            pieces.push_back({byte, false});
    }
    return data.tail().is(Term::Kind::nil) || gather(data.tail(), pieces);
}

void CommandVector::lay_out(const std::vector<Piece>& pieces, std::size_t pack_below) {
    for (ErlDrvBinary* binary : owned_) memory_.drop_reference(binary);
    owned_.clear();
    iov_.assign(1, {nullptr, 0});
    binv_.assign(1, nullptr);
    const auto packed = [&](const Piece& piece) { return !piece.is_binary || piece.bytes.size() <= pack_below; };
    std::size_t common_size = 0;
    for (const Piece& piece : pieces)
        if (packed(piece)) common_size += piece.bytes.size();
    ErlDrvBinary* common = nullptr;
    std::size_t used = 0;
    if (common_size > 0) {
        common = memory_.allocate_binary(common_size, {});
        owned_.push_back(common);
    }
    bool open = false; // the last element is a slice of the common binary that may grow
    for (const Piece& piece : pieces) {
        if (packed(piece)) {
            std::memcpy(common->orig_bytes + used, piece.bytes.data(), piece.bytes.size());
            if (open) {
                iov_.back().iov_len += piece.bytes.size();
            } else {
                iov_.push_back({common->orig_bytes + used, piece.bytes.size()});
                binv_.push_back(common);
            }
            used += piece.bytes.size();
            open = true;
            continue;
        }
        ErlDrvBinary* own = memory_.allocate_binary(piece.bytes.size(), {});
        std::memcpy(own->orig_bytes, piece.bytes.data(), piece.bytes.size());
        owned_.push_back(own);
        iov_.push_back({own->orig_bytes, piece.bytes.size()});
        binv_.push_back(own);
        open = false;
    }
}

} // namespace ddll::host
