#include "report/doctor.h"

#include "base/text.h"
#include "doctor/way.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace ddll::report {
namespace {

using Json = nlohmann::ordered_json;
using doctor::Diagnosis;
using doctor::MappedDriver;
using doctor::NodeDriver;
using doctor::NodeProcess;
using doctor::Way;
using words::Severity;

const char* obstacle_text(lifecycle::Obstacle obstacle) {
    switch (obstacle) {
    case lifecycle::Obstacle::permanent:
        return "no sequence of calls can: it is permanent; only a new node gets other code";
    case lifecycle::Obstacle::stuck:
        return "no sequence of calls can: ports that are closed already wait for their queue, or for a reference that "
               "the driver keeps";
    case lifecycle::Obstacle::draining:
        return "no sequence of calls of its users can: a port has bytes in its queue, and only the driver can empty it";
    case lifecycle::Obstacle::waiting:
        return "no sequence can now: a process that would have to make a call waits inside erl_ddll";
    case lifecycle::Obstacle::not_proven:
        return "there are too many possibilities to try them all";
    case lifecycle::Obstacle::none:
    case lifecycle::Obstacle::not_loaded:
    case lifecycle::Obstacle::no_such:
        break;
    }
    return "no sequence of calls leads there";
}

std::string short_id(const std::string& build_id) {
    constexpr std::size_t shown = 12;
    return build_id.empty() ? "-" : build_id.substr(0, shown);
}

std::string state_text(const MappedDriver& driver) {
    std::string out = name(driver.state);
    if (driver.state == words::LibraryState::same_contents) out += " (file replaced by an equal one)";
    return out;
}

/// Rows of cells, each column as wide as its widest cell.
std::string table_text(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (widths.size() <= i) widths.push_back(0);
            widths[i] = std::max(widths[i], columns(row[i]));
        }
    std::string out;
    for (const auto& row : rows) {
        std::string line = " ";
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += " " + row[i];
            if (i + 1 < row.size()) line += std::string(widths[i] - columns(row[i]) + 1, ' ');
        }
        out += line + "\n";
    }
    return out;
}

std::string libraries_text(const doctor::Mapped& mapped) {
    if (mapped.drivers.empty()) return "  no driver library is mapped\n";
    std::vector<std::vector<std::string>> rows = {{"driver", "mapped", "file now", "state", "path"}};
    for (const MappedDriver& driver : mapped.drivers)
        rows.push_back({printable(driver.name),
                        // The note with it lies in what was written over.
                        driver.state == words::LibraryState::overwritten ? "-" : short_id(driver.build_id),
                        short_id(driver.file_build_id), state_text(driver), printable(driver.library.path)});
    return table_text(rows);
}

std::string severity_text(Severity severity, const Style& style) {
    const std::string text = std::string(words::name(severity)) + ":";
    return severity == Severity::error ? style.bad(text) : severity == Severity::warning ? style.warn(text) : text;
}

std::string problem_text(const doctor::Problem& problem, const Style& style) {
    const auto& row = words::row(problem.kind);
    const auto line = [](std::string_view label, std::string_view text) {
        return wrapped(fmt::format("{}: {}", label, printable(text)), 2);
    };
    std::string out = fmt::format("{} {}: {} ({})\n", severity_text(row.severity, style), printable(problem.driver),
                                  row.title, name(problem.kind));
    if (!problem.path.empty()) out += line("path", problem.path);
    out += line("evidence", problem.evidence) + line("on a node", row.why) + line("fix", row.fix);
    return out;
}

std::string process_text(const std::string& pid, const std::vector<NodeProcess>& processes) {
    const auto known = std::ranges::find(processes, pid, &NodeProcess::pid);
    if (known == processes.end()) return pid + " (ended)";
    std::string about = known->registered.empty() ? known->begun_by : known->registered;
    if (!known->inside.empty()) about += about.empty() ? "in " + known->inside : ", in " + known->inside;
    return about.empty() ? pid : fmt::format("{} ({})", pid, printable(about));
}

std::string way_text(const Way& way, const std::vector<NodeProcess>& processes) {
    const bool forced = way.means == lifecycle::Means::force;
    std::string out = fmt::format("  {}\n", forced ? "to free it by force, in a shell of the node:" : "to free it:");
    if (way.obstacle != lifecycle::Obstacle::none) return out + wrapped(obstacle_text(way.obstacle), 4);
    if (way.steps.empty()) out += "    nothing is needed\n";
    for (const doctor::WayStep& step : way.steps) {
        if (step.by.empty())
            out += fmt::format("    {}.\n", printable(step.call));
        else
            out += fmt::format("    {} calls {}\n", process_text(step.by, processes), printable(step.call));
    }
    if (!way.dying.empty()) {
        std::vector<std::string> dying;
        for (const auto& pid : way.dying) dying.push_back(process_text(pid, processes));
        out += wrapped(fmt::format("ends with it: {}", fmt::join(dying, ", ")), 4);
    }
    return out;
}

