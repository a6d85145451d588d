#include "scenario/expect_state.h"

#include "lifecycle/info.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::scenario {

using lifecycle::Presence;
using lifecycle::Status;
using term::Term;

namespace {

const char* status_word(const host::Driver* driver) {
    return driver == nullptr ? "not_loaded" : lifecycle::state_word(driver->record);
}

const char* yes_no(bool b) {
    return b ? "true" : "false";
}

// What besides its users keeps the code: ports, then jobs.
std::vector<Term> holders(const host::Driver& driver) {
    std::vector<Term> all;
    for (const host::Port* port = driver.first_port; port != nullptr; port = port->siblings.next)
        all.push_back(Term::port(port->id.value));
    if (driver.jobs > 0) all.push_back(term::make_tuple(Term::atom("async"), Term::integer(driver.jobs)));
    return all;
}

class StateCheck {
public:
    StateCheck(const ExpectStep& step, const host::Host& host, const Observer& observer, const ExpectScope& context)
        : step_(step), observer_(observer), context_(context), driver_(host.drivers().find(step.driver)),
          proof_(host.drivers().proof(step.driver)) {}

    std::vector<Mismatch> run() {
        if (step_.status) compare("status", *step_.status, status_word(driver_));
        if (step_.forced)
            compare("forced", yes_no(*step_.forced),
                    yes_no(driver_ != nullptr && lifecycle::forced(driver_->record.status)));
        if (step_.image) compare("image", *step_.image, image());
        if (step_.replaced) replaced();
        if (step_.unloaded) unloaded();
        if (step_.port_count)
            compare("port_count", fmt::to_string(*step_.port_count),
                    driver_ == nullptr ? "(not loaded)" : fmt::to_string(driver_->record.port_count));
        if (step_.held_by) held_by();
        if (step_.users) users();
        return std::move(out_);
    }

private:
    void compare(std::string_view what, std::string expected, std::string got) {
        if (expected != got) out_.push_back({fmt::format("expect {}", what), std::move(expected), std::move(got)});
    }

    std::string image() const {
        if (driver_ == nullptr || !driver_->image) return "(no code is loaded)";
        const std::string version = observer_.version(driver_->image_id);
        return version.empty() ? "(a file that is none of the scenario's versions)" : version;
    }

    void replaced() {
        const bool did = proof_ != nullptr && proof_->reloaded && proof_->old_gone && proof_->new_runs;
        std::string got = yes_no(did);
        if (proof_ == nullptr || !proof_->reloaded)
            got = "false: the driver was not reloaded";
        else if (!proof_->new_runs)
            got = fmt::format("false: {} is what runs, the old library never left memory", image());
        else if (!proof_->old_gone)
            got = "false: the new file runs, but the old library is still in memory";
        if (did != *step_.replaced) compare("replaced", yes_no(*step_.replaced), got);
    }

    void unloaded() {
        const bool present = driver_ != nullptr && driver_->record.presence != Presence::absent;
        const bool did = !present && proof_ != nullptr && proof_->old_gone;
        std::string got = yes_no(did);
        if (present)
            got = "false: the driver is loaded";
        else if (proof_ == nullptr)
            got = "false: it never was loaded";
        else if (!proof_->old_gone)
            got = "false: the library is still in memory";
        if (did != *step_.unloaded) compare("unloaded", yes_no(*step_.unloaded), got);
    }

    void held_by() {
        std::vector<Term> got = driver_ == nullptr ? std::vector<Term>() : holders(*driver_);
        std::vector<Term> left = got;
        std::string expected;
        bool same = true;
        for (const Text& text : *step_.held_by) {
            expected += (expected.empty() ? "" : ", ") + term::print(*text.expr);
            const auto it = std::find_if(left.begin(), left.end(), [&](const Term& holder) {
                return term::match(*text.expr, holder, context_.bindings, context_.call);
            });
            if (it == left.end())
                same = false;
            else
                left.erase(it);
        }
        if (same && left.empty()) return;
        std::string shown;
        for (const Term& holder : got) shown += (shown.empty() ? "" : ", ") + context_.show(holder);
        out_.push_back({"expect held_by", "[" + expected + "]", "[" + shown + "]"});
    }

    void users() {
        std::string expected, got;
        std::vector<std::pair<std::string, std::uint32_t>> wanted = *step_.users;
        std::sort(wanted.begin(), wanted.end());
        for (const auto& [name, count] : wanted)
            expected += fmt::format("{}{}: {}", expected.empty() ? "" : ", ", name, count);
        for (const auto& [name, id] : context_.processes) {
            const std::uint32_t count = driver_ == nullptr ? 0 : lifecycle::loads_of(driver_->record, id);
            if (count > 0) got += fmt::format("{}{}: {}", got.empty() ? "" : ", ", name, count);
        }
        compare("users", "{" + expected + "}", "{" + got + "}");
    }

    const ExpectStep& step_;
    const Observer& observer_;
    const ExpectScope& context_;
    const host::Driver* driver_;
    const host::Drivers::Proof* proof_;
    std::vector<Mismatch> out_;
};

} // namespace

std::vector<Mismatch> check_state(const ExpectStep& step, const host::Host& host, const Observer& observer,
                                  const ExpectScope& context) {
    return StateCheck(step, host, observer, context).run();
}

} // namespace ddll::scenario
