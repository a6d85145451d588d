#include "host/io/poller.h"

#include "base/descriptor.h"

#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace ddll::host {
FileIdentity identity_of(int descriptor) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) return {};
    return {status.st_dev, status.st_ino};
}

Poller::~Poller() {
    if (wake_ >= 0) close(wake_);
}

Selected* Poller::find(int descriptor) {
    const auto it = selected_.find(descriptor);
    return it == selected_.end() ? nullptr : &it->second;
}

void Poller::add(int descriptor, Direction direction, PortId port, const Made& made) {
    const auto [it, fresh] = selected_.try_emplace(descriptor);
    if (fresh) it->second.file = identity_of(descriptor);
    Selected::Half& half = it->second[direction];
    if (half.port) --counts_[half.port];
    half = {port, false, false, 0};
    it->second.made = made;
    ++counts_[port];
    listed_ = false;
}

void Poller::remove(int descriptor, Direction direction) {
    const auto it = selected_.find(descriptor);
    if (it == selected_.end() || !it->second[direction].port) return;
    const auto count = counts_.find(it->second[direction].port);
    if (--count->second == 0) counts_.erase(count);
    it->second[direction] = {};
    if (!it->second.any() && !it->second.used) selected_.erase(it);
    listed_ = false;
}

void Poller::set_used(int descriptor, bool used) {
    const auto it = selected_.find(descriptor);
    if (it == selected_.end()) return;
    it->second.used = used;
    if (!used && !it->second.any()) selected_.erase(it);
}

std::vector<int> Poller::of(PortId port) const {
    std::vector<int> found;
    if (!counts_.contains(port)) return found;
    for (const auto& [descriptor, selected] : selected_)
        if (selected[Direction::input].port == port || selected[Direction::output].port == port)
            found.push_back(descriptor);
    return found;
}

void Poller::list() {
    if (listed_) return;
    polled_.clear();
    for (const auto& [descriptor, selected] : selected_) {
        short events = 0;
        if (const auto& half = selected[Direction::input]; half.port && !half.muted) events |= POLLIN;
        if (const auto& half = selected[Direction::output]; half.port && !half.muted) events |= POLLOUT;
        if (events != 0) polled_.push_back({descriptor, events, 0});
    }
    listed_ = true;
}

bool Poller::round_open() {
    for (; at_ < round_.size(); ++at_) {
        const Selected* selected = find(round_[at_].descriptor);
        if (selected != nullptr && (*selected)[round_[at_].direction].ready) return true;
    }
    round_.clear();
    at_ = 0;
    return false;
}

std::vector<int> Poller::look() {
    std::vector<int> closed;
    list();
    if (polled_.empty() || poll(polled_.data(), polled_.size(), 0) <= 0) return closed;
    for (const pollfd& entry : polled_) {
        if (entry.revents == 0) continue;
        if ((entry.revents & POLLNVAL) != 0) {
            closed.push_back(entry.fd);
            continue;
        }
        // Errors and hangups are readiness in every direction that is selected, as in the emulator.
        const bool trouble = (entry.revents & (POLLERR | POLLHUP)) != 0;
        // Output first, because what it does may end the interest in input (measured).
        for (const Direction direction : {Direction::output, Direction::input}) {
            const short wanted = direction == Direction::input ? POLLIN : POLLOUT;
            if ((entry.events & wanted) == 0 || !(trouble || (entry.revents & wanted) != 0)) continue;
            (*find(entry.fd))[direction].ready = true;
            round_.push_back({entry.fd, direction});
        }
    }
    return closed;
}

void Poller::ready(std::size_t most, std::vector<Event>& out) {
    for (std::size_t i = at_; i < round_.size() && out.size() < most; ++i) {
        const Selected* selected = find(round_[i].descriptor);
        if (selected != nullptr && (*selected)[round_[i].direction].ready) out.push_back(round_[i]);
    }
}

void Poller::take(Event event) {
    Selected::Half& half = (*find(event.descriptor))[event.direction];
    half.ready = false;
    if (half.calls++ == 0) counted_.push_back(event.descriptor);
}

void Poller::mute(Event event) {
    (*find(event.descriptor))[event.direction].muted = true;
    counted_.push_back(event.descriptor);
    listed_ = false;
}

void Poller::rest() {
    for (const int descriptor : counted_) {
        Selected* selected = find(descriptor);
        if (selected == nullptr) continue;
        for (Selected::Half& half : selected->halves) {
            if (half.muted) listed_ = false;
            half.muted = false;
            half.calls = 0;
        }
    }
    counted_.clear();
}

void Poller::prepare_wake() {
    if (wake_ >= 0) return;
    wake_ = move_high(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
}

void Poller::wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof one); // full is as good as written
}

bool Poller::wait(std::chrono::milliseconds longest, std::span<const int> also) {
    prepare_wake();
    list();
    const std::size_t selected = polled_.size();
    polled_.push_back({wake_, POLLIN, 0});
    for (const int descriptor : also) polled_.push_back({descriptor, POLLIN, 0});
    const auto until = std::chrono::steady_clock::now() + longest;
    int ready = 0;
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        ready = poll(polled_.data(), polled_.size(), static_cast<int>(std::max<std::int64_t>(0, left.count())));
        if (ready >= 0 || errno != EINTR) break;
    }
    polled_.resize(selected);
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = read(wake_, &count, sizeof count);
    return ready > 0;
}

} // namespace ddll::host