std::string holders_text(const NodeDriver& driver, const std::vector<NodeProcess>& processes, const Style& style) {
    std::string out = style.strong(printable(driver.name)) + "\n";
    if (driver.permanent) return out + "  permanent: it cannot be unloaded\n";
    std::vector<std::vector<std::string>> rows;
    const auto add = [&](const doctor::ProcessCounts& counts, std::string_view noun) {
        for (const auto& [pid, count] : counts)
            rows.push_back({"process", process_text(pid, processes), counted(count, noun)});
    };
    add(driver.loads, "load");
    for (const doctor::NodePort& port : driver.ports)
        rows.push_back({"port", port.port,
                        fmt::format("of {}{}", process_text(port.owner, processes),
                                    port.queued > 0 ? fmt::format(", {} queued", counted(port.queued, "byte")) : "")});
    if (driver.port_count > driver.ports.size())
        rows.push_back({"port", counted(driver.port_count - driver.ports.size(), "port"),
                        "closed, or under another name: the node does not show which"});
    if (!rows.empty()) out += "  held by\n";
    for (auto& row : rows) row.front() = "  " + row.front();
    out += table_text(rows);
    const auto waiting = [&](const doctor::ProcessCounts& counts, const char* what) {
        for (const auto& [pid, count] : counts)
            out += fmt::format("  {} waits for the {}\n", process_text(pid, processes), what);
    };
    waiting(driver.awaiting_load, "load");
    waiting(driver.awaiting_unload, "unload");
    for (const Way& way : doctor::ways_out(driver, processes)) out += way_text(way, processes);
    return out;
}

// --- JSON ---------------------------------------------------------------------------------------------------------

/// Absent keys mean "nothing" everywhere in the format.
void put(Json& object, const char* key, const std::string& text) {
    if (!text.empty()) object[key] = text;
}

Json pins_json(const std::vector<findings::Finding>& pins) {
    Json out = Json::array();
    for (const findings::Finding& pin : pins)
        out.push_back({{"rule", name(pin.rule)}, {"severity", name(pin.severity)}, {"evidence", pin.evidence}});
    return out;
}

Json library_json(const MappedDriver& driver) {
    constexpr const char* keys[] = {"current", "current", "stale", "removed", "overwritten", "unknown"};
    Json out = {{"driver", driver.name},
                {"path", driver.library.path},
                {"state", keys[static_cast<std::size_t>(driver.state)]},
                {"replaced", driver.library.deleted},
                {"address", fmt::format("0x{:x}", driver.library.base())}};
    put(out, "build_id", driver.build_id);
    put(out, "file_build_id", driver.file_build_id);
    put(out, "because", driver.unknown_because);
    out["pins"] = pins_json(driver.pins);
    out["also_mapped"] = driver.others;
    out["stale_needs"] = Json::array();
    for (const doctor::StaleNeed& need : driver.stale_needs) {
        Json item = {{"path", need.path}, {"removed", need.gone}, {"of_system", need.of_system}};
        put(item, "build_id", need.build_id);
        put(item, "file", need.file);
        put(item, "file_build_id", need.file_build_id);
        out["stale_needs"].push_back(std::move(item));
    }
    return out;
}

Json mapped_json(const doctor::Mapped& mapped) {
    Json out = {{"pid", mapped.pid}, {"program", mapped.program}, {"libraries", Json::array()}};
    for (const MappedDriver& driver : mapped.drivers) out["libraries"].push_back(library_json(driver));
    out["nif_libraries"] = mapped.nif_libraries;
    out["not_read"] = Json::array();
    for (const Error& error : mapped.unread) out["not_read"].push_back(error.message);
    return out;
}

Json counts_json(const doctor::ProcessCounts& counts) {
    Json out = Json::array();
    for (const auto& [pid, count] : counts) out.push_back({{"process", pid}, {"count", count}});
    return out;
}

Json way_json(const Way& way) {
    Json out = {{"means", way.means == lifecycle::Means::force ? "force" : "agreement"}};
    if (way.obstacle != lifecycle::Obstacle::none) {
        out["impossible"] = obstacle_text(way.obstacle);
        return out;
    }
    out["calls"] = Json::array();
    for (const doctor::WayStep& step : way.steps) {
        Json call = {{"call", step.call}};
        put(call, "by", step.by);
        out["calls"].push_back(std::move(call));
    }
    out["die"] = way.dying;
    out["killed"] = way.killed;
    return out;
}

