#include "host/host.h"

#include <algorithm>

namespace ddll::host {
namespace {

// The emulator fails to open an optional library when it starts, so that this text already has number -10.
constexpr const char* first_open_error = "cannot open shared object file: No such file or directory";

} // namespace

Host::Host(Options options, journal::Journal& journal, Chooser& chooser)
    : options_(std::move(options)), journal_(journal), chooser_(chooser), next_port_(options_.first_port) {
    journal_.set_time(now_);
    if (options_.open_error_preset) error_texts_.emplace_back(first_open_error);
    for (const std::string& name : options_.linked_in)
        make_driver(name, true).record.presence = lifecycle::Presence::linked_in;
}

Host::~Host() = default;

void Host::note_foreign_call(std::uint16_t function) {
    const std::lock_guard guard(foreign_lock_);
    foreign_calls_.push_back(function);
    has_foreign_calls_ = true;
}

void Host::journal_foreign_calls() {
    const std::lock_guard guard(foreign_lock_);
    for (const std::uint16_t function : foreign_calls_) misuse(Misuse::wrong_thread, function, {}, "");
    foreign_calls_.clear();
    has_foreign_calls_ = false;
}

std::int64_t Host::unique_now(std::int64_t epoch_us) {
    last_now_us_ = std::max(last_now_us_ + 1, epoch_us + now_.ns / 1000);
    return last_now_us_;
}

} // namespace ddll::host
