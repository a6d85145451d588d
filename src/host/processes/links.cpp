#include "host/processes/links.h"

#include <algorithm>

namespace ddll::host {

namespace {

constexpr std::uint64_t port_bit = std::uint64_t{1} << 63;
constexpr std::size_t first_room = 4;  ///< a process and a few ports, or a port with its owner
constexpr std::size_t kept_room = 256; ///< nodes that stay when the last link goes

} // namespace

std::uint64_t Links::key_of(const Linked& link) {
    if (const auto* process = std::get_if<ProcessId>(&link)) return process->value;
    return std::get<PortId>(link).value | port_bit;
}

Linked Links::link_of(std::uint64_t key) {
    if ((key & port_bit) != 0) return PortId{key & ~port_bit};
    return ProcessId{key};
}

Links::Place Links::find(std::uint64_t key) const {
    Place at = root_;
    while (at != leaf && nodes_[at].key != key) at = key < nodes_[at].key ? nodes_[at].left : nodes_[at].right;
    return at;
}

bool Links::contains(const Linked& other) const {
    const Place place = find(key_of(other));
    return place != leaf && !nodes_[place].leaving;
}

bool Links::add(const Linked& other) {
    const std::uint64_t key = key_of(other);
    Place parent = leaf;
    for (Place at = root_; at != leaf; at = key < nodes_[at].key ? nodes_[at].left : nodes_[at].right) {
        parent = at;
        if (nodes_[at].key != key) continue;
        if (!nodes_[at].leaving) return false;
        nodes_[at].leaving = false;
        --leaving_;
        ++size_;
        return true;
    }
    Place node = make(key, parent);
    ++size_;
    if (parent == leaf)
        root_ = node;
    else
        (key < nodes_[parent].key ? nodes_[parent].left : nodes_[parent].right) = node;
    while (nodes_[nodes_[node].parent].red) node = lift(node);
    nodes_[root_].red = false;
    return true;
}

Links::Place Links::make(std::uint64_t key, Place parent) {
    const Node made{key, parent, leaf, leaf, true, false};
    if (free_ != leaf) {
        const Place place = free_;
        free_ = nodes_[place].parent;
        nodes_[place] = made;
        return place;
    }
    if (nodes_.empty()) {
        nodes_.reserve(first_room);
        nodes_.emplace_back();
    }
    nodes_.push_back(made);
    return static_cast<Place>(nodes_.size() - 1);
}

void Links::remove(const Linked& other) {
    const Place node = find(key_of(other));
    if (node == leaf) return;
    --(nodes_[node].leaving ? leaving_ : size_);
    if (size_ + leaving_ == 0) return clear();
    take_out(node);
    nodes_[node].parent = free_;
    free_ = node;
}

void Links::leave(const Linked& other) {
    const Place node = find(key_of(other));
    if (node == leaf || nodes_[node].leaving) return;
    nodes_[node].leaving = true;
    --size_;
    ++leaving_;
}

void Links::release(Leaving which) {
    for (std::size_t i = 1; i < nodes_.size() && leaving_ > 0; ++i)
        if (nodes_[i].leaving && (which == Leaving::all || (nodes_[i].key & port_bit) != 0))
            remove(link_of(nodes_[i].key));
}

void Links::clear() {
    if (nodes_.capacity() > kept_room)
        nodes_ = {};
    else
        nodes_.clear();
    root_ = free_ = leaf;
    size_ = leaving_ = 0;
}

std::vector<Linked> Links::in_order() const {
    // The root first and the right side before the left, and all of that backwards.
    std::vector<Linked> out;
    out.reserve(size_);
    std::vector<Place> waiting;
    if (root_ != leaf) waiting.push_back(root_);
    while (!waiting.empty()) {
        const Node& node = nodes_[waiting.back()];
        waiting.pop_back();
        if (!node.leaving) out.push_back(link_of(node.key));
        for (const Place child : {node.left, node.right})
            if (child != leaf) waiting.push_back(child);
    }
    std::reverse(out.begin(), out.end());
    return out;
}

// As in any book: a node with two children gives its place to the next larger one.
void Links::take_out(Place node) {
    bool took_red = nodes_[node].red;
    Place below = leaf;
    if (nodes_[node].left == leaf) {
        below = nodes_[node].right;
        put_in_place_of(node, below);
    } else if (nodes_[node].right == leaf) {
        below = nodes_[node].left;
        put_in_place_of(node, below);
    } else {
        Place next = nodes_[node].right;
        while (nodes_[next].left != leaf) next = nodes_[next].left;
        took_red = nodes_[next].red;
        below = nodes_[next].right;
        if (nodes_[next].parent == node) {
            nodes_[below].parent = next; // of the leaf, too
        } else {
            put_in_place_of(next, below);
            nodes_[next].right = nodes_[node].right;
            nodes_[nodes_[next].right].parent = next;
        }
        put_in_place_of(node, next);
        nodes_[next].left = nodes_[node].left;
        nodes_[nodes_[next].left].parent = next;
        nodes_[next].red = nodes_[node].red;
    }
    if (!took_red) balance(below);
    nodes_[leaf] = {};
    nodes_[node].leaving = false;
}

void Links::put_in_place_of(Place node, Place substitute) {
    const Place parent = nodes_[node].parent;
    if (parent == leaf)
        root_ = substitute;
    else
        (nodes_[parent].left == node ? nodes_[parent].left : nodes_[parent].right) = substitute;
    nodes_[substitute].parent = parent;
}

// The child on the other side comes up, the node goes down to this side.
void Links::rotate(Place node, Side side) {
    const Place child = nodes_[node].*other(side);
    const Place inner = nodes_[child].*side;
    nodes_[node].*other(side) = inner;
    if (inner != leaf) nodes_[inner].parent = node;
    put_in_place_of(node, child);
    nodes_[child].*side = node;
    nodes_[node].parent = child;
}

// One step of the way up, from a red node whose parent is red.
Links::Place Links::lift(Place node) {
    const Place parent = nodes_[node].parent, above = nodes_[parent].parent;
    const Side side = nodes_[above].left == parent ? &Node::left : &Node::right;
    const Place uncle = nodes_[above].*other(side);
    if (nodes_[uncle].red) {
        nodes_[parent].red = nodes_[uncle].red = false;
        nodes_[above].red = true;
        return above;
    }
    if (nodes_[parent].*other(side) == node) {
        node = parent;
        rotate(node, side);
    }
    nodes_[nodes_[node].parent].red = false;
    nodes_[above].red = true;
    rotate(above, other(side));
    return node;
}

// A black node is missing on the way down to this one.
void Links::balance(Place node) {
    while (node != root_ && !nodes_[node].red) {
        const Place parent = nodes_[node].parent;
        const Side side = nodes_[parent].left == node ? &Node::left : &Node::right;
        Place sibling = nodes_[parent].*other(side);
        if (nodes_[sibling].red) {
            nodes_[sibling].red = false;
            nodes_[parent].red = true;
            rotate(parent, side);
            sibling = nodes_[parent].*other(side);
        }
        const auto is_red = [&](Side child) { return nodes_[nodes_[sibling].*child].red; };
        if (!is_red(&Node::left) && !is_red(&Node::right)) {
            nodes_[sibling].red = true;
            node = parent;
            continue;
        }
        if (!is_red(other(side))) {
            nodes_[nodes_[sibling].*side].red = false;
            nodes_[sibling].red = true;
            rotate(sibling, other(side));
            sibling = nodes_[parent].*other(side);
        }
        nodes_[sibling].red = nodes_[parent].red;
        nodes_[parent].red = false;
        nodes_[nodes_[sibling].*other(side)].red = false;
        rotate(parent, side);
        node = root_;
    }
    nodes_[node].red = false;
}

} // namespace ddll::host
