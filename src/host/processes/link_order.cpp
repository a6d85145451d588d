#include "host/processes/link_order.h"

#include <cstddef>
#include <cstdint>
#include <tuple>

namespace ddll::host {

namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

/// Insertion as in any book; nothing is ever taken out.
class LinkTree {
public:
    explicit LinkTree(const std::vector<Linked>& links) : links_(links), nodes_(links.size()) {
        for (std::size_t i = 0; i < links.size(); ++i) insert(i);
    }

    std::vector<Linked> from_the_leaves() const {
        std::vector<Linked> out;
        // The root first and the right side before the left, and all of that backwards.
        std::vector<std::size_t> waiting;
        if (root_ != none) waiting.push_back(root_);
        while (!waiting.empty()) {
            const std::size_t at = waiting.back();
            waiting.pop_back();
            out.push_back(links_[at]);
            for (const std::size_t child : {nodes_[at].left, nodes_[at].right})
                if (child != none) waiting.push_back(child);
        }
        return {out.rbegin(), out.rend()};
    }

private:
    struct Node {
        std::size_t parent = none, left = none, right = none;
        bool red = true;
    };

    // As the emulator's words for them are ordered: by number, and of the same number the pid first.
    bool less(std::size_t a, std::size_t b) const {
        const auto key = [](const Linked& link) {
            const auto* process = std::get_if<ProcessId>(&link);
            return process != nullptr ? std::tuple(std::uint64_t{process->value}, 0)
                                      : std::tuple(std::uint64_t{std::get<PortId>(link).value}, 1);
        };
        return key(links_[a]) < key(links_[b]);
    }

    bool is_red(std::size_t node) const { return node != none && nodes_[node].red; }

    void rotate(std::size_t node, std::size_t Node::*up, std::size_t Node::*down) {
        const std::size_t child = nodes_[node].*up, parent = nodes_[node].parent;
        nodes_[node].*up = nodes_[child].*down;
        if (nodes_[node].*up != none) nodes_[nodes_[node].*up].parent = node;
        nodes_[child].parent = parent;
        if (parent == none)
            root_ = child;
        else
            (nodes_[parent].left == node ? nodes_[parent].left : nodes_[parent].right) = child;
        nodes_[child].*down = node;
        nodes_[node].parent = child;
    }

    void insert(std::size_t node) {
        std::size_t parent = none;
        for (std::size_t at = root_; at != none; at = less(node, at) ? nodes_[at].left : nodes_[at].right) parent = at;
        nodes_[node].parent = parent;
        if (parent == none)
            root_ = node;
        else
            (less(node, parent) ? nodes_[parent].left : nodes_[parent].right) = node;
        while (is_red(nodes_[node].parent)) node = lift(node);
        nodes_[root_].red = false;
    }

    // One step of the way up, from a red node whose parent is red.
    std::size_t lift(std::size_t node) {
        std::size_t parent = nodes_[node].parent;
        const std::size_t above = nodes_[parent].parent;
        const bool is_left = nodes_[above].left == parent;
        const auto side = is_left ? &Node::left : &Node::right, other = is_left ? &Node::right : &Node::left;
        const std::size_t uncle = nodes_[above].*other;
        if (is_red(uncle)) {
            nodes_[parent].red = nodes_[uncle].red = false;
            nodes_[above].red = true;
            return above;
        }
        if (nodes_[parent].*other == node) {
            node = parent;
            rotate(node, other, side);
            parent = nodes_[node].parent;
        }
        nodes_[parent].red = false;
        nodes_[above].red = true;
        rotate(above, side, other);
        return node;
    }

    const std::vector<Linked>& links_;
    std::vector<Node> nodes_;
    std::size_t root_ = none;
};

} // namespace

std::vector<Linked> in_tree_order(const std::vector<Linked>& links) {
    return LinkTree(links).from_the_leaves();
}

} // namespace ddll::host
