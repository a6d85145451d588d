#pragma once
/// Where the shell's lines come from: a terminal with editing, history and completion, or a pipe.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ddll::cli {

class ShellInput {
public:
    virtual ~ShellInput() = default;
    /// One line with its line feed; nothing at the end.
    virtual std::optional<std::string> line(const std::string& prompt) = 0;
    /// A whole expression, for the history.
    virtual void remember(const std::string&) {}
    /// The line that line() gave is to be forgotten, with all that was typed before it: Ctrl-C.
    virtual bool abandoned() const { return false; }
    virtual bool terminal() const { return false; }
};

/// `words` gives what may be typed now.
std::unique_ptr<ShellInput> shell_input(std::function<std::vector<std::string>()> words);

} // namespace ddll::cli
