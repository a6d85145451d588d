/// Long random stories about one driver and three processes, played by a host that knows nothing but the effects.
#include "unit/lifecycle/samples.h"

#include <algorithm>
#include <cstdlib>
#include <doctest/doctest.h>
#include <map>
#include <rapidcheck.h>
#include <set>

namespace ddll::lifecycle::test {

namespace {

class Story {
public:
    /// `kill_ports`: what most loads of this story ask for.
    explicit Story(bool kill_ports) : kill_ports_(kill_ports) {}

    void step(std::uint32_t bits) {
        const ProcessId who{take(bits, 3) + 1};
        lock_in_stop_ = take(bits, 40) == 0;
        bad_image_ = take(bits, 4) == 0;
        const bool other_option = take(bits, 6) == 0;
        switch (take(bits, 12)) {
        case 0:
        case 1:
            return load(who, bits, other_option, std::nullopt);
        case 2:
            return load(who, bits, other_option, option(bits));
        case 3:
        case 4:
            return ask(request::Unload{who, take(bits, 4) == 0, option(bits), mint(who)});
        case 5:
            return monitor(who, take(bits, 3));
        case 6:
            return demonitor(who, bits);
        case 7:
            return exit(who);
        case 8:
        case 9:
            return open_port();
        case 10:
            return close_port();
        default:
            return take(bits, 3) == 0 ? settle() : job(bits);
        }
    }

    /// The end of a time slice: stopped ports are freed, then the queued collects run.
    void settle() {
        while (stopped_ports_ > 0 || collect_queued_) {
            if (stopped_ports_ > 0) {
                --stopped_ports_;
                ask(request::HoldReleased{});
            } else {
                collect_queued_ = false;
                ask(request::Collect{});
            }
        }
    }

    /// A record that waits for nothing has its collect queued: none is ever forgotten.
    void expect_no_lost_collect() const {
        const bool pending =
            record_.presence == Presence::dynamic && (unloading(record_.status) || reloading(record_.status));
        RC_ASSERT(!pending || holds(record_) > 0 || collect_queued_);
    }

    /// Everything ends; whoever still waits for something must have been told.
    void finish() {
        while (open_ports_ > 0) close_port();
        while (jobs_ > 0) {
            --jobs_;
            ask(request::HoldReleased{});
        }
        settle();
        lock_in_stop_ = false;
        for (const ProcessId who : {a, b, c}) leave(who);
        settle();
        const bool locked = record_.presence == Presence::dynamic;
        RC_ASSERT(!locked || record_.status == Status::permanent);
        RC_ASSERT(locked == image_open_);
        RC_ASSERT(waiting_.empty());
    }

private:
    static std::uint32_t take(std::uint32_t& bits, std::uint32_t range) {
        const std::uint32_t value = bits % range;
        bits /= range;
        return value;
    }
    static std::optional<PendingOption> option(std::uint32_t& bits) {
        const std::uint32_t value = take(bits, 3);
        if (value == 0) return std::nullopt;
        return value == 1 ? PendingOption::pending : PendingOption::pending_driver;
    }
    RefId mint(ProcessId who) {
        const RefId ref{++minted_};
        owner_[ref] = who;
        return ref;
    }

    void load(ProcessId who, std::uint32_t bits, bool other_option, std::optional<PendingOption> reload) {
        const std::string path = take(bits, 3) == 0 ? new_path : old_path;
        ask(request::Load{who, path, kill_ports_ != other_option, reload, option(bits), mint(who)});
    }
    void monitor(ProcessId who, std::uint32_t when) {
        const RefId ref = mint(who);
        const std::size_t before = told_.size();
        ask(request::Monitor{who, static_cast<MonitorWhen>(when), ref});
        RC_ASSERT((told_.size() == before + 1) != (waiting_.count(ref) == 1));
    }
    void demonitor(ProcessId who, std::uint32_t bits) {
        if (minted_ == 0) return;
        const RefId ref{bits % minted_ + 1};
        ask(request::Demonitor{who, ref});
        if (owner_[ref] == who) waiting_.erase(ref);
    }
    /// An exit ends the step, and somebody new comes in his place.
    void exit(ProcessId who) {
        leave(who);
        settle();
    }
    void leave(ProcessId who) {
        std::erase_if(waiting_, [&](RefId ref) { return owner_[ref] == who; });
        ask(request::ProcessExit{who});
    }
    void open_port() {
        if (!opens_ports(record_)) return;
        RC_ASSERT(image_open_);
        ++open_ports_;
        ask(request::PortOpened{});
    }
    void close_port() {
        if (open_ports_ == 0) return;
        if (lock_in_stop_) ask(request::LockDriver{});
        --open_ports_;
        ++stopped_ports_;
        ask(request::PortStopped{});
    }
    void job(std::uint32_t bits) {
        if (take(bits, 2) == 0 && open_ports_ > 0) {
            ++jobs_;
            ask(request::HoldAdded{});
        } else if (jobs_ > 0) {
            --jobs_;
            ask(request::HoldReleased{});
        }
    }

