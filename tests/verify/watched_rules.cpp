// The rules of loading and unloading, watched: stands in front of lifecycle::decide (rules.cpp is built with that name
// changed) and does two things for the tests of the judge, never in the program itself.
//
//   DDLLTOOL_ROWS=FILE   appends the number of each decision's row (words/lifecycle_rows.def)
//   DDLLTOOL_FLIP=NAME   decides one of the rows below wrongly, by its name, or turns on a rule of wrong_rules.json,
//                        which a node must notice
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
using request::Unload;
using Row = words::LifecycleRow;

void note(Row row) {
    const char* const path = rows_file;
    if (path == nullptr || row == Row::none) return;
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

/// Mistakes that are easily made, each in one row.
void flip(Row wrong, const DriverRecord& r, const Request& request, Decision& out) {
    const auto* load = std::get_if<Load>(&request);
    const auto* unload = std::get_if<Unload>(&request);
    auto* ok = std::get_if<reply::Ok>(&out.reply);
    const bool cancels = out.row == Row::reloading_unload_last || out.row == Row::reloading_unload_last_kills ||
                         out.row == Row::reloading_exit_last;
    if (wrong == Row::reloading_unload_last && cancels) drop(out, effect::What::load_cancelled);
    if (out.row != wrong) return;
    switch (wrong) {
    case Row::load_other: // an inconsistent load is let in
        out = true_decide(r, Load{load->process, r.path, r.kill_ports, {}, {}, load->fresh});
        break;
    case Row::reload_not_sole:
        out.reply = reply::Refused{Refusal::not_loaded_by_this_process};
        break;
    case Row::reload_pending:
        ok->status = OkStatus::pending_driver;
        break;
    case Row::unload_others_stay:
        if (unload->monitor == PendingOption::pending_driver)
            out = true_decide(r, Unload{unload->process, unload->kill_ports, PendingOption::pending, unload->fresh});
        break;
    case Row::unload_last: // as the manual has it
        ok->status = OkStatus::loaded;
        break;
    case Row::unload_last_kills:
        std::erase_if(out.effects, [](const Effect& e) { return std::holds_alternative<effect::KillPorts>(e); });
        break;
    case Row::load_saves:
        drop(out, effect::What::unload_cancelled);
        break;
    case Row::unloading_reload:
        out.reply = reply::Refused{Refusal::not_loaded};
        break;
    case Row::collect_unloads:
        std::reverse(out.effects.begin() + 1, out.effects.end());
        break;
    case Row::exit_last: // a dead owner goes on owning
        out.next = r;
        break;
    default:
        break;
    }
}

} // namespace

Decision decide(const DriverRecord& record, const Request& request) {
    static const Row wrong =
        flipped_row == nullptr ? Row::none : words::named<Row>(flipped_row).value_or(Row::none); // or another rule
    Decision out = true_decide(record, request);
    const Row row = out.row;
    if (wrong != Row::none) flip(wrong, record, request, out);
    note(row);
    return out;
}

} // namespace ddll::lifecycle

namespace ddll {

/// Whether this rule of wrong_rules.json is turned on.
bool wrong_rule(const char* name);

bool wrong_rule(const char* name) {
    static const std::string_view wrong = lifecycle::flipped_row == nullptr ? "" : lifecycle::flipped_row;
    return wrong == name;
}

} // namespace ddll
