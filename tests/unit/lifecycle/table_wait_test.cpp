#include "unit/lifecycle/table.h"

namespace ddll::lifecycle::test {

using effect::Direction;
using effect::What;

TEST_CASE("ports and other holds") {
    check_rows({
        {"35 a port stops",
         Driver(Status::unload).ports(2),
         request::PortStopped{},
         reply::None{},
         Driver(Status::unload).ports(1).jobs(1),
         {}},
        {"- ok, the last port is freed",
         Driver(Status::ok, {loaded(a)}).jobs(1),
         request::HoldReleased{},
         reply::None{},
         Driver(Status::ok, {loaded(a)}),
         {}},
        {"- unload, the last port is freed: see 32",
         Driver(Status::unload).jobs(1),
         request::HoldReleased{},
         reply::None{},
         Driver(Status::unload),
         {effect::QueueCollect{}}},
        {"- reload, the last port is freed: see 33",
         Driver(Status::reload, {released(a)}).jobs(1),
         request::HoldReleased{},
         reply::None{},
         Driver(Status::reload, {released(a)}),
         {effect::QueueCollect{}}},
        {"- reload, others left",
         Driver(Status::reload, {released(a)}).ports(1).jobs(1),
         request::HoldReleased{},
         reply::None{},
         Driver(Status::reload, {released(a)}).ports(1),
         {}},
        {"- permanent, the last port is freed: see 45",
         Driver(Status::permanent).jobs(1),
         request::HoldReleased{},
         reply::None{},
         Driver(Status::permanent),
         {}},
        {"47 ok, a port opens",
         Driver(Status::ok, {loaded(a)}),
         request::PortOpened{},
         reply::None{},
         Driver(Status::ok, {loaded(a)}).ports(1),
         {}},
        {"47 unload, a late port opens",
         Driver(Status::unload),
         request::PortOpened{},
         reply::None{},
         Driver(Status::unload).ports(1),
         {}},
        {"- reload, a job starts",
         Driver(Status::reload, {released(a)}),
         request::HoldAdded{},
         reply::None{},
         Driver(Status::reload, {released(a)}).jobs(1),
         {}},
        {"- linked in, nothing is counted", linked_in(), request::PortOpened{}, reply::None{}, linked_in(), {}},
    });
    const auto opens = [](Status status) { return opens_ports(Driver(status)); };
    CHECK(opens(Status::ok));
    CHECK(opens(Status::unload));
    CHECK(opens(Status::reload));
    CHECK(opens(Status::permanent));
    CHECK(opens_ports(linked_in()));
    CHECK_MESSAGE(!opens(Status::forced_unload), "48");
    CHECK_MESSAGE(!opens(Status::forced_reload), "48");
    CHECK(!opens_ports(absent()));
}

TEST_CASE("driver_lock_driver") {
    const DriverRecord locked = Driver(Status::permanent).kill().ports(1);
    check_rows({
        {"43 ok: users are forgotten",
         Driver(Status::ok, {loaded(a), wait_only(b, 2), loaded(b), wait_unload(c, 1)}),
         request::LockDriver{},
         reply::None{},
         Driver(Status::permanent),
         {up(c, 1, What::permanent), up(b, 2, What::permanent)}},
        {"43 unload: never collected",
         Driver(Status::unload, {wait_unload(a, 1)}).jobs(1),
         request::LockDriver{},
         reply::None{},
         Driver(Status::permanent).jobs(1),
         {up(a, 1, What::permanent)}},
        {"43 reload: waits for a load, then unloaded, then unloaded_only, each newest first",
         Driver(Status::reload, {wait_unload(c, 6), wait_only(c, 5), wait_load(c, 4), wait_load(a, 3), released(a),
                                 wait_unload(c, 2), wait_only(c, 1)})
             .kill()
             .ports(1),
         request::LockDriver{},
         reply::None{},
         locked,
         {up(c, 4, What::permanent), up(a, 3, What::permanent), up(c, 6, What::permanent), up(c, 2, What::permanent),
          up(c, 5, What::permanent), up(c, 1, What::permanent)}},
        {"- the wait of the call whose kill made it permanent",
         locked,
         request::AddWait{EntryKind::wait_unload, a, fresh},
         reply::None{},
         locked,
         {}},
        {"44 permanent", locked, request::LockDriver{}, reply::None{}, locked, {}},
        {"- linked in", linked_in(), request::LockDriver{}, reply::None{}, linked_in(), {}},
    });
}

TEST_CASE("the second half of a call that killed ports") {
    check_rows({
        {"- forced_unload, see 19",
         Driver(Status::forced_unload, {wait_only(b, 1)}).jobs(1),
         request::AddWait{EntryKind::wait_unload, a, fresh},
         reply::None{},
         Driver(Status::forced_unload, {wait_unload(a, 99), wait_only(b, 1)}).jobs(1),
         {}},
        {"- forced_reload, see 14",
         Driver(Status::forced_reload, {released(a)}).jobs(1),
         request::AddWait{EntryKind::wait_load, a, fresh},
         reply::None{},
         Driver(Status::forced_reload, {wait_load(a, 99), released(a)}).jobs(1),
         {}},
    });
}

TEST_CASE("monitor is answered at once") {
    struct Case {
        const char* name;
        DriverRecord record;
        std::vector<MonitorWhen> whens;
        Direction direction;
        What what;
    };
    const std::vector<MonitorWhen> all = {MonitorWhen::loaded, MonitorWhen::unloaded, MonitorWhen::unloaded_only};
    const std::vector<MonitorWhen> only_loaded = {MonitorWhen::loaded};
    const std::vector<Case> cases = {
        {"46 absent", absent(), all, Direction::down, What::unloaded},
        {"46 linked in", linked_in(), all, Direction::up, What::permanent},
        {"46 permanent", Driver(Status::permanent).ports(1), all, Direction::up, What::permanent},
        {"46 ok", Driver(Status::ok, {loaded(a)}), only_loaded, Direction::up, What::loaded},
        {"46 unload", Driver(Status::unload).ports(1), only_loaded, Direction::down, What::load_cancelled},
        {"46 forced_unload", Driver(Status::forced_unload), only_loaded, Direction::down, What::load_cancelled},
    };
    for (const Case& wanted : cases) {
        for (const MonitorWhen when : wanted.whens)
            check_rows({{wanted.name,
                         wanted.record,
                         request::Monitor{c, when, fresh},
                         reply::None{},
                         wanted.record,
                         {at_once(c, wanted.direction, wanted.what)},
                         false}});
    }
}

TEST_CASE("monitor waits") {
    for (const Status status :
         {Status::ok, Status::unload, Status::forced_unload, Status::reload, Status::forced_reload}) {
        const std::vector<UserEntry> users = unloading(status)   ? std::vector<UserEntry>{}
                                             : reloading(status) ? std::vector<UserEntry>{released(a)}
                                                                 : std::vector<UserEntry>{loaded(a)};
        const auto row = [&](MonitorWhen when, UserEntry entry) {
            std::vector<UserEntry> next = users;
            next.insert(next.begin(), entry);
            return Row{"46 waits",    Driver(status, users).jobs(1), request::Monitor{c, when, fresh},
                       reply::None{}, Driver(status, next).jobs(1),  {},
                       enrols};
        };
        check_rows({row(MonitorWhen::unloaded, wait_unload(c, 99)), row(MonitorWhen::unloaded_only, wait_only(c, 99))});
        if (reloading(status)) check_rows({row(MonitorWhen::loaded, wait_load(c, 99))});
    }
}

TEST_CASE("demonitor") {
    const DriverRecord record =
        Driver(Status::reload, {wait_load(a, 3), released(a), wait_unload(b, 2), wait_only(a, 1)});
    const auto row = [&](const char* name, ProcessId process, std::uint64_t ref, std::vector<UserEntry> left) {
        return Row{name, record, request::Demonitor{process, RefId{ref}}, reply::None{}, Driver(Status::reload, left),
                   {},   false};
    };
    check_rows({
        row("46 own wait for a load", a, 3, {released(a), wait_unload(b, 2), wait_only(a, 1)}),
        row("46 own wait for the unload", b, 2, {wait_load(a, 3), released(a), wait_only(a, 1)}),
        row("46 somebody else's", c, 2, record.entries),
        row("46 unknown", a, 7, record.entries),
        row("46 the none reference of a load is not a monitor", a, 0, record.entries),
        {"46 absent", absent(), request::Demonitor{a, fresh}, reply::None{}, absent(), {}, false},
        {"46 linked in", linked_in(), request::Demonitor{a, fresh}, reply::None{}, linked_in(), {}, false},
    });
}

} // namespace ddll::lifecycle::test
