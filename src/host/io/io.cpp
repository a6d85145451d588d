// The log lines are the emulator's own, word for word (measured on OTP 25), except that a port handle is printed as the
// number it is here.
#include "host/callbacks.h"
#include "host/host.h"
#include "host/probe/leftovers.h"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <optional>

namespace ddll::host {
namespace {

// A direction may be ready again and again as long as the driver does something about it. So many calls that certainly
// changed nothing are enough to say that it does not; where that is not known, many more are.
constexpr std::uint32_t calls_before_watching = 16, most_calls_without_effect = 100, most_calls_in_doubt = 10'000;

int largest_descriptor() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > 1'000'000) return 1'000'000;
    return static_cast<int>(limit.rlim_cur) - 1;
}

std::string port_text(PortId id) {
    return fmt::format("#Port<0.{}>", id.value);
}

// As the emulator names the driver of a port: with the port's own name where that says more.
std::string driver_text(const Port* port) {
    if (port == nullptr || port->driver == nullptr) return "<unknown>";
    if (port->name == port->driver->name) return port->name;
    return fmt::format("{} ({})", port->driver->name, port->name);
}

std::string call_text(const Port& port, int descriptor, int mode, bool on) {
    return fmt::format("driver_select(0x{:016x}, {},{}{}{}{}, {}) by {} driver {}",
                       reinterpret_cast<std::uintptr_t>(handle_of(port.id)), descriptor,
                       (mode & ERL_DRV_READ) != 0 ? " ERL_DRV_READ" : "",
                       (mode & ERL_DRV_WRITE) != 0 ? " ERL_DRV_WRITE" : "",
                       (mode & ERL_DRV_USE) != 0 ? " ERL_DRV_USE" : "",
                       (mode & ERL_DRV_USE_NO_CALLBACK & ~ERL_DRV_USE) != 0 ? "_NO_CALLBACK" : "", on ? 1 : 0,
                       driver_text(&port), port_text(port.id));
}

constexpr int mode_of(Direction direction) {
    return direction == Direction::input ? ERL_DRV_READ : ERL_DRV_WRITE;
}

constexpr const char* word(Direction direction) {
    return direction == Direction::input ? "input" : "output";
}

// How much there is to read, or how much is written and not gone yet: a callback that changes it did something.
// Nothing for descriptors that cannot tell.
std::optional<int> amount(int descriptor, Direction direction) {
    int kind = 0;
    socklen_t size = sizeof kind;
    const bool socket = getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &kind, &size) == 0;
    // What is written into TCP on the same machine has left before anybody can look.
    if (socket && direction == Direction::output && kind != AF_UNIX) return std::nullopt;
    int bytes = 0;
    const unsigned long question = socket && direction == Direction::output ? SIOCOUTQ : FIONREAD;
    if (ioctl(descriptor, question, &bytes) != 0) return std::nullopt;
    return bytes;
}

// The number may have been used again for another file meanwhile.
bool closed_behind(int descriptor, const Selected& selected) {
    return selected.file && identity_of(descriptor) != selected.file;
}

// Ready descriptors are offered to the chooser together, but not thousands of them at each step.
constexpr std::size_t most_offered = 64;

} // namespace

void Io::report_closed(int descriptor, const Selected& selected) {
    const PortId port =
        selected[Direction::input].port ? selected[Direction::input].port : selected[Direction::output].port;
    host_.misuse(Rule::fd_closed_while_selected, no_function, port, fmt::format("descriptor {}", descriptor));
}

bool Io::has(const Port& port) const {
    return !poller_.of(port.id).empty();
}

int Io::select(Port& port, int descriptor, int mode, bool on, const Made& made) {
    if (descriptor < 0) {
        host_.misuse(Rule::select_of_bad_descriptor, no_function, port.id, fmt::format("descriptor {}", descriptor));
        return -1;
    }
    if (const int largest = largest_descriptor(); descriptor > largest) {
        host_.log(fmt::format("{} failed: fd={} is larger than the largest allowed fd={}",
                              call_text(port, descriptor, mode, on), descriptor, largest));
        host_.misuse(Rule::select_of_bad_descriptor, no_function, port.id, fmt::format("descriptor {}", descriptor));
        return -1;
    }
    const bool stops = !on && (mode & ERL_DRV_USE_NO_CALLBACK) == ERL_DRV_USE;
    Selected* selected = poller_.find(descriptor);
    if (selected != nullptr && closed_behind(descriptor, *selected)) report_closed(descriptor, *selected);
    if (stops) mode |= ERL_DRV_READ | ERL_DRV_WRITE;
    if (selected != nullptr) steal(port, descriptor, mode, on);
    if (on)
        select_on(port, descriptor, mode, made);
    else
        select_off(port, descriptor, mode, stops);
    return 0;
}

