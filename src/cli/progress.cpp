#include "cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace ddll::cli {
namespace {

std::string in_words(double seconds) {
    const auto whole = static_cast<long>(seconds + 0.5);
    if (whole < 60) return fmt::format("{}s", whole);
    if (whole < 3600) return fmt::format("{}min {}s", whole / 60, whole % 60);
    return fmt::format("{}h {}min", whole / 3600, whole % 3600 / 60);
}

std::size_t columns() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1U : 79U;
}

} // namespace

std::string progress_line(std::size_t done, std::size_t total, std::string_view unit,
                          std::chrono::steady_clock::duration elapsed, std::size_t width) {
    std::string line = fmt::format("{}/{} {}", done, total, unit);
    const double seconds = std::chrono::duration<double>(elapsed).count();
    if (done > 0 && done < total && seconds > 0) {
        const double rate = static_cast<double>(done) / seconds;
        line += rate >= 10 ? fmt::format(", {:.0f}/s", rate) : fmt::format(", {:.1f}/s", rate);
        line += fmt::format(", {} left", in_words(static_cast<double>(total - done) / rate));
    }
    return line.substr(0, width);
}

Progress::Progress(std::size_t total, std::string_view unit, bool wanted)
    : total_(total), unit_(unit), wanted_(wanted && isatty(STDERR_FILENO) == 1) {}

void Progress::reached(std::size_t done) {
    done_ = done;
    if (!wanted_ || total_ < 2) return;
    const auto now = Clock::now();
    if (shown_ && now - drawn_ < std::chrono::milliseconds(100)) return;
    shown_ = true;
    drawn_ = now;
    std::fputs(("\r" + progress_line(done_, total_, unit_, now - begin_, columns()) + "\x1b[K").c_str(), stderr);
    std::fflush(stderr);
}

void Progress::hide() {
    if (shown_) std::fputs("\r\x1b[K", stderr);
    shown_ = false;
}

} // namespace ddll::cli
