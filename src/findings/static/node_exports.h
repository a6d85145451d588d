#pragma once
/// The names that a node has before it opens a driver: what its emulator exports, and which libraries it brings. From a
/// list that was made of a real emulator and is part of ddlltool (scripts/node-exports makes it).
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::findings {

/// A library that the emulator needs. Where `listed` is false its names are not in the list: every machine has it, and
/// it is read there.
struct NodeLibrary {
    std::string_view name;
    bool listed = false;
    std::vector<std::string_view> exports; ///< sorted
};

class NodeExports {
public:
    /// The list for Erlang/OTP 25.
    NodeExports();
    /// Of a text in the list's form; its bytes must outlive this.
    explicit NodeExports(std::string_view list);

    std::string release() const;                  ///< "Erlang/OTP 25 (erts 13.1.5)"
    std::string_view otp() const { return otp_; } ///< "25"
    bool emulator(std::string_view symbol) const;
    /// In the order of the loader's search.
    std::span<const NodeLibrary> libraries() const { return libraries_; }
    /// The listed library that exports `symbol`; null when none does.
    const NodeLibrary* listed(std::string_view symbol) const;

private:
    std::string_view otp_, erts_;
    std::vector<std::string_view> emulator_; ///< sorted
    std::vector<NodeLibrary> libraries_;
};

} // namespace ddll::findings
