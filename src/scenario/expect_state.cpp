// Compares the state of a driver with what the scenario says of it.
#include "scenario/expectations.h"
#include "scenario/observer.h"

#include "lifecycle/info.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::scenario {

using lifecycle::Presence;
using term::Term;

namespace {

const char* yes_no(bool b) {
    return b ? "true" : "false";
}

// Drivers that are part of the emulator have no entry in the journal, nor has what takes one of them away.
const DriverView* find(const ExpectStep& step, const Observer& observer, const ExpectScope& scope) {
    static const DriverView linked_in{"", Presence::linked_in, {}, 0, 0, {}, {}, {}};
    const DriverView* known = observer.drivers().find(step.driver);
    if (known != nullptr && known->presence == Presence::dynamic) return known;
    const auto asked = scope.call("erl_ddll", "info", {Term::string(step.driver), Term::atom("linked_in_driver")});
    if (asked.kind != term::Evaluated::Kind::value || !asked.value.is_atom("true")) return nullptr;
    return known != nullptr ? known : &linked_in;
}

// What besides its users keeps the code: ports, then jobs.
std::vector<Term> holders(const DriverView& driver) {
    std::vector<Term> all;
    for (const PortId port : driver.ports) all.push_back(Term::port(port.value));
    if (driver.jobs > 0) all.push_back(term::make_tuple(Term::atom("async"), Term::integer(driver.jobs)));
    return all;
}

class StateCheck {
public:
    StateCheck(const ExpectStep& step, const Observer& observer, const ExpectScope& scope)
        : step_(step), observer_(observer), scope_(scope), driver_(find(step, observer, scope)),
          replacement_(observer.drivers().replacement(step.driver)) {}

    std::vector<Mismatch> run() {
        if (step_.status) compare("status", *step_.status, status_word());
        if (step_.forced)
            compare("forced", yes_no(*step_.forced), yes_no(driver_ != nullptr && lifecycle::forced(driver_->status)));
        if (step_.image) compare("image", *step_.image, image());
        if (step_.replaced) replaced();
        if (step_.unloaded) unloaded();
        if (step_.port_count)
            compare("port_count", fmt::to_string(*step_.port_count),
                    driver_ != nullptr ? fmt::to_string(driver_->port_count) : "(not loaded)");
        if (step_.held_by) held_by();
        if (step_.users) users();
        return std::move(out_);
    }

private:
    void compare(std::string_view what, std::string expected, std::string got) {
        if (expected != got) out_.push_back({fmt::format("expect {}", what), std::move(expected), std::move(got)});
    }

    const char* status_word() const {
        lifecycle::DriverRecord record;
        if (driver_ != nullptr) {
            record.presence = driver_->presence;
            record.status = driver_->status;
        }
        return lifecycle::state_word(record);
    }

    std::string image() const {
        if (driver_ == nullptr || !driver_->image) return "(no code is loaded)";
        const std::string version = observer_.version(driver_->image);
        return version.empty() ? "(a file that is none of the scenario's versions)" : version;
    }

    void replaced() {
        const bool did =
            replacement_ != nullptr && replacement_->reloaded && replacement_->old_gone && replacement_->new_runs;
        std::string got = yes_no(did);
        if (replacement_ == nullptr || !replacement_->reloaded)
            got = "false: the driver was not reloaded";
        else if (!replacement_->new_runs)
            got = fmt::format("false: {} is what runs, the old library never left memory", image());
        else if (!replacement_->old_gone)
            got = "false: the new file runs, but the old library is still in memory";
        if (did != *step_.replaced) compare("replaced", yes_no(*step_.replaced), got);
    }

    void unloaded() {
        const bool present = driver_ != nullptr;
        const bool did = !present && replacement_ != nullptr && replacement_->old_gone;
        std::string got = yes_no(did);
        if (present)
            got = "false: the driver is loaded";
        else if (replacement_ == nullptr)
            got = "false: it never was loaded";
        else if (!replacement_->old_gone)
            got = "false: the library is still in memory";
        if (did != *step_.unloaded) compare("unloaded", yes_no(*step_.unloaded), got);
    }

    void held_by() {
        std::vector<Term> got = driver_ != nullptr ? holders(*driver_) : std::vector<Term>();
        std::vector<Term> left = got;
        std::string expected;
        bool same = true;
        for (const Text& text : *step_.held_by) {
            expected += (expected.empty() ? "" : ", ") + term::print(*text.expr);
            const auto it = std::find_if(left.begin(), left.end(), [&](const Term& holder) {
                return term::match(*text.expr, holder, scope_.bindings, scope_.call);
            });
            if (it == left.end())
                same = false;
            else
                left.erase(it);
        }
        if (same && left.empty()) return;
        std::string shown;
        for (const Term& holder : got) shown += (shown.empty() ? "" : ", ") + scope_.show(holder);
        out_.push_back({"expect held_by", "[" + expected + "]", "[" + shown + "]"});
    }

    void users() {
        const auto shown = [](const auto& users) {
            std::string out = "{";
            for (const auto& [name, count] : users)
                out += fmt::format("{}{}: {}", out.size() == 1 ? "" : ", ", name, count);
            return out + "}";
        };
        std::vector<std::pair<std::string, std::uint32_t>> wanted = *step_.users;
        std::sort(wanted.begin(), wanted.end());
        compare("users", shown(wanted), driver_ != nullptr ? shown(driver_->users) : "{}");
    }

    const ExpectStep& step_;
    const Observer& observer_;
    const ExpectScope& scope_;
    const DriverView* driver_; ///< null: not loaded
    const Replacement* replacement_;
    std::vector<Mismatch> out_;
};

} // namespace

std::vector<Mismatch> check_state(const ExpectStep& step, const Observer& observer, const ExpectScope& scope) {
    return StateCheck(step, observer, scope).run();
}

} // namespace ddll::scenario