    void ask(const Request& request) {
        const Decision decision = decide(record_, request);
        const Reply reply = decision.reply;
        const bool was_reloading = record_.presence == Presence::dynamic && reloading(record_.status);
        record_ = decision.next;
        RC_ASSERT(malformed(record_).empty());
        for (const UserEntry& entry : record_.entries) {
            if (entry.kind != EntryKind::loaded) {
                RC_ASSERT(told_.count(entry.ref) == 0U);
                waiting_.insert(entry.ref);
            }
        }
        for (const Effect& effect : decision.effects) carry_out(effect, request, was_reloading);
        RC_ASSERT(record_.port_count == open_ports_ || record_.presence == Presence::absent);
        RC_ASSERT(record_.other_holds == open_ports_ + stopped_ports_ + jobs_ || record_.presence == Presence::absent);
        if (std::holds_alternative<request::Unload>(request) || std::holds_alternative<request::Load>(request))
            expect_reference_lives(reply);
    }

    /// A reference in a reply belongs to a wait, unless the driver was locked while its ports were killed.
    void expect_reference_lives(const Reply& reply) {
        const auto* ok = std::get_if<reply::Ok>(&reply);
        if (ok == nullptr || !ok->ref) return;
        const bool locked = record_.presence == Presence::dynamic && record_.status == Status::permanent;
        RC_ASSERT(locked != (waiting_.count(ok->ref) == 1));
    }

    void carry_out(const Effect& effect, const Request& cause, bool was_reloading) {
        if (const auto* send = std::get_if<effect::Send>(&effect)) {
            RC_ASSERT(told_.insert(send->ref).second);
            RC_ASSERT(owner_[send->ref] == send->to);
            RC_ASSERT(send->at_once || waiting_.erase(send->ref) == 1U);
        } else if (std::holds_alternative<effect::FinishAndClose>(effect)) {
            RC_ASSERT(image_open_);
            RC_ASSERT(open_ports_ + stopped_ports_ + jobs_ == 0U);
            image_open_ = false;
        } else if (std::holds_alternative<effect::KillPorts>(effect)) {
            RC_ASSERT(open_ports_ > 0U);
            while (open_ports_ > 0) close_port();
            lock_in_stop_ = false;
        } else if (std::holds_alternative<effect::QueueCollect>(effect)) {
            collect_queued_ = true;
        } else if (const auto* next = std::get_if<effect::Continue>(&effect)) {
            ask(next->next);
        } else if (const auto* open = std::get_if<effect::OpenImage>(&effect)) {
            open_image(*open, cause, was_reloading);
        }
    }

    void open_image(const effect::OpenImage& open, const Request& cause, bool was_reloading) {
        RC_ASSERT(!image_open_);
        image_open_ = !bad_image_;
        const LoadError error{LoadError::Kind::driver_init_failed, 0};
        if (was_reloading) return bad_image_ ? ask(request::ReloadFailed{error}) : ask(request::ReloadOpened{});
        const auto& load = std::get<request::Load>(cause);
        RC_ASSERT(load.path == open.path);
        if (bad_image_)
            ask(request::LoadFailed{error});
        else
            ask(request::LoadOpened{load.process, load.path, load.kill_ports});
    }

    const bool kill_ports_;
    DriverRecord record_;
    bool image_open_ = false;
    bool collect_queued_ = false;
    std::uint32_t open_ports_ = 0;
    std::uint32_t stopped_ports_ = 0; ///< their structures still exist
    std::uint32_t jobs_ = 0;
    std::uint64_t minted_ = 0;
    std::map<RefId, ProcessId> owner_;
    std::set<RefId> waiting_;
    std::set<RefId> told_;
    bool lock_in_stop_ = false;
    bool bad_image_ = false;
};

} // namespace

TEST_CASE("random stories keep every promise") {
    // The same stories every time; set RC_PARAMS to see others.
    setenv("RC_PARAMS", "seed=20240517 max_success=2000 max_size=120", 0);
    CHECK(rc::check("one driver, three processes", [](bool kill_ports) {
        const auto steps = *rc::gen::container<std::vector<std::uint32_t>>(
            rc::gen::resize(100, rc::gen::inRange<std::uint32_t>(0, UINT32_MAX)));
        Story story(kill_ports);
        for (const std::uint32_t step : steps) {
            story.step(step);
            story.expect_no_lost_collect();
        }
        story.finish();
    }));
}

} // namespace ddll::lifecycle::test
