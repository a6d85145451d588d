#include "journal/text.h"

#include "base/text.h"
#include "journal/kinds.h"
#include "journal/visitor.h"
#include "term/external.h"
#include "words/findings.h"

#include <fmt/format.h>

namespace ddll::journal {
namespace {

template <class F, class I>
std::string named_id(const F& lookup, I id) {
    if (lookup) {
        std::string name = lookup(id);
        if (!name.empty()) return name;
    }
    return fmt::format("#{}", id.value);
}

/// Says an event in words.
class TextReader : public Visitor<TextReader, std::string> {
public:
    using Ignores = Kinds<>;

    explicit TextReader(const Names& names) : names_(names) {}

    std::string on(const StepBegun& e) const { return fmt::format("step {}", e.index + 1); }
    std::string on(const StepEnded& e) const { return fmt::format("step {} done", e.index + 1); }
    std::string on(const Called& e) const { return fmt::format("{} calls {}", show(e.process), one_line(e.text)); }
    std::string on(const Returned& e) const {
        const std::string who = show(e.process);
        const char* late = e.late ? " at last" : "";
        switch (e.outcome) {
        case Outcome::blocked:
            return fmt::format("{} waits", who);
        case Outcome::value:
            return fmt::format("{} gets{} {}", who, late, term(e.term));
        default:
            return fmt::format("{} gets{} exception {}: {}", who, late, name(e.outcome), term(e.term));
        }
    }
    std::string on(const Delivered& e) const {
        std::string from;
        if (e.from_port)
            from = " from " + show(e.from_port);
        else if (e.from_process)
            from = " from " + show(e.from_process);
        return fmt::format("{} receives {}{}", show(e.to), term(e.term), from);
    }
    std::string on(const ProcessStarted& e) const {
        return fmt::format("process {} starts{}{}", show(e.process), e.name.empty() ? "" : ": ", one_line(e.name));
    }
    std::string on(const ProcessEnded& e) const {
        return fmt::format("process {} ends: {}", show(e.process), term(e.reason));
    }
    std::string on(const PortOpened& e) const {
        return fmt::format("port {} of driver {} opens for {}: {}", show(e.port), show(e.driver), show(e.owner),
                           one_line(e.name));
    }
    std::string on(const PortClosing& e) const {
        return fmt::format("port {} closes: {}{}", show(e.port), term(e.reason),
                           e.draining ? "; its queue is not empty, so stop comes later" : "");
    }
    std::string on(const PortClosed& e) const { return fmt::format("port {} is closed", show(e.port)); }
    std::string on(const Entered& e) const {
        std::string out = fmt::format("enter {} of driver {}", name(e.callback), show(e.driver));
        if (e.image && names_.image) out += fmt::format(" ({})", show(e.image));
        if (e.port) out += ", port " + show(e.port);
        if (e.caller) out += ", for " + show(e.caller);
        switch (e.callback) {
        case Callback::start:
            return out + ": " + one_line(e.data);
        case Callback::control:
        case Callback::call:
            return out + fmt::format(": command {}, {}", e.a, bytes_text(e.data));
        case Callback::output:
        case Callback::outputv:
            return out + fmt::format(": {} bytes, {}", e.a, bytes_text(e.data));
        case Callback::ready_input:
        case Callback::ready_output:
        case Callback::stop_select:
            return out + fmt::format(": descriptor {}", e.a);
        default:
            return out;
        }
    }
    std::string on(const Left& e) const {
        return fmt::format("leave {}{}{}: {}", name(e.callback), e.port ? ", port " : "", e.port ? show(e.port) : "",
                           e.result);
    }
    std::string on(const ApiCalled& e) const {
        return fmt::format("{}({}{}{}, {}) -> {}", name(e.function), e.port ? show(e.port) : "", e.port ? ", " : "",
                           e.a, e.b, e.result);
    }
    std::string on(const DriverChanged& e) const {
        return fmt::format("driver {} is {}, {}: {} port{}, {} hold{}, {} load{}",
                           e.name.empty() ? show(e.driver) : one_line(e.name), name(e.presence), name(e.status),
                           e.ports, s(e.ports), e.holds, s(e.holds), e.loads, s(e.loads));
    }
    std::string on(const ImageOpened& e) const {
        return fmt::format("library {} opened as image {} of driver {}{}{}", one_line(e.path), show(e.image),
                           show(e.driver), e.was_mapped ? ", which had never left memory" : "",
                           e.differs ? ", and it is not the file of that name any more" : "");
    }
    std::string on(const ImageFailed& e) const {
        return fmt::format("library {} of driver {} cannot be used: {}: {}", one_line(e.path), show(e.driver),
                           name(e.kind), one_line(e.text));
    }
    std::string on(const ImageClosed& e) const {
        return fmt::format("image {} of driver {} closed{}", show(e.image), show(e.driver),
                           e.gone ? "" : ", but it stays in memory");
    }
    std::string on(const Reloaded& e) const {
        return fmt::format("driver {} reloaded: image {} after {}; the new file {}, the old code {}", show(e.driver),
                           show(e.after), show(e.before), e.new_runs ? "runs" : "does not run",
                           e.old_gone ? "is gone" : "stays in memory");
    }
    std::string on(const FileInstalled& e) const {
        return fmt::format("file {} installed by {}{}{}", one_line(e.path), name(e.how), e.version.empty() ? "" : ": ",
                           one_line(e.version));
    }
    std::string on(const ClockAdvanced& e) const { return "time goes on by " + to_string(Duration{e.by_ns}); }
    std::string on(const Awaited& e) const {
        return fmt::format("waits for the outside world, at most {} of real time: another run may differ",
                           to_string(Duration{e.longest_ns}));
    }
    std::string on(const PeerActed& e) const { return fmt::format("peer {} {}", one_line(e.peer), one_line(e.what)); }
    std::string on(const PeerReceived& e) const {
        return fmt::format("peer {} receives {}", one_line(e.peer), term(e.term));
    }
    std::string on(const NumberChosen& e) const {
        return fmt::format("{} is a number that the system chose: {}", one_line(e.name), e.number);
    }
    std::string on(const Misused& e) const {
        std::string out = fmt::format("misuse {}", name(e.rule));
        if (e.function != ApiFunction::none) out += fmt::format(" in {}", name(e.function));
        if (e.port) out += ", port " + show(e.port);
        if (!e.detail.empty()) out += ": " + one_line(e.detail);
        return out;
    }
    std::string on(const ClearedAway& e) const { return "gone " + cleared_text(e, names_); }
    std::string on(const LeftBehind& e) const {
        return fmt::format("left behind by {}: {}", show(e.driver), one_line(e.text));
    }
    std::string on(const EntrySeen& e) const {
        return fmt::format("entry of {}: version {}.{}, flags {:#x}", show(e.driver), e.major, e.minor, e.flags);
    }
    std::string on(const TookLong& e) const {
        return fmt::format("{} of {} took long", name(e.callback), show(e.driver));
    }
    std::string on(const Logged& e) const { return "log: " + one_line(e.text); }
    std::string on(const Mismatched& e) const {
        return fmt::format("step {} does not hold: {}: expected {}, got {}", e.index + 1, one_line(e.what),
                           one_line(e.expected), one_line(e.got));
    }
    std::string on(const StepFailed& e) const {
        return fmt::format("step {} failed: {}", e.index + 1, one_line(e.text));
    }
    std::string on(const Bound& e) const { return fmt::format("{} = {}", one_line(e.name), term(e.term)); }
    std::string on(const ThreadStarted& e) const {
        return fmt::format("thread {}{} made by {}", e.thread, e.name.empty() ? "" : " \"" + one_line(e.name) + "\"",
                           e.driver ? "driver " + show(e.driver) : name(e.kind));
    }
    std::string on(const ThreadWaits& e) const {
        return fmt::format("{} waits for {}", thread_text(e.thread), one_line(e.text));
    }
    std::string on(const ThreadRuns& e) const { return thread_text(e.thread) + " goes on"; }
    std::string on(const ThreadEnded& e) const { return thread_text(e.thread) + " ends"; }
    std::string on(const ThreadLeftAlone& e) const {
        return fmt::format("{} waits outside of the driver API and runs by itself from here on: another run may differ",
                           thread_text(e.thread));
    }
    std::string on(const Deadlocked& e) const { return "deadlock: " + one_line(e.text); }
    std::string on(const Ended&) const { return "end of the story"; }

private:
    static std::string thread_text(std::uint16_t thread) {
        return thread == 0 ? "the emulator thread" : fmt::format("thread {}", thread);
    }
    template <class I>
    std::string show(I id) const {
        return text_of(id, names_);
    }
    std::string term(std::string_view external) const { return term_text(external, entry().cut, names_); }
    static const char* s(std::uint32_t n) { return n == 1 ? "" : "s"; }

