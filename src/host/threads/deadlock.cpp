// Who waits for whom, and what to say when that goes round in a circle.
#include "host/threads/threads.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::host {

// Those that a blocked thread waits for, as far as that can be known.
std::vector<Thread*> Threads::awaited_by(const Thread& thread) {
    if (thread.state != Thread::State::blocked) return {};
    if (thread.wait.thread != nullptr) return {thread.wait.thread};
    if (thread.wait.object == nullptr || thread.wait.kind == WaitFor::Kind::condition) return {};
    return thread.wait.object->holders;
}

// A lock that is held by a thread that waits, in the end, for the one that wants the lock.
void Threads::look_for_cycle(const Thread& start) {
    std::vector<const Thread*> seen{&start};
    for (std::size_t i = 0; i < seen.size(); ++i) {
        for (const Thread* next : awaited_by(*seen[i])) {
            if (next == &start) {
                // With the emulator in it nothing goes on, and that is told when it has come to that.
                if (std::find(seen.begin(), seen.end(), &emulator_) == seen.end()) cycle(situation());
                return;
            }
            if (std::find(seen.begin(), seen.end(), next) == seen.end()) seen.push_back(next);
        }
    }
}

namespace {

std::string who(const Thread& thread) {
    if (thread.kind == ThreadKind::emulator) return "the emulator thread";
    return fmt::format("thread {} \"{}\"", thread.number, thread.name);
}

std::string holders_text(const Lockable& object, const Thread& waiting) {
    std::string text;
    for (const Thread* holder : object.holders)
        text += (text.empty() ? ", held by " : " and ") + (holder == &waiting ? "itself" : who(*holder));
    return text;
}

std::string text_of(const WaitFor& wait, const Thread& waiting) {
    if (wait.thread != nullptr) return "the end of " + (wait.thread == &waiting ? "itself" : who(*wait.thread));
    return fmt::format("{} \"{}\"{}", name(wait.object->kind), wait.object->name, holders_text(*wait.object, waiting));
}

} // namespace

std::string Threads::waits_for(const Thread& thread) {
    return text_of(thread.wait, thread);
}

// "the emulator thread waits for mutex "a", held by thread 1 "worker"; thread 1 "worker" waits for ..."
std::string Threads::situation() const {
    std::string text;
    for (const Thread* thread : waiting_) {
        if (thread->state != Thread::State::blocked || thread->wait.kind == WaitFor::Kind::job) continue;
        text += (text.empty() ? "" : "; ") + who(*thread) + " waits for ";
        text += waits_for(*thread);
        if (thread->wait.kind == WaitFor::Kind::condition) text += ", which nobody is left to signal";
    }
    return text;
}

} // namespace ddll::host