// Whatever another port has selected in one of these directions is taken from it, also by a call that only ends
// interest. The emulator then clears all of `mode`, the caller's own part included.
void Io::steal(Port& port, int descriptor, int mode, bool on) {
    const Selected& selected = *poller_.find(descriptor);
    std::string from;
    bool foreign = false;
    PortId owner;
    for (const Direction direction : directions) {
        const PortId has = selected[direction].port;
        if ((mode & mode_of(direction)) == 0 || !has) continue;
        if (has != port.id) {
            foreign = true;
            owner = has;
        }
        from += fmt::format("{}{} driver {} {}", from.empty() ? "" : " and ", word(direction),
                            driver_text(host_.ports().find(has)), port_text(has));
    }
    if (!foreign) return;
    host_.log(
        fmt::format("{} stealing control of fd={} from {}", call_text(port, descriptor, mode, on), descriptor, from));
    host_.misuse(Rule::descriptor_stolen, no_function, port.id,
                 fmt::format("descriptor {}, which {} has selected", descriptor, port_text(owner)));
    deselect(descriptor, mode);
}

void Io::select_on(Port& port, int descriptor, int mode, const Made& made) {
    bool fresh = false;
    for (const Direction direction : directions) {
        if ((mode & mode_of(direction)) == 0) continue;
        const Selected* selected = poller_.find(descriptor);
        if (selected != nullptr && (*selected)[direction].port) continue;
        poller_.add(descriptor, direction, port.id, made);
        fresh = true;
    }
    if (fresh && (mode & ERL_DRV_USE) != 0) poller_.set_used(descriptor, true);
}

void Io::select_off(Port& port, int descriptor, int mode, bool stops) {
    for (const Direction direction : directions)
        if ((mode & mode_of(direction)) != 0) poller_.remove(descriptor, direction);
    if ((mode & ERL_DRV_USE) != 0) poller_.set_used(descriptor, false);
    if (!stops) return;
    // Nothing waits on the descriptor between two steps, so it is safe to close it now: the emulator does the same
    // whenever no other thread polls it.
    if (port.driver->callbacks.stop_select != nullptr) {
        callbacks::stop_select(host_, *port.driver, descriptor);
        return;
    }
    host_.log(fmt::format("Driver does not implement stop_select callback (event={}, private=0x0000000000000000)!",
                          descriptor));
    host_.misuse(Rule::stop_select_missing, no_function, port.id, fmt::format("descriptor {}", descriptor));
}

// Takes interest away without a word to the driver; a descriptor without any is forgotten altogether.
void Io::deselect(int descriptor, int mode) {
    for (const Direction direction : directions)
        if ((mode & mode_of(direction)) != 0) poller_.remove(descriptor, direction);
    const Selected* left = poller_.find(descriptor);
    if (left != nullptr && !left->any()) poller_.set_used(descriptor, false);
}

void Io::descriptor_is_closed(int descriptor) {
    const Selected selected = *poller_.find(descriptor);
    deselect(descriptor, ERL_DRV_READ | ERL_DRV_WRITE);
    if (selected.file) {
        // It was open when it was selected. The kernel forgets it then, and the emulator never hears of it again.
        report_closed(descriptor, selected);
        return;
    }
    const PortId input = selected[Direction::input].port, output = selected[Direction::output].port;
    const char* which = !output ? "input" : !input ? "output" : "input/output";
    const auto names = [this](PortId id) {
        const Port* port = host_.ports().find(id);
        return port == nullptr || port->driver == nullptr
                   ? std::pair<std::string, std::string>("<unknown>", "<unknown>")
                   : std::pair(port->driver->name, port->name);
    };
    const PortId one = input ? input : output;
    if (input && output && input != output)
        host_.log(fmt::format("Bad input/output fd in erts_poll()! fd={}, ports={}/{}, drivers={}/{}, names={}/{}",
                              descriptor, port_text(input), port_text(output), names(input).first, names(output).first,
                              names(input).second, names(output).second));
    else
        host_.log(fmt::format("Bad {} fd in erts_poll()! fd={}, port={}, driver={}, name={}", which, descriptor,
                              port_text(one), names(one).first, names(one).second));
    host_.misuse(Rule::select_of_bad_descriptor, no_function, one,
                 fmt::format("descriptor {} is not open", descriptor));
}

