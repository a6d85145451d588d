// Which thread waits for which, and what to say when that goes round in a circle.
#include "host/threads/thread_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace ddll::host {
namespace {

// Those that a blocked thread waits for, as far as that can be known.
std::vector<Thread*> awaited_by(const Thread& thread) {
    if (thread.state != Thread::State::blocked) return {};
    if (thread.wait.thread != nullptr) return {thread.wait.thread};
    if (thread.wait.object == nullptr || thread.wait.kind == WaitFor::Kind::condition) return {};
    return thread.wait.object->holders;
}

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

} // namespace

bool waits_for_itself(const Thread& start, const Thread& emulator) {
    std::vector<const Thread*> seen{&start};
    for (std::size_t i = 0; i < seen.size(); ++i) {
        for (const Thread* next : awaited_by(*seen[i])) {
            if (next == &start) return std::find(seen.begin(), seen.end(), &emulator) == seen.end();
            if (std::find(seen.begin(), seen.end(), next) == seen.end()) seen.push_back(next);
        }
    }
    return false;
}

std::string waits_for(const Thread& thread) {
    const WaitFor& wait = thread.wait;
    if (wait.thread != nullptr) return "the end of " + (wait.thread == &thread ? "itself" : who(*wait.thread));
    return fmt::format("{} \"{}\"{}", name(wait.object->kind), wait.object->name, holders_text(*wait.object, thread));
}

std::string situation(std::span<Thread* const> waiting) {
    std::string text;
    for (const Thread* thread : waiting) {
        if (thread->state != Thread::State::blocked || thread->wait.kind == WaitFor::Kind::job) continue;
        text += (text.empty() ? "" : "; ") + who(*thread) + " waits for ";
        text += waits_for(*thread);
        if (thread->wait.kind == WaitFor::Kind::condition) text += ", which nobody is left to signal";
    }
    return text;
}

} // namespace ddll::host
