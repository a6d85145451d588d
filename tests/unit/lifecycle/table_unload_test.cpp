#include "unit/lifecycle/table.h"

namespace ddll::lifecycle::test {

using effect::What;

namespace {

reply::Ok pending_process_reply(RefId ref = {}) {
    return {OkStatus::pending_process, ref};
}
reply::Ok pending_driver_reply(RefId ref = {}) {
    return {OkStatus::pending_driver, ref};
}

constexpr request::AddWait then_wait(ProcessId process) {
    return {EntryKind::wait_unload, process, fresh};
}

} // namespace

TEST_CASE("unload is refused") {
    const DriverRecord used = Driver(Status::ok, {loaded(a)}).ports(1);
    check_rows({
        refusal("4 absent, unload", absent(), unload(a), Refusal::not_loaded),
        refusal("5 linked in, unload", linked_in(), unload(a, pending, true), Refusal::linked_in_driver),
        refusal("6 permanent, unload", Driver(Status::permanent).kill().ports(1), unload(a, pending, true),
                Refusal::permanent),
        refusal("15 ok, a stranger", used, unload(b, pending, true), Refusal::not_loaded_by_this_process),
        refusal("27 reload, a stranger", Driver(Status::reload, {released(a)}).ports(1), unload(b),
                Refusal::not_loaded_by_this_process),
        refusal("27 forced_reload, a stranger", Driver(Status::forced_reload, {released(a)}).kill(), unload(b),
                Refusal::not_loaded_by_this_process),
    });
}

TEST_CASE("unload while others stay") {
    const DriverRecord used = Driver(Status::ok, {loaded(a), wait_only(c, 1), loaded(b), loaded(a)}).kill().ports(1);
    check_rows({
        {"16 the newest load goes, ports live",
         used,
         unload(a, {}, true),
         pending_process_reply(),
         Driver(Status::ok, {wait_only(c, 1), loaded(b), loaded(a)}).kill().ports(1),
         {},
         enrols},
        {"16 monitor pending_driver gives no reference",
         used,
         unload(b, pending_driver),
         pending_process_reply(),
         Driver(Status::ok, {loaded(a), wait_only(c, 1), loaded(a)}).kill().ports(1),
         {},
         enrols},
        {"16 monitor pending gives one",
         used,
         unload(b, pending),
         pending_process_reply(fresh),
         Driver(Status::ok, {wait_unload(b, 99), loaded(a), wait_only(c, 1), loaded(a)}).kill().ports(1),
         {},
         enrols},
        {"28 reload, the requester leaves",
         Driver(Status::reload, {released(b), wait_load(a, 1), released(a)}).ports(1),
         unload(a),
         pending_process_reply(),
         Driver(Status::reload, {released(b), wait_load(a, 1)}).ports(1),
         {},
         enrols},
        {"28 forced_reload, monitor pending",
         Driver(Status::forced_reload, {released(a), released(a)}).kill().jobs(1),
         unload(a, pending, true),
         pending_process_reply(fresh),
         Driver(Status::forced_reload, {wait_unload(a, 99), released(a)}).kill().jobs(1),
         {},
         enrols},
    });
}

TEST_CASE("the last unload") {
    const DriverRecord ports = Driver(Status::ok, {wait_unload(c, 1), loaded(a)}).ports(2);
    check_rows({
        {"17 without ports",
         Driver(Status::ok, {loaded(a)}),
         unload(a),
         pending_driver_reply(),
         Driver(Status::unload),
         {effect::QueueCollect{}},
         enrols},
        {"17 without ports, kill changes nothing",
         Driver(Status::ok, {loaded(a)}).kill(),
         unload(a, pending, true),
         pending_driver_reply(fresh),
         Driver(Status::unload, {wait_unload(a, 99)}).kill(),
         {effect::QueueCollect{}},
         enrols},
        {"17 without ports, a job is left",
         Driver(Status::ok, {loaded(a)}).kill().jobs(1),
         unload(a, pending_driver),
         pending_driver_reply(fresh),
         Driver(Status::unload, {wait_unload(a, 99)}).kill().jobs(1),
         {},
         enrols},
        {"18 ports, no kill",
         ports,
         unload(a, pending_driver),
         pending_driver_reply(fresh),
         Driver(Status::unload, {wait_unload(a, 99), wait_unload(c, 1)}).ports(2),
         {},
         enrols},
        {"19 ports, kill asked",
         ports,
         unload(a, {}, true),
         pending_driver_reply(),
         Driver(Status::forced_unload, {wait_unload(c, 1)}).ports(2),
         {effect::KillPorts{}},
         enrols},
        {"19 ports, kill by the driver's option",
         Driver(Status::ok, {loaded(a)}).kill().ports(1),
         unload(a, pending),
         pending_driver_reply(fresh),
         Driver(Status::forced_unload).kill().ports(1),
         {effect::KillPorts{}, effect::Continue{then_wait(a)}},
         enrols},
    });
}

TEST_CASE("unload while an unload is pending") {
    check_rows({
        {"23 unload, by anybody",
         Driver(Status::unload).ports(1),
         unload(b),
         pending_driver_reply(),
         Driver(Status::unload).ports(1),
         {},
         enrols},
        {"23 unload, with monitor",
         Driver(Status::unload, {wait_unload(a, 1)}).ports(1),
         unload(a, pending),
         pending_driver_reply(fresh),
         Driver(Status::unload, {wait_unload(a, 99), wait_unload(a, 1)}).ports(1),
         {},
         enrols},
        {"23 forced_unload is lost",
         Driver(Status::forced_unload).jobs(1),
         unload(b, pending_driver, true),
         pending_driver_reply(fresh),
         Driver(Status::unload, {wait_unload(b, 99)}).jobs(1),
         {},
         enrols},
        {"23 unload, kill asked",
         Driver(Status::unload).ports(1),
         unload(b, pending, true),
         pending_driver_reply(fresh),
         Driver(Status::forced_unload).ports(1),
         {effect::KillPorts{}, effect::Continue{then_wait(b)}},
         enrols},
        {"23 unload, a late port of a kill_ports driver",
         Driver(Status::unload).kill().ports(1),
         unload(c),
         pending_driver_reply(),
         Driver(Status::forced_unload).kill().ports(1),
         {effect::KillPorts{}},
         enrols},
    });
}

TEST_CASE("the last unload cancels a reload") {
    const std::vector<UserEntry> entries = {wait_load(b, 4), wait_unload(c, 3), wait_load(c, 2), released(a)};
    check_rows({
        {"29 reload, last, ports",
         Driver(Status::reload, entries).ports(1),
         unload(a, pending),
         pending_driver_reply(fresh),
         Driver(Status::unload, {wait_unload(a, 99), wait_unload(c, 3)}).ports(1),
         {down(b, 4, What::load_cancelled), down(c, 2, What::load_cancelled)},
         enrols},
        {"29 forced_reload, last, its collect is queued already",
         Driver(Status::forced_reload, {released(a)}).kill(),
         unload(a),
         pending_driver_reply(),
         Driver(Status::unload).kill(),
         {},
         enrols},
        {"30 reload, last, kill asked",
         Driver(Status::reload, entries).ports(1),
         unload(a, pending, true),
         pending_driver_reply(fresh),
         Driver(Status::forced_unload, {wait_unload(c, 3)}).ports(1),
         {down(b, 4, What::load_cancelled), down(c, 2, What::load_cancelled), effect::KillPorts{},
          effect::Continue{then_wait(a)}},
         enrols},
    });
}

TEST_CASE("collect") {
    const std::vector<UserEntry> waits = {wait_only(b, 3), wait_unload(c, 2), wait_only(a, 1)};
    const std::vector<Effect> closed = {effect::FinishAndClose{}, down(b, 3, What::unloaded),
                                        down(c, 2, What::unloaded), down(a, 1, What::unloaded)};
    const auto nothing = [](const char* name, const DriverRecord& record) {
        return Row{name, record, request::Collect{}, reply::None{}, record, {}, false};
    };
    std::vector<Effect> reopened = closed;
    reopened.emplace_back(effect::OpenImage{new_path});
    check_rows({
        nothing("31 ok", Driver(Status::ok, {loaded(a)})),
        nothing("31 permanent", Driver(Status::permanent)),
        nothing("- absent", absent()),
        nothing("- linked in", linked_in()),
        nothing("31 unload, a port came back", Driver(Status::unload, waits).ports(1)),
        nothing("31 reload, a job is left", Driver(Status::forced_reload, {released(a)}).jobs(1)),
        {"32 unload", Driver(Status::unload, waits), request::Collect{}, reply::None{}, absent(), closed},
        {"32 forced_unload", Driver(Status::forced_unload, waits).kill(), request::Collect{}, reply::None{}, absent(),
         closed},
        {"- reload: old ones are told before the new file is opened",
         Driver(Status::reload, {wait_load(c, 5), wait_only(b, 3), released(a), wait_unload(c, 2), wait_only(a, 1)}),
         request::Collect{}, reply::None{}, Driver(Status::reload, {wait_load(c, 5), released(a)}), reopened},
    });
}

TEST_CASE("a process ends") {
    check_rows({
        {"36 others are left: all its entries go",
         Driver(Status::ok, {loaded(a), wait_unload(a, 2), loaded(b), wait_only(b, 1), loaded(a)}).kill().ports(1),
         request::ProcessExit{a},
         reply::None{},
         Driver(Status::ok, {loaded(b), wait_only(b, 1)}).kill().ports(1),
         {}},
        {"37 last owner, two loads, nothing else holds",
         Driver(Status::ok, {loaded(a), wait_only(b, 1), loaded(a)}).kill(),
         request::ProcessExit{a},
         reply::None{},
         Driver(Status::unload, {wait_only(b, 1)}).kill(),
         {effect::QueueCollect{}}},
        {"37 last owner, ports",
         Driver(Status::ok, {loaded(a)}).ports(1),
         request::ProcessExit{a},
         reply::None{},
         Driver(Status::unload).ports(1),
         {}},
        {"38 last owner, kill, ports",
         Driver(Status::ok, {loaded(a)}).kill().ports(1),
         request::ProcessExit{a},
         reply::None{},
         Driver(Status::forced_unload).kill().ports(1),
         {effect::KillPorts{}}},
        {"39 unload, a waiting process",
         Driver(Status::unload, {wait_unload(b, 2), wait_only(a, 1)}).ports(1),
         request::ProcessExit{b},
         reply::None{},
         Driver(Status::unload, {wait_only(a, 1)}).ports(1),
         {}},
        {"39 forced_unload is lost",
         Driver(Status::forced_unload).jobs(1),
         request::ProcessExit{b},
         reply::None{},
         Driver(Status::unload).jobs(1),
         {}},
        {"40 reload, another owner is left",
         Driver(Status::reload, {wait_load(a, 1), released(a), released(b)}).ports(1),
         request::ProcessExit{a},
         reply::None{},
         Driver(Status::reload, {released(b)}).ports(1),
         {}},
        {"41 reload, last owner",
         Driver(Status::reload, {wait_load(b, 3), wait_load(a, 2), wait_load(c, 1), released(a)}).ports(1),
         request::ProcessExit{a},
         reply::None{},
         Driver(Status::unload).ports(1),
         {down(b, 3, What::load_cancelled), down(c, 1, What::load_cancelled)}},
        {"41 forced_reload, last owner, its collect is queued already",
         Driver(Status::forced_reload, {released(a)}).kill(),
         request::ProcessExit{a},
         reply::None{},
         Driver(Status::unload).kill(),
         {}},
        {"42 unload, kill, late port, a stranger",
         Driver(Status::unload, {wait_unload(a, 1)}).kill().ports(1),
         request::ProcessExit{c},
         reply::None{},
         Driver(Status::forced_unload, {wait_unload(a, 1)}).kill().ports(1),
         {effect::KillPorts{}}},
        {"45 permanent",
         Driver(Status::permanent).kill().ports(1),
         request::ProcessExit{a},
         reply::None{},
         Driver(Status::permanent).kill().ports(1),
         {}},
        {"- linked in", linked_in(), request::ProcessExit{a}, reply::None{}, linked_in(), {}},
    });
}

} // namespace ddll::lifecycle::test
