// The rules of loading and unloading, watched: stands in front of lifecycle::decide (rules.cpp is built with that name
// changed) and does two things for the tests of the judge, never in the program itself.
//
//   DDLLTOOL_ROWS=FILE   appends the number of the row of docs/agreement.md's table that each decision falls under
//   DDLLTOOL_FLIP=NAME   decides one of the rows below wrongly, which a node must notice
#include "lifecycle/rules.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace ddll::lifecycle {

Decision true_decide(const DriverRecord& record, const Request& request);

namespace {

// Asked before any story begins: a story has an environment of its own.
const char* const rows_file = std::getenv("DDLLTOOL_ROWS");
const char* const flipped_row = std::getenv("DDLLTOOL_FLIP");

using request::Load;
using request::Monitor;
using request::Unload;

std::size_t loads_after(const DriverRecord& record, ProcessId process) {
    return loads(record) - (loads_of(record, process) > 0 ? 1 : 0);
}

int row_of(const DriverRecord& r, const Load& load) {
    const bool same = load.path == r.path && load.kill_ports == r.kill_ports;
    if (r.presence == Presence::linked_in) return 5;
    if (r.presence == Presence::absent) return load.reload ? 3 : 0; // 1 or 2 once the library has been opened
    if (r.status == Status::permanent) return 6;
    if (unloading(r.status)) return load.reload ? 22 : same ? 20 : 21;
    if (reloading(r.status))
        return load.reload ? 26 : load.path == r.next_path && load.kill_ports == r.next_kill_ports ? 24 : 25;
    if (!load.reload) return same ? 7 : 8;
    const bool sole = loads(r) == 1 && loads_of(r, load.process) == 1;
    if (*load.reload == PendingOption::pending_driver && !sole) return 9;
    if (load.kill_ports != r.kill_ports) return 10;
    if (loads_of(r, load.process) == 0) return 11;
    if (r.kill_ports) return 14;
    return *load.reload == PendingOption::pending_driver ? 12 : 13;
}

int row_of(const DriverRecord& r, const Unload& unload) {
    if (r.presence == Presence::linked_in) return 5;
    if (r.presence == Presence::absent) return 4;
    if (r.status == Status::permanent) return 6;
    const bool owner = loads_of(r, unload.process) > 0, others = loads_after(r, unload.process) > 0;
    if (unloading(r.status)) return 23;
    const bool kills = (unload.kill_ports || r.kill_ports) && r.port_count > 0;
    if (reloading(r.status)) return !owner ? 27 : others ? 28 : kills ? 30 : 29;
    return !owner ? 15 : others ? 16 : r.port_count == 0 ? 17 : kills ? 19 : 18;
}

int row_of(const DriverRecord& r, const request::ProcessExit& exit) {
    if (r.presence != Presence::dynamic) return 0;
    if (r.status == Status::permanent) return 45;
    const std::size_t left = loads(r) - loads_of(r, exit.process);
    const bool kills = r.kill_ports && r.port_count > 0;
    if (unloading(r.status)) return kills ? 42 : 39;
    if (reloading(r.status)) return left > 0 ? 40 : 41;
    return left > 0 ? 36 : kills ? 38 : 37;
}

int row_of(const DriverRecord& r, const request::Collect&) {
    if (r.presence != Presence::dynamic || holds(r) > 0) return 0;
    return unloading(r.status) ? 32 : 0; // 33 or 34 once the new library has been opened
}

int row_of(const DriverRecord&, const request::LoadOpened&) {
    return 1;
}
int row_of(const DriverRecord&, const request::LoadFailed&) {
    return 2;
}
int row_of(const DriverRecord&, const request::ReloadOpened&) {
    return 33;
}
int row_of(const DriverRecord&, const request::ReloadFailed&) {
    return 34;
}
int row_of(const DriverRecord& r, const request::LockDriver&) {
    return r.status == Status::permanent ? 44 : 43;
}
int row_of(const DriverRecord&, const Monitor&) {
    return 46;
}
int row_of(const DriverRecord&, const request::Demonitor&) {
    return 46;
}
int row_of(const DriverRecord& r, const request::PortOpened&) {
    return r.presence == Presence::dynamic ? 47 : 0;
}
int row_of(const DriverRecord& r, const request::PortStopped&) {
    return r.presence == Presence::dynamic ? 35 : 0;
}
template <class Other>
int row_of(const DriverRecord&, const Other&) {
    return 0;
}

void note(int row) {
    const char* const path = rows_file;
    if (path == nullptr || row == 0) return;
    // Opened each time: the file descriptors of a story's process are not ours to keep.
    const int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    const auto byte = static_cast<unsigned char>(row);
    if (fd < 0 || write(fd, &byte, 1) != 1) std::abort();
    close(fd);
}

void drop(Decision& out, effect::What what) {
    std::erase_if(out.effects, [what](const Effect& e) {
        const auto* send = std::get_if<effect::Send>(&e);
        return send != nullptr && send->what == what;
    });
}

bool refuses(const Decision& out, Refusal reason) {
    const auto* refused = std::get_if<reply::Refused>(&out.reply);
    return refused != nullptr && refused->reason == reason;
}

/// Mistakes that somebody might make, each in one row.
void flip(std::string_view name, const DriverRecord& r, const Request& request, int row, Decision& out) {
    const auto* load = std::get_if<Load>(&request);
    const auto* unload = std::get_if<Unload>(&request);
    auto* ok = std::get_if<reply::Ok>(&out.reply);
    if (name == "row8" && row == 8) // an inconsistent load is let in
        out = true_decide(r, Load{load->process, r.path, r.kill_ports, {}, {}, load->fresh});
    if (name == "row9" && row == 9 && refuses(out, Refusal::pending_process))
        out.reply = reply::Refused{Refusal::not_loaded_by_this_process};
    if (name == "row13" && row == 13 && ok != nullptr) ok->status = OkStatus::pending_driver;
    if (name == "row16" && row == 16 && unload->monitor == PendingOption::pending_driver && ok != nullptr)
        out = true_decide(r, Unload{unload->process, unload->kill_ports, PendingOption::pending, unload->fresh});
    if (name == "row17" && row == 17 && ok != nullptr) // as the manual has it
        ok->status = OkStatus::loaded;
    if (name == "row19" && row == 19)
        std::erase_if(out.effects, [](const Effect& e) { return std::holds_alternative<effect::KillPorts>(e); });
    if (name == "row20" && row == 20) drop(out, effect::What::unload_cancelled);
    if (name == "row22" && row == 22) out.reply = reply::Refused{Refusal::not_loaded};
    if (name == "row29" && (row == 29 || row == 30 || row == 41)) drop(out, effect::What::load_cancelled);
    if (name == "row32" && row == 32) std::reverse(out.effects.begin() + 1, out.effects.end());
    if (name == "row37" && row == 37) out.next = r; // a dead owner goes on owning
}

} // namespace

Decision decide(const DriverRecord& record, const Request& request) {
    const char* const wrong = flipped_row;
    const int row = std::visit([&](const auto& asked) { return row_of(record, asked); }, request);
    Decision out = true_decide(record, request);
    if (wrong != nullptr) flip(wrong, record, request, row, out);
    note(row);
    return out;
}

} // namespace ddll::lifecycle
