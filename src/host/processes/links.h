#pragma once
/// The links of a process or of a port, in the tree in which an emulator keeps them: red-black, all processes before
/// all ports, each by number. It is looked through from the leaves to the root, and what was removed leaves its trace
/// in the order of the others, so it is kept as it grew (measured on OTP 25; nothing promises it).
#include "base/id.h"

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace ddll::host {

/// One end of a link: a process or a port.
using Linked = std::variant<ProcessId, PortId>;

/// A port answers at once, a process when it runs.
enum class Leaving : std::uint8_t { ports, all };

class Links {
public:
    /// False when it is there already.
    bool add(const Linked& other);
    void remove(const Linked& other);
    /// It is there no more, but keeps its place in the tree until release(): the process has not heard yet that the
    /// other end knows. Made again before, it has that place (measured).
    void leave(const Linked& other);
    void release(Leaving which);
    bool contains(const Linked& other) const;
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    void clear();
    /// The first to be told comes first.
    std::vector<Linked> in_order() const;

private:
    /// Its place in nodes_. The first of those stands for all leaves; it is made with the first link.
    using Place = std::uint32_t;
    static constexpr Place leaf = 0;
    struct Node {
        std::uint64_t key = 0;
        Place parent = leaf, left = leaf, right = leaf;
        bool red = false;
        bool leaving = false;
    };
    using Side = Place Node::*;

    static std::uint64_t key_of(const Linked& link);
    static Linked link_of(std::uint64_t key);
    static Side other(Side side) { return side == &Node::left ? &Node::right : &Node::left; }

    Place find(std::uint64_t key) const; ///< leaf when it is not there
    Place make(std::uint64_t key, Place parent);
    void take_out(Place node);
    void put_in_place_of(Place node, Place substitute);
    void rotate(Place node, Side side);
    Place lift(Place node);
    void balance(Place node);

    std::vector<Node> nodes_;
    Place root_ = leaf;
    Place free_ = leaf; ///< the first of those that are not in use; the next is its parent
    std::size_t size_ = 0;
    std::size_t leaving_ = 0; ///< are in the tree, and not counted in size_
};

} // namespace ddll::host
