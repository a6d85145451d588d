#include "unit/lifecycle/table.h"

namespace ddll::lifecycle::test {

using effect::What;

namespace {

const LoadError no_file{LoadError::Kind::open_error, -10};
const LoadError wrong_name{LoadError::Kind::bad_driver_name, 0};

reply::Ok ok(OkStatus status, RefId ref = {}) {
    return {status, ref};
}

} // namespace

TEST_CASE("load of a driver that is not there") {
    check_rows({
        {"- absent, load: the library is opened",
         absent(),
         load(a),
         reply::None{},
         absent(),
         {effect::OpenImage{old_path}}},
        {"- absent, load with monitor: no reference",
         absent(),
         request::Load{a, old_path, true, std::nullopt, pending, fresh},
         reply::None{},
         absent(),
         {effect::OpenImage{old_path}}},
        {"1 absent, opened",
         absent(),
         request::LoadOpened{a, old_path, false},
         ok(OkStatus::loaded),
         Driver(Status::ok, {loaded(a)}),
         {},
         enrols},
        {"1 absent, opened with kill_ports",
         absent(),
         request::LoadOpened{a, old_path, true},
         ok(OkStatus::loaded),
         Driver(Status::ok, {loaded(a)}).kill(),
         {},
         enrols},
        {"2 absent, the library is bad", absent(), request::LoadFailed{no_file}, reply::Failed{no_file}, absent(), {}},
        refusal("3 absent, reload pending_driver", absent(), reload(pending_driver, a), Refusal::not_loaded),
        refusal("3 absent, reload pending", absent(), reload(pending, a), Refusal::not_loaded),
    });
}

TEST_CASE("load of a driver that cannot be loaded") {
    const DriverRecord locked = Driver(Status::permanent).ports(1);
    check_rows({
        refusal("5 linked in, load", linked_in(), load(a), Refusal::linked_in_driver),
        refusal("5 linked in, reload", linked_in(), reload(pending, a), Refusal::linked_in_driver),
        refusal("6 permanent, load", locked, load(a), Refusal::permanent),
        refusal("6 permanent, load of another file", locked, load(a, new_path, true), Refusal::permanent),
        refusal("6 permanent, reload", locked, reload(pending, a), Refusal::permanent),
    });
}

TEST_CASE("load of a driver in use") {
    const DriverRecord used = Driver(Status::ok, {wait_unload(c, 1), loaded(a)}).ports(1);
    check_rows({
        {"7 ok, load by another",
         used,
         load(b),
         ok(OkStatus::already_loaded),
         Driver(Status::ok, {loaded(b), wait_unload(c, 1), loaded(a)}).ports(1),
         {},
         enrols},
        {"7 ok, load again, monitor ignored",
         used,
         request::Load{a, old_path, false, std::nullopt, pending, fresh},
         ok(OkStatus::already_loaded),
         Driver(Status::ok, {loaded(a), wait_unload(c, 1), loaded(a)}).ports(1),
         {},
         enrols},
        refusal("8 ok, load from elsewhere", used, load(a, new_path), Refusal::inconsistent),
        refusal("8 ok, load with another option", used, load(b, old_path, true), Refusal::inconsistent),
    });
}

TEST_CASE("a reload is refused") {
    const DriverRecord sole = Driver(Status::ok, {loaded(a)});
    const DriverRecord twice = Driver(Status::ok, {loaded(a), loaded(a)});
    const DriverRecord shared = Driver(Status::ok, {loaded(b), loaded(a)});
    check_rows({
        refusal("9 pending_driver, two loads of one process", twice, reload(pending_driver, a),
                Refusal::pending_process),
        refusal("9 pending_driver, another user", shared, reload(pending_driver, a), Refusal::pending_process),
        refusal("9 pending_driver, a stranger", sole, reload(pending_driver, b), Refusal::pending_process),
        refusal("9 pending_driver, a stranger with the wrong option", sole, reload(pending_driver, b, {}, true),
                Refusal::pending_process),
        refusal("10 pending_driver, option differs", sole, reload(pending_driver, a, {}, true), Refusal::inconsistent),
        refusal("10 pending, option differs", shared, reload(pending, a, {}, true), Refusal::inconsistent),
        refusal("10 pending, a stranger with the wrong option", sole, reload(pending, b, {}, true),
                Refusal::inconsistent),
        refusal("11 pending, a stranger", sole, reload(pending, b), Refusal::not_loaded_by_this_process),
    });
}

TEST_CASE("a reload is granted") {
    const DriverRecord sole = Driver(Status::ok, {loaded(a)});
    const DriverRecord waits = Driver(Status::ok, {wait_unload(b, 1), loaded(a), wait_only(c, 2)}).ports(1);
    const DriverRecord shared = Driver(Status::ok, {loaded(b), loaded(a), loaded(b)});
    const request::AddWait then{EntryKind::wait_load, a, fresh};
    check_rows({
        {"12 pending_driver, nothing holds",
         sole,
         reload(pending_driver, a),
         ok(OkStatus::pending_driver),
         Driver(Status::reload, {released(a)}),
         {effect::QueueCollect{}},
         enrols},
        {"12 pending_driver, waiting processes are no users",
         waits,
         reload(pending_driver, a),
         ok(OkStatus::pending_driver),
         Driver(Status::reload, {released(a), wait_unload(b, 1), wait_only(c, 2)}).ports(1),
         {},
         enrols},
        {"12 pending_driver, monitor pending will do",
         sole,
         reload(pending_driver, a, pending),
         ok(OkStatus::pending_driver, fresh),
         Driver(Status::reload, {wait_load(a, 99), released(a)}),
         {effect::QueueCollect{}},
         enrols},
        {"13 pending, sole user",
         sole,
         reload(pending, a),
         ok(OkStatus::pending_process),
         Driver(Status::reload, {released(a)}),
         {effect::QueueCollect{}},
         enrols},
        {"13 pending, others are not asked; the caller becomes the newest",
         shared,
         reload(pending, a, pending_driver),
         ok(OkStatus::pending_process, fresh),
         Driver(Status::reload, {wait_load(a, 99), released(a), released(b), released(b)}),
         {effect::QueueCollect{}},
         enrols},
        {"14 kill without ports is forced as well",
         Driver(Status::ok, {loaded(a)}).kill(),
         reload(pending_driver, a, {}, true),
         ok(OkStatus::pending_driver),
         Driver(Status::forced_reload, {released(a)}).kill(),
         {effect::QueueCollect{}},
         enrols},
        {"14 kill with ports",
         Driver(Status::ok, {loaded(b), loaded(a)}).kill().ports(2),
         reload(pending, a, pending, true),
         ok(OkStatus::pending_process, fresh),
         Driver(Status::forced_reload, {released(a), released(b)}).kill().ports(2),
         {effect::KillPorts{}, effect::Continue{then}},
         enrols},
    });
}

TEST_CASE("load while an unload is pending") {
    const std::vector<UserEntry> waits = {wait_unload(b, 3), wait_only(b, 2), wait_unload(c, 1)};
    const DriverRecord leaving = Driver(Status::unload, waits).ports(1);
    const DriverRecord killed = Driver(Status::forced_unload, waits).jobs(1);
    const std::vector<Effect> told = {up(b, 3, What::unload_cancelled), up(c, 1, What::unload_cancelled)};
    check_rows({
        {"20 unload, load", leaving, load(a), ok(OkStatus::already_loaded),
         Driver(Status::ok, {loaded(a), wait_only(b, 2)}).ports(1), told, enrols},
        {"20 forced_unload, load, monitor ignored", killed,
         request::Load{a, old_path, false, std::nullopt, pending, fresh}, ok(OkStatus::already_loaded),
         Driver(Status::ok, {loaded(a), wait_only(b, 2)}).jobs(1), told, enrols},
        refusal("21 unload, load from elsewhere", leaving, load(a, new_path), Refusal::inconsistent),
        refusal("21 forced_unload, load with another option", killed, load(a, old_path, true), Refusal::inconsistent),
        refusal("22 unload, reload", leaving, reload(pending, a), Refusal::not_loaded_by_this_process),
        refusal("22 forced_unload, reload", killed, reload(pending_driver, a), Refusal::not_loaded_by_this_process),
    });
}

TEST_CASE("load while a reload is pending") {
    const DriverRecord waiting = Driver(Status::reload, {wait_load(a, 1), released(a)}).ports(1);
    const DriverRecord killed = Driver(Status::forced_reload, {released(a)}).kill();
    check_rows({
        {"24 reload, load of the new file, a reference nobody asked for",
         waiting,
         load(b, new_path),
         ok(OkStatus::pending_driver, fresh),
         Driver(Status::reload, {wait_load(b, 99), released(b), wait_load(a, 1), released(a)}).ports(1),
         {},
         enrols},
        {"24 forced_reload, load of the new file",
         killed,
         load(a, new_path, true),
         ok(OkStatus::pending_driver, fresh),
         Driver(Status::forced_reload, {wait_load(a, 99), released(a), released(a)}).kill(),
         {},
         enrols},
        refusal("25 reload, load of the old file", waiting, load(a), Refusal::inconsistent),
        refusal("25 reload, load with another option", waiting, load(a, new_path, true), Refusal::inconsistent),
        refusal("26 reload, reload", waiting, reload(pending_driver, a), Refusal::pending_reload),
        refusal("26 reload, reload by a stranger", waiting, reload(pending, c, {}, true), Refusal::pending_reload),
        refusal("26 forced_reload, reload", killed, reload(pending, a, {}, true), Refusal::pending_reload),
    });
}

TEST_CASE("the new library of a reload") {
    // As the collect leaves it: the waits for the unload have been told.
    const DriverRecord closed =
        Driver(Status::reload, {wait_load(c, 4), wait_load(b, 3), released(a), wait_load(c, 2), released(b)});
    check_rows({
        {"33 opened",
         closed,
         request::ReloadOpened{},
         reply::None{},
         Driver(Status::ok, {loaded(a), loaded(b)}).path(new_path),
         {up(c, 4, What::loaded), up(b, 3, What::loaded), up(c, 2, What::loaded)}},
        {"33 opened, kill_ports stays",
         Driver(Status::forced_reload, {released(a)}).kill(),
         request::ReloadOpened{},
         reply::None{},
         Driver(Status::ok, {loaded(a)}).path(new_path).kill(),
         {}},
        {"34 failed",
         closed,
         request::ReloadFailed{wrong_name},
         reply::None{},
         absent(),
         {down(c, 4, What::load_failure, wrong_name), down(b, 3, What::load_failure, wrong_name),
          down(c, 2, What::load_failure, wrong_name)}},
        {"34 failed, nobody waits",
         Driver(Status::forced_reload, {released(a)}),
         request::ReloadFailed{no_file},
         reply::None{},
         absent(),
         {}},
    });
}

} // namespace ddll::lifecycle::test
