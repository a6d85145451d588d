#pragma once
/// The links of a process or of a port. Adding and removing cost the same however many there are.
#include "host/processes/link_order.h"

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace ddll::host {

class Links {
public:
    /// False when it is there already.
    bool add(const Linked& other);
    void remove(const Linked& other);
    bool contains(const Linked& other) const { return place_of(other) < slots_.size(); }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    void clear();
    /// In the order in which an emulator tells them (link_order.h).
    std::vector<Linked> in_order() const { return in_tree_order(history_); }
    /// In order of linking.
    std::vector<Linked> all() const {
        std::vector<Linked> out = slots_;
        std::erase(out, gap);
        return out;
    }

private:
    // A few are searched one by one; the index is made when there are more.
    static constexpr std::size_t few = 16;
    static constexpr Linked gap{};

    std::size_t place_of(const Linked& other) const; ///< slots_.size() when it is not there
    void remember(const Linked& other, bool made);
    void close_gaps();
    void make_index();

    std::vector<Linked> slots_; ///< `gap` where one was removed
    std::size_t size_ = 0;
    std::vector<LinkChange> history_; ///< since there was none; the links as they are, where that got long
    std::unordered_map<Linked, std::size_t> index_; ///< places in slots_; empty while there are few slots
};

} // namespace ddll::host
