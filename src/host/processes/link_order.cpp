#include "host/processes/link_order.h"

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>

namespace ddll::host {

namespace {

/// As the emulator's words for them are ordered: by number, and of the same number the pid first.
bool less(const Linked& a, const Linked& b) {
    const auto key = [](const Linked& link) {
        const auto* process = std::get_if<ProcessId>(&link);
        return process != nullptr ? std::tuple(std::uint64_t{process->value}, 0)
                                  : std::tuple(std::uint64_t{std::get<PortId>(link).value}, 1);
    };
    return key(a) < key(b);
}

/// A red-black tree as in any book. Nodes are places in a list; the first of them stands for all leaves.
class LinkTree {
public:
    explicit LinkTree(std::size_t most) { nodes_.reserve(most + 1); }

    void insert(const Linked& link) {
        std::size_t parent = leaf;
        for (std::size_t at = root_; at != leaf; at = child_for(at, link)) parent = at;
        const std::size_t node = nodes_.size();
        nodes_.push_back({link, parent, leaf, leaf, true});
        if (parent == leaf)
            root_ = node;
        else
            child_for(parent, link) = node;
        std::size_t at = node;
        while (nodes_[nodes_[at].parent].red) at = lift(at);
        nodes_[root_].red = false;
    }

    void remove(const Linked& link) {
        std::size_t node = root_;
        while (node != leaf && nodes_[node].link != link) node = child_for(node, link);
        if (node == leaf) return;
        std::size_t moved = node;
        bool took_red = nodes_[moved].red;
        std::size_t below = leaf;
        if (nodes_[node].left == leaf) {
            below = nodes_[node].right;
            put_in_place_of(node, below);
        } else if (nodes_[node].right == leaf) {
            below = nodes_[node].left;
            put_in_place_of(node, below);
        } else {
            for (moved = nodes_[node].right; nodes_[moved].left != leaf;) moved = nodes_[moved].left;
            took_red = nodes_[moved].red;
            below = nodes_[moved].right;
            if (nodes_[moved].parent == node) {
                nodes_[below].parent = moved; // of the leaf, too
            } else {
                put_in_place_of(moved, below);
                nodes_[moved].right = nodes_[node].right;
                nodes_[nodes_[moved].right].parent = moved;
            }
            put_in_place_of(node, moved);
            nodes_[moved].left = nodes_[node].left;
            nodes_[nodes_[moved].left].parent = moved;
            nodes_[moved].red = nodes_[node].red;
        }
        if (!took_red) balance(below);
        nodes_[leaf] = {};
    }

    std::vector<Linked> from_the_leaves() const {
        // The root first and the right side before the left, and all of that backwards.
        std::vector<Linked> out;
        std::vector<std::size_t> waiting;
        if (root_ != leaf) waiting.push_back(root_);
        while (!waiting.empty()) {
            const Node& node = nodes_[waiting.back()];
            waiting.pop_back();
            out.push_back(node.link);
            for (const std::size_t child : {node.left, node.right})
                if (child != leaf) waiting.push_back(child);
        }
        return {out.rbegin(), out.rend()};
    }

private:
    static constexpr std::size_t leaf = 0;
    struct Node {
        Linked link{};
        std::size_t parent = leaf, left = leaf, right = leaf;
        bool red = false;
    };
    using Side = std::size_t Node::*;

    std::size_t& child_for(std::size_t node, const Linked& link) {
        return less(link, nodes_[node].link) ? nodes_[node].left : nodes_[node].right;
    }
    static Side other(Side side) { return side == &Node::left ? &Node::right : &Node::left; }

    void put_in_place_of(std::size_t node, std::size_t substitute) {
        const std::size_t parent = nodes_[node].parent;
        if (parent == leaf)
            root_ = substitute;
        else
            (nodes_[parent].left == node ? nodes_[parent].left : nodes_[parent].right) = substitute;
        nodes_[substitute].parent = parent;
    }

    // The child on the other side comes up, the node goes down to this side.
    void rotate(std::size_t node, Side side) {
        const std::size_t child = nodes_[node].*other(side);
        const std::size_t inner = nodes_[child].*side;
        nodes_[node].*other(side) = inner;
        if (inner != leaf) nodes_[inner].parent = node;
        put_in_place_of(node, child);
        nodes_[child].*side = node;
        nodes_[node].parent = child;
    }

    // One step of the way up, from a red node whose parent is red.
    std::size_t lift(std::size_t node) {
        const std::size_t parent = nodes_[node].parent, above = nodes_[parent].parent;
        const Side side = nodes_[above].left == parent ? &Node::left : &Node::right;
        const std::size_t uncle = nodes_[above].*other(side);
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
    void balance(std::size_t node) {
        while (node != root_ && !nodes_[node].red) {
            const std::size_t parent = nodes_[node].parent;
            const Side side = nodes_[parent].left == node ? &Node::left : &Node::right;
            std::size_t sibling = nodes_[parent].*other(side);
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

    std::vector<Node> nodes_ = std::vector<Node>(1);
    std::size_t root_ = leaf;
};

} // namespace

std::vector<Linked> in_tree_order(const std::vector<LinkChange>& changes) {
    LinkTree tree(changes.size());
    for (const LinkChange& change : changes)
        if (change.made)
            tree.insert(change.other);
        else
            tree.remove(change.other);
    return tree.from_the_leaves();
}

} // namespace ddll::host