Json holders_json(const NodeDriver& driver, const std::vector<NodeProcess>& processes) {
    constexpr const char* pending[] = {"nothing", "unload", "reload"};
    Json out = {{"driver", driver.name},
                {"pending", pending[static_cast<std::size_t>(doctor::pending_of(driver))]},
                {"permanent", driver.permanent},
                {"kill_ports", driver.kill_ports},
                {"loads", counts_json(driver.loads)},
                {"port_count", driver.port_count},
                {"ports", Json::array()}};
    for (const doctor::NodePort& port : driver.ports)
        out["ports"].push_back({{"port", port.port}, {"owner", port.owner}, {"queued", port.queued}});
    out["awaiting_load"] = counts_json(driver.awaiting_load);
    out["awaiting_unload"] = counts_json(driver.awaiting_unload);
    out["ways"] = Json::array();
    if (!driver.permanent)
        for (const Way& way : doctor::ways_out(driver, processes)) out["ways"].push_back(way_json(way));
    return out;
}

Json node_json(const doctor::NodeState& node) {
    Json out = {{"name", node.name}, {"otp", node.release}, {"pid", node.pid}, {"drivers", Json::array()}};
    for (const NodeDriver& driver : node.drivers) out["drivers"].push_back(holders_json(driver, node.processes));
    out["processes"] = Json::array();
    for (const NodeProcess& process : node.processes) {
        Json item = {{"pid", process.pid}, {"trap_exit", process.trap_exit}};
        put(item, "registered_name", process.registered);
        put(item, "initial_call", process.begun_by);
        put(item, "current_function", process.inside);
        out["processes"].push_back(std::move(item));
    }
    return out;
}

} // namespace

std::string doctor_summary(const Diagnosis& diagnosis) {
    std::string out;
    if (diagnosis.node) out += fmt::format("node {} (OTP {})", diagnosis.node->name, diagnosis.node->release);
    if (diagnosis.mapped)
        out += fmt::format("{}process {} ({}): {} mapped", out.empty() ? "" : ", ", diagnosis.mapped->pid,
                           diagnosis.mapped->program,
                           counted(diagnosis.mapped->drivers.size(),
                                   diagnosis.mapped->drivers.size() == 1 ? "driver library" : "driver librarie"));
    const auto errors = static_cast<std::size_t>(std::ranges::count_if(
        diagnosis.problems, [](const auto& problem) { return words::row(problem.kind).severity == Severity::error; }));
    out += errors > 0                    ? fmt::format(", {}", counted(errors, "problem"))
           : doctor::complete(diagnosis) ? ", no problem found"
                                         : ", not everything could be checked";
    return out;
}

std::string doctor_text(const Diagnosis& diagnosis, const Style& style) {
    std::string out = style.strong(doctor_summary(diagnosis)) + "\n";
    if (diagnosis.mapped) {
        out += "\n" + libraries_text(*diagnosis.mapped);
        for (const Error& error : diagnosis.mapped->unread)
            out += wrapped("not checked: " + printable(error.message), 2);
        if (!diagnosis.mapped->nif_libraries.empty())
            out += wrapped(
                fmt::format("NIF libraries, not checked: {}", fmt::join(diagnosis.mapped->nif_libraries, ", ")), 2);
    } else {
        out += wrapped("not checked: what is mapped: " + diagnosis.mapped_trouble, 2);
    }
    for (const doctor::Problem& problem : diagnosis.problems) out += "\n" + problem_text(problem, style);
    if (diagnosis.node)
        for (const NodeDriver& driver : diagnosis.node->drivers)
            out += "\n" + holders_text(driver, diagnosis.node->processes, style);
    return out;
}

Json doctor_value(const Diagnosis& diagnosis) {
    Json out = {{"doctor", 1}};
    if (diagnosis.mapped) out["process"] = mapped_json(*diagnosis.mapped);
    put(out, "process_not_checked", diagnosis.mapped_trouble);
    if (diagnosis.node) out["node"] = node_json(*diagnosis.node);
    out["problems"] = Json::array();
    for (const doctor::Problem& problem : diagnosis.problems) {
        const auto& row = words::row(problem.kind);
        Json item = {{"problem", name(problem.kind)}, {"severity", name(row.severity)}, {"driver", problem.driver}};
        put(item, "path", problem.path);
        item["title"] = row.title;
        item["evidence"] = problem.evidence;
        item["on_a_node"] = row.why;
        item["fix"] = row.fix;
        out["problems"].push_back(std::move(item));
    }
    return out;
}

} // namespace ddll::report
