#include "host/host.h"

#include "isolate/crash.h"

#include <algorithm>

namespace ddll::host {
namespace {

// The emulator fails to open an optional library when it starts, so that this text already has number -10.
constexpr const char* first_open_error = "cannot open shared object file: No such file or directory";

} // namespace

Host::Host(Options options, journal::Journal& journal, Chooser& chooser)
    : options_(std::move(options)), journal_(journal), chooser_(chooser),
      threads_(new Threads(journal, chooser, options_.threads)), sync_(*threads_), next_port_(options_.first_port) {
    threads_->deadlock = [this](const std::string& text) {
        misuse(Rule::deadlock, no_function, {}, text);
        journal_.write(journal::Deadlocked{text});
        isolate::finish();
    };
    threads_->relief = [this] {
        bool any = false;
        for (const auto& pool : pool_) {
            if (pool->jobs.empty() || pool->busy) continue;
            pool->busy_until = now_;
            any = true;
        }
        give_work();
        return any;
    };
    threads_->cycle = [this](const std::string& text) { misuse(Rule::deadlock, no_function, {}, text); };
    journal_.set_time(now_);
    if (options_.open_error_preset) error_texts_.emplace_back(first_open_error);
    for (const std::string& name : options_.linked_in)
        make_driver(name, true).record.presence = lifecycle::Presence::linked_in;
}

Host::~Host() = default;

std::int64_t Host::unique_now(std::int64_t epoch_us) {
    last_now_us_ = std::max(last_now_us_ + 1, epoch_us + now_.ns / 1000);
    return last_now_us_;
}

} // namespace ddll::host
