#pragma once
/// How far long work has come, on a terminal that somebody watches.
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace ddll::cli {

/// "12/40 played, 8.3/s, 4s left", at most `width` columns of it.
std::string progress_line(std::size_t done, std::size_t total, std::string_view unit,
                          std::chrono::steady_clock::duration elapsed, std::size_t width);

/// One line on stderr, written over in place, ten times a second at most; gone when this ends. Nothing where stderr is
/// no terminal, and for less than two things to do. Not for several threads at once.
class Progress {
public:
    /// `unit`: what the things are when they are done: "played".
    Progress(std::size_t total, std::string_view unit, bool wanted);
    ~Progress() { hide(); }
    Progress(const Progress&) = delete;

    void one_more() { reached(done_ + 1); }
    void reached(std::size_t done);
    /// Before anything else is written to the terminal; the next step shows it again.
    void hide();

private:
    using Clock = std::chrono::steady_clock;
    std::size_t total_, done_ = 0;
    std::string_view unit_;
    bool wanted_, shown_ = false;
    Clock::time_point begin_ = Clock::now(), drawn_{};
};

} // namespace ddll::cli