    const Names& names_;
};

} // namespace

std::string text_of(ProcessId process, const Names& names) {
    return process ? term::print(term::Term::pid(process.value), names.terms) : "nobody";
}

std::string text_of(PortId port, const Names& names) {
    return port ? term::print(term::Term::port(port.value), names.terms) : "none";
}

std::string text_of(DriverId driver, const Names& names) {
    return driver ? named_id(names.driver, driver) : "none";
}

std::string text_of(ImageId image, const Names& names) {
    return image ? named_id(names.image, image) : "none";
}

std::string term_text(std::string_view external, bool cut, const Names& names) {
    if (external.empty()) return "nothing";
    if (const auto decoded = term::decode(external)) return term::print(decoded->term, names.terms);
    if (cut) return fmt::format("(a term of more than {} bytes)", payload_limit);
    return fmt::format("(no term: {} bytes)", external.size());
}

std::string bytes_text(std::string_view bytes, std::size_t shown) {
    std::string out = term::print(term::Term::binary(bytes.substr(0, shown)));
    if (bytes.size() > shown) out += "...";
    return out;
}

std::string one_line(std::string_view text) {
    const std::string utf8 = valid_utf8(text) ? std::string(text) : latin1_to_utf8(text);
    constexpr std::string_view controls = "\n\r\t", letters = "nrt";
    std::string out;
    out.reserve(utf8.size());
    for (const char c : utf8) {
        if (const auto at = controls.find(c); at != controls.npos)
            out += {'\\', letters[at]};
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            out += fmt::format("\\x{{{:x}}}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    return out;
}

std::string cleared_text(const ClearedAway& event, const Names& names) {
    std::string out = fmt::format("with port {}: {}", text_of(event.port, names), one_line(event.what));
    if (event.function != ApiFunction::none) out += fmt::format(", made by {}", name(event.function));
    return out;
}

std::string event_text(const Entry& entry, const Names& names) {
    std::string out = TextReader(names).read(entry);
    if (entry.cut) out += fmt::format(" (cut at {} bytes)", payload_limit);
    return out;
}

std::string to_text(const Entry& entry, const Names& names) {
    std::string thread;
    if (entry.thread != 0) thread = fmt::format(" thread {}:", entry.thread);
    return fmt::format("#{} +{}{} {}", entry.seq, to_string(Duration{entry.time.ns}), thread, event_text(entry, names));
}

} // namespace ddll::journal