void Io::offer(std::vector<Step>& ready) {
    if (!poller_.empty() && !poller_.round_open())
        for (const int descriptor : poller_.look()) descriptor_is_closed(descriptor);
    ready_.clear();
    poller_.ready(most_offered, ready_);
    for (const auto& [descriptor, direction] : ready_)
        ready.push_back({direction == Direction::input ? Step::Kind::ready_input : Step::Kind::ready_output,
                         static_cast<std::uint64_t>(descriptor)});
}

void Io::after_step(const Step& step) {
    const bool outside = step.kind == Step::Kind::ready_input || step.kind == Step::Kind::ready_output;
    others_first_ = outside && !poller_.round_open();
}

void Io::begin_run() {
    if (!waited_) poller_.rest();
    waited_ = false;
}

bool Io::outside_may_act() const {
    return !poller_.empty() || host_.threads().may_act();
}

void Io::call_ready(int descriptor, Direction direction) {
    poller_.take({descriptor, direction});
    const Selected& selected = *poller_.find(descriptor);
    const Selected::Half half = selected[direction];
    Port* port = host_.ports().find(half.port);
    if (port == nullptr || !port->valid()) {
        host_.log(fmt::format("{}: {}:  driver gone away without deselecting!", port_text(half.port),
                              port == nullptr ? "<unknown>" : port->name));
        deselect(descriptor, mode_of(direction));
        return;
    }
    if (closed_behind(descriptor, selected)) {
        report_closed(descriptor, selected);
        deselect(descriptor, ERL_DRV_READ | ERL_DRV_WRITE);
        return;
    }
    const bool input = direction == Direction::input;
    if ((input ? port->driver->callbacks.ready_input : port->driver->callbacks.ready_output) == nullptr) {
        const std::string name = port->name == port->driver->name ? "" : fmt::format("({}) ", port->name);
        host_.log(fmt::format("{}: {} driver '{}' {}does not implement the ready_{}() callback!", port_text(port->id),
                              input ? "Input" : "Output", port->driver->name, name, word(direction)));
        host_.misuse(Rule::no_ready_callback, no_function, port->id,
                     fmt::format("descriptor {} selected for {}", descriptor, word(direction)));
        deselect(descriptor, mode_of(direction));
        return;
    }
    const bool watched = half.calls > calls_before_watching;
    const auto before = watched ? amount(descriptor, direction) : std::nullopt;
    if (input)
        callbacks::ready_input(host_, *port, descriptor);
    else
        callbacks::ready_output(host_, *port, descriptor);
    if (watched) watch_progress(descriptor, direction, before);
}

void Io::watch_progress(int descriptor, Direction direction, std::optional<int> before) {
    Selected* selected = poller_.find(descriptor);
    if (selected == nullptr || !(*selected)[direction].port) return;
    Selected::Half& half = (*selected)[direction];
    if (before && amount(descriptor, direction) != before) {
        half.calls = 0;
        return;
    }
    if (half.calls < (before ? most_calls_without_effect : most_calls_in_doubt)) return;
    const bool input = direction == Direction::input;
    const char* what = !input        ? "it is writable"
                       : before == 0 ? "the other side is gone"
                                     : "there is something to read";
    host_.misuse(Rule::descriptor_stays_ready, no_function, half.port,
                 fmt::format("descriptor {}: {}, and {} calls of ready_{} in a row changed nothing", descriptor, what,
                             half.calls, word(direction)));
    poller_.mute({descriptor, direction});
}

// What a port leaves selected when its driver is done with it.
void Io::report_selected(const Port& port) {
    for (const int descriptor : poller_.of(port.id))
        leftover(host_, Rule::fd_left_selected, poller_.find(descriptor)->made, port.id,
                 fmt::format("descriptor {}", descriptor));
}

bool Io::wait_outside(std::chrono::milliseconds longest, std::span<const int> also) {
    waited_ = true;
    poller_.prepare_wake();
    bool happened = host_.threads().listen([this] { poller_.wake(); });
    if (!happened) happened = poller_.wait(longest, also);
    host_.threads().listen({});
    return happened;
}

} // namespace ddll::host
