// What random scenarios reach, counted without a node: plays them simulated, and prints how often each call, callback,
// reply and message occurred. scripts/reach adds the rows of the rules and judges.
//
//   ddlltool-reach DRIVERS STORIES SEED     DRIVERS: the folder of the sample drivers
//
// Lines: KIND, a tab, NAME, a tab, TIMES. What has to occur is printed with 0 when it did not; kinds with a capital are
// counted for the table only.
#include "calls/calls.h"
#include "scenario/reader.h"
#include "scenario/runner.h"
#include "term/text.h"
#include "verify/random_scenario.h"
#include "verify/simulated.h"
#include "verify/tally.h"
#include "words/driver_api.h"
#include "words/emulator.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace ddll;
using Counts = std::map<std::pair<std::string, std::string>, std::uint64_t>;

/// Words of the comparison's tally that have to occur: one for each answer and message of erl_ddll and of the calls to
/// ports and processes.
std::vector<std::string> needed_words() {
    std::vector<std::string> out;
    const auto all_of = [&out](std::string_view call, std::initializer_list<std::string_view> answers) {
        for (const std::string_view answer : answers) out.push_back(fmt::format("reply {} {}", call, answer));
    };
    all_of("erl_ddll:try_load/3",
           {"{ok, loaded}", "{ok, already_loaded}", "{ok, pending_driver}", "{ok, pending_driver, Ref}",
            "{ok, pending_process}", "{ok, pending_process, Ref}", "error:badarg"});
    all_of("erl_ddll:try_unload/2", {"{ok, pending_driver}", "{ok, pending_driver, Ref}", "{ok, pending_process}",
                                     "{ok, pending_process, Ref}", "error:badarg"});
    for (const auto refusal : words::all<words::Refusal>) {
        const bool of_unload = refusal == words::Refusal::linked_in_driver || refusal == words::Refusal::permanent ||
                               refusal == words::Refusal::not_loaded ||
                               refusal == words::Refusal::not_loaded_by_this_process;
        out.push_back(fmt::format("reply erl_ddll:try_load/3 {{error, {}}}", words::name(refusal)));
        if (of_unload) out.push_back(fmt::format("reply erl_ddll:try_unload/2 {{error, {}}}", words::name(refusal)));
    }
    for (const auto kind : words::all<words::LoadErrorKind>) {
        const bool numbered = kind == words::LoadErrorKind::open_error;
        const std::string reason = numbered ? "{open_error, Integer}" : std::string(words::name(kind));
        out.push_back(fmt::format("reply erl_ddll:try_load/3 {{error, {}}}", reason));
        out.push_back(fmt::format("message {{'DOWN', Ref, driver, Name, {{load_failure, {}}}}}", reason));
    }
    // load_driver/2 waits for a reload whose ports were killed, and that is over by then, unless something else holds
    // the driver for good: scenarios/lifecycle/load-driver-waits.json. Nodes that play many scenarios would keep it.
    for (const char* call : {"load/2", "reload/2", "reload_driver/2", "unload_driver/1"})
        all_of(fmt::format("erl_ddll:{}", call), {"ok", "(blocks)"});
    all_of("erl_ddll:load_driver/2", {"ok"});
    all_of("erl_ddll:unload/1", {"ok"});
    all_of("open_port/2", {"Port", "(blocks)", "error:badarg", "error:einval", "error:eacces"});
    all_of("port_command/2", {"true", "(blocks)", "error:badarg"});
    all_of("port_command/3", {"true", "false", "error:notsup", "error:badarg"});
    all_of("port_control/3", {"List", "Binary", "error:badarg"});
    all_of("port_close/1", {"true", "error:badarg"});
    all_of("port_connect/2", {"true", "error:badarg"});
    all_of("port_info/1", {"List", "undefined"});
    all_of("port_info/2", {"undefined", "{connected, Pid}", "{links, List}", "{name, List}", "{queue_size, Integer}",
                           "{os_pid, Integer}", "{monitors, List}"});
    all_of("erlang:send/3", {"ok", "nosuspend", "error:badarg"});
    all_of("link/1", {"true", "error:noproc"});
    all_of("erlang:monitor/2", {"Ref"});
    all_of("process_info/2", {"{links, List}", "{status, waiting}", "{trap_exit, true}", "undefined"});
    all_of("register/2", {"true", "error:badarg"});
    all_of("unregister/1", {"true", "error:badarg"});
    all_of("is_process_alive/1", {"true", "false"});
    for (const char* what : {"loaded", "unload_cancelled", "permanent"})
        out.push_back(fmt::format("message {{'UP', Ref, driver, Name, {}}}", what));
    for (const char* what : {"unloaded", "load_cancelled"})
        out.push_back(fmt::format("message {{'DOWN', Ref, driver, Name, {}}}", what));
    for (const char* message : {"{'DOWN', Ref, process, Pid, normal}",
                                "{'DOWN', Ref, process, Pid, noproc}",
                                "{'DOWN', Ref, port, Port, normal}",
                                "{'DOWN', Ref, port, Port, noproc}",
                                "{'EXIT', Port, normal}",
                                "{'EXIT', Port, noproc}",
                                "{'EXIT', Pid, noproc}",
                                "{'EXIT', Port, driver_unloaded}",
                                "{'EXIT', Port, badsig}",
                                "{'EXIT', Port, boom}",
                                "{'EXIT', Pid, bad}",
                                "{Port, closed}",
                                "{Port, connected}",
                                "{Port, {data, List}}",
                                "{Port, {data, Binary}}",
                                "{timeout, Port}",
                                "{input, Port, List}",
                                "{output, Port}",
                                "{job, Port, Integer}",
                                "{gone, Port, Integer, Pid}",
                                "{said, Port, Integer}",
                                "{told, Port, Integer}",
                                "{from_thread, List}"})
        out.push_back(fmt::format("message {}", message));
    for (const char* reason : {"normal", "bad", "killed", "driver_unloaded", "badsig"})
        out.push_back(fmt::format("exit {}", reason));
    for (const char* late : {"ok", "true", "Port", "error:badarg"}) out.push_back(fmt::format("late reply {}", late));
    return out;
}

/// Callbacks that no driver of these scenarios has: destructors that exit() runs.
bool is_needed(words::Callback callback) {
    return callback != words::Callback::exit_handlers;
}

class Reach {
public:
    Reach() {
        for (const auto& call : calls::known_calls())
            counts_[{"call", fmt::format("{}:{}/{}", call.module, call.name, call.arity)}] = 0;
        for (const auto callback : words::all<words::Callback>)
            if (is_needed(callback)) counts_[{"callback", words::name(callback)}] = 0;
        for (const auto& word : needed_words()) counts_[split(word)] = 0;
    }

    void add(const scenario::RunResult& run) {
        const auto records = verify::simulated_records(run);
        verify::Tally tally;
        for (std::size_t i = 0; i < records.size() && i < run.flat.size(); ++i) {
            if (records[i].skipped) continue;
            verify::count(*run.flat[i].step, records[i], tally);
            if (const auto* step = std::get_if<scenario::CallStep>(&run.flat[i].step->what))
                for (std::size_t k = 0; k < std::min(step->calls.size(), records[i].returns.size()); ++k)
                    add_calls(*step->calls[k].expr);
        }
        for (const auto& [word, times] : tally) {
            const auto key = split(word);
            if (key.first == "callback") continue;
            const bool needed = counts_.contains(key);
            counts_[needed ? key : std::pair("Other", word)] += times;
        }
        for (const journal::Entry& entry : *run.journal) {
            if (const auto* entered = std::get_if<journal::Entered>(&entry.event))
                if (is_needed(entered->callback)) ++counts_[{"callback", words::name(entered->callback)}];
            if (const auto* called = std::get_if<journal::ApiCalled>(&entry.event))
                ++counts_[{"Api", words::name(called->function)}];
        }
    }

    void print() const {
        for (const auto& [key, times] : counts_)
            std::fputs(fmt::format("{}\t{}\t{}\n", key.first, key.second, times).c_str(), stdout);
    }

private:
    /// "late reply ok" is of the kind "late reply".
    static std::pair<std::string, std::string> split(const std::string& word) {
        const auto at = word.find(' ', word.starts_with("late ") ? 5 : 0);
        return {word.substr(0, at), word.substr(at + 1)};
    }

    void add_calls(const term::Expr& expr) {
        if (expr.kind == term::Expr::Kind::call)
            if (const auto it =
                    counts_.find({"call", fmt::format("{}:{}/{}", expr.module.empty() ? "erlang" : expr.module,
                                                      expr.name, expr.children.size())});
                it != counts_.end())
                ++it->second;
        if (expr.kind == term::Expr::Kind::op && expr.name == "!") ++counts_[{"call", "erlang:!/2"}];
        for (const auto& child : expr.children) add_calls(*child);
        if (expr.tail) add_calls(*expr.tail);
    }

    Counts counts_;
};

} // namespace

int main(int count, char** arguments) {
    if (count != 4) return 2;
    constexpr std::uint64_t at_once = 256;
    const std::uint64_t stories = std::strtoull(arguments[2], nullptr, 10);
    const std::uint64_t seed = std::strtoull(arguments[3], nullptr, 10);
    scenario::ReadOptions read;
    read.driver_path = {arguments[1]};
    scenario::RunOptions options;
    options.parallel = 2;
    options.compared_with = scenario::ComparedNode{};
    options.compared_with->linked_in = {"ram_file_drv"};
    Reach reach;
    for (std::uint64_t begun = 0; begun < stories; begun += at_once) {
        std::vector<scenario::Scenario> scenarios;
        for (std::uint64_t n = begun + 1; n <= std::min(stories, begun + at_once); ++n) {
            auto found = scenario::read_scenario(verify::random_scenario(seed, n).text(), "random.json", read);
            if (!found.scenario) {
                std::fputs(fmt::format("scenario {} of seed {}: {}\n", n, seed, found.mistakes.front().message).c_str(),
                           stderr);
                return 3;
            }
            scenarios.push_back(*std::move(found.scenario));
        }
        const auto runs = scenario::run_all(std::move(scenarios), options, [](const scenario::RunResult&) {});
        if (runs.interrupted) return 3;
        for (const auto& run : runs.results) {
            if (run.verdict == scenario::Verdict::bug || !run.journal) {
                std::fputs(fmt::format("{} could not be run\n", run.title).c_str(), stderr);
                return 3;
            }
            reach.add(run);
        }
    }
    reach.print();
    return 0;
}
