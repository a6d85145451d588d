#include "record/record.h"

#include "base/text.h"
#include "base/write_file.h"
#include "record/command.h"
#include "record/fit.h"
#include "record/split.h"
#include "scenario/observer.h"
#include "scenario/runner.h"
#include "verify/simulated.h"
#include "verify/witness_callbacks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>

namespace ddll::record {

namespace fs = std::filesystem;
using term::Term;

namespace {

/// In the order in which the nodes began, as far as their pids tell.
std::vector<std::string> logs_in(const std::string& folder) {
    std::vector<std::pair<unsigned long, std::string>> found;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(folder, failure)) {
        if (entry.path().extension() != ".log") continue;
        const std::string stem = entry.path().stem();
        unsigned long pid = 0;
        std::from_chars(stem.data(), stem.data() + stem.size(), pid);
        found.emplace_back(pid, entry.path());
    }
    std::ranges::sort(found);
    std::vector<std::string> out;
    for (auto& [pid, path] : found) out.push_back(std::move(path));
    return out;
}

Result<void> make_folder(const std::string& folder) {
    std::error_code failure;
    fs::create_directories(folder, failure);
    const std::string probe = folder + "/.ddlltool";
    if (!failure && std::ofstream(probe)) {
        fs::remove(probe, failure);
        return {};
    }
    return error(fmt::format("{} cannot be written", folder), "name another folder with --into DIR");
}

/// What one node did becomes one scenario.
class Maker {
public:
    Maker(const Options& options, const Copies& copies, const NodeLog& log)
        : options_(options), copies_(copies), log_(log) {}

    Result<Recorded> make(const Story& story, const std::string& name) {
        out_.file = fmt::format("{}/{}.json", options_.folder, name);
        out_.lost_the_end = log_.full;
        out_.traces_itself = story.traces_itself;
        cover(story);
        if (auto done = copy_files(story); !done) return std::move(done).error();
        const Head head{title_of(story), log_.otp};
        const Fitted fitted = fit_all(head, story);
        auto scenario = scenario_of(head, fitted_story_, copies_.all(), fitted.effects, true);
        if (const auto first = options_.replay ? run(file_text(scenario), run_options()) : std::nullopt)
            scenario = with_expected(std::move(scenario), *first);
        const std::string text = file_text(scenario);
        if (auto done = write_file(out_.file, text); !done) return std::move(done).error();
        out_.title = head.title;
        out_.steps = static_cast<std::uint32_t>(fitted_story_.items.size());
        out_.agree = static_cast<std::uint32_t>(fitted.agree.size());
        out_.disagreements = fitted.disagreements;
        if (options_.replay) replay(text);
        return std::move(out_);
    }

private:
    std::string title_of(const Story& story) const {
        std::set<std::string> drivers;
        for (const auto& [driver, version] : versions_of(story)) drivers.insert(driver);
        return fmt::format("What {} did with {}", story.test_case.empty() ? command_name() : story.test_case,
                           fmt::join(drivers, ", "));
    }

    /// Without folders, which are others elsewhere.
    std::string command_name() const {
        constexpr std::size_t longest = 60;
        std::string out;
        for (const std::string& word : options_.command) {
            const std::string name = fs::path(word).filename();
            if (out.size() + name.size() > longest) return out + " ...";
            out += (out.empty() ? "" : " ") + name;
        }
        return out;
    }

    void cover(const Story& story) {
        for (const auto& [driver, has] : story.callbacks) {
            Coverage coverage{driver};
            for (auto i = static_cast<unsigned>(Kind::init); i <= static_cast<unsigned>(Kind::finish); ++i) {
                if ((has >> (i - static_cast<unsigned>(Kind::init)) & 1) == 0) continue;
                const auto callback = *verify::witness::callback_of(static_cast<Kind>(i));
                ++coverage.all;
                if (is_reached(story, driver, callback))
                    ++coverage.reached;
                else
                    coverage.not_reached.emplace_back(words::name(callback));
            }
            out_.coverage.push_back(std::move(coverage));
        }
    }

    static bool is_reached(const Story& story, const std::string& driver, words::Callback callback) {
        return std::ranges::any_of(story.items, [&](const Item& item) {
            return std::ranges::any_of(item.driver_calls, [&](const scenario::DriverCall& call) {
                return call.driver == driver && call.callback == callback;
            });
        });
    }

    Result<void> copy_files(const Story& story) const {
        const auto used = versions_of(story);
        for (const DriverCopy& copy : copies_.all()) {
            if (!used.contains({copy.driver, copy.version})) continue;
            const fs::path target = fs::path(options_.folder) / place_of(copy);
            std::error_code failure;
            fs::create_directories(target.parent_path(), failure);
            if (!failure) fs::copy_file(copy.file, target, fs::copy_options::overwrite_existing, failure);
            if (failure) return error(fmt::format("{} cannot be written: {}", target.string(), failure.message()));
        }
        return {};
    }

    /// Once without the ends of processes that ports may have caused; again with those that nothing has caused.
    Fitted fit_all(const Head& head, const Story& story) {
        std::set<Term> ends_itself;
        for (;;) {
            fitted_story_ = without_followed(story, ends_itself);
            const auto result = first_run(head);
            if (!result) return {std::vector<Effects>(fitted_story_.items.size())};
            Fitted fitted = fit(fitted_story_, verify::simulated_records(*result));
            add_driver_calls(*result, fitted);
            const auto before = ends_itself.size();
            ends_itself.insert(fitted.still_alive.begin(), fitted.still_alive.end());
            if (ends_itself.size() == before) return fitted;
        }
    }

    static Story without_followed(Story story, const std::set<Term>& ends_itself) {
        std::vector<Item> kept;
        for (Item& item : story.items) {
            const auto* end = std::get_if<End>(&item.what);
            if (end == nullptr || !end->may_follow || ends_itself.contains(end->process)) {
                kept.push_back(std::move(item));
                continue;
            }
            story.followed.push_back(*end);
            if (kept.empty()) continue; // what was seen meanwhile belongs to the step before
            std::ranges::move(item.messages, std::back_inserter(kept.back().messages));
            std::ranges::move(item.driver_calls, std::back_inserter(kept.back().driver_calls));
        }
        story.items = std::move(kept);
        return story;
    }

    /// Nothing is expected yet.
    std::optional<scenario::RunResult> first_run(const Head& head) {
        std::vector<Effects> nothing(fitted_story_.items.size());
        for (std::size_t i = 0; i < nothing.size(); ++i) nothing[i].messages = fitted_story_.items[i].messages;
        auto options = run_options();
        options.compared_with = scenario::ComparedNode{};
        options.compared_with->release = verify::nearest_release(log_.otp);
        options.compared_with->erts_version = log_.erts;
        options.compared_with->linked_in = log_.linked_in;
        return run(file_text(scenario_of(head, fitted_story_, copies_.all(), nothing, false)), options);
    }

    /// All callbacks of each step, also those that a witness does not see.
    void add_driver_calls(const scenario::RunResult& result, Fitted& fitted) const {
        const auto used = versions_of(fitted_story_);
        const scenario::Versions versions(*result.scenario);
        scenario::Observer observer(*result.journal, versions);
        for (std::size_t i = 0; i < result.steps.size() && i < fitted.effects.size(); ++i) {
            scenario::StepRecord record;
            if (result.steps[i].last_entry != 0) observer.read(record, {}, result.steps[i].last_entry);
            for (const scenario::DriverCall& call : record.driver_calls)
                if (call.kind == scenario::DriverCall::Kind::callback)
                    fitted.effects[i].driver_calls.push_back(callback_text(call, used));
        }
    }

    static scenario::RunOptions run_options() {
        scenario::RunOptions options;
        options.patient = true;
        return options;
    }

    std::optional<scenario::RunResult> run(const std::string& text, const scenario::RunOptions& options) {
        scenario::ReadOptions read_options = options_.read;
        read_options.max_bytes = std::size_t{1} << 30;
        auto read = scenario::read_scenario(text, out_.file, read_options);
        if (!read.scenario) {
            for (const Error& mistake : read.mistakes)
                out_.not_replayed.push_back(fmt::format("{} ({})", mistake.message, mistake.place.pointer));
            return std::nullopt;
        }
        std::vector<scenario::Scenario> one;
        one.push_back(*std::move(read.scenario));
        auto runs = scenario::run_all(std::move(one), options, [](const scenario::RunResult&) {});
        return std::move(runs.results.front());
    }

    /// The file as it is, as `run` plays it.
    void replay(const std::string& text) {
        if (auto result = run(text, run_options())) out_.run = *std::move(result);
    }

    const Options& options_;
    const Copies& copies_;
    const NodeLog& log_;
    Recorded out_;
    Story fitted_story_; ///< with the ends of processes that are steps
};

Error no_node(const Options& options) {
    return error(
        fmt::format("{} started no Erlang node that could be watched", fmt::join(options.command, " ")),
        "record watches programs called beam... that take LD_PRELOAD and ERL_AFLAGS: name a command that starts one");
}

Error no_driver(const Options& options, std::size_t nodes) {
    const std::string what =
        options.drivers.empty() ? "a driver" : fmt::format("{}", fmt::join(options.drivers, " or "));
    return error(fmt::format("{} Erlang node{} watched, and none loaded {} with erl_ddll", nodes,
                             nodes == 1 ? " was" : "s were", what),
                 "let the command do something with the driver");
}

/// As its test case; no two are alike.
std::string name_of(const Story& story, const std::vector<Recorded>& others) {
    const std::string wanted = story.test_case.empty() ? "recorded" : story.test_case;
    const auto taken = [&](const std::string& name) {
        return std::ranges::any_of(others, [&](const Recorded& o) { return fs::path(o.file).stem() == name; });
    };
    std::string name = wanted;
    for (int i = 2; taken(name); ++i) name = fmt::format("{}{}", wanted, i);
    return name;
}

Result<std::vector<Recorded>> make_scenarios(const Options& options, const std::vector<NodeLog>& logs) {
    Copies copies;
    std::vector<Recorded> out;
    for (const NodeLog& log : logs) {
        const Story whole = make_story(log, options.drivers, copies);
        if (whole.items.empty()) continue;
        for (const Story& story : by_test_case(whole)) {
            if (story.items.empty()) continue;
            auto made = Maker(options, copies, log).make(with_files(story), name_of(story, out));
            if (!made) return std::move(made).error();
            out.push_back(*std::move(made));
        }
    }
    return out;
}

} // namespace

Result<Recording> record(const Options& options) {
    if (auto done = make_folder(options.folder); !done) return std::move(done).error();
    auto tools = scenario::WorkFolder::create();
    auto logs = scenario::WorkFolder::create();
    if (!tools) return std::move(tools).error();
    if (!logs) return std::move(logs).error();
    if (auto done = unpack_recorder(tools->path(), options.erl); !done) return std::move(done).error();
    const auto ended = run_command(options.command, tools->path(), logs->path());
    if (!ended) return ended.error();

    std::vector<NodeLog> watched;
    for (const std::string& file : logs_in(logs->path()))
        if (auto log = read_node_log(file); log && !log->otp.empty()) watched.push_back(*std::move(log));
    if (watched.empty()) return no_node(options);
    auto made = make_scenarios(options, watched);
    if (!made) return std::move(made).error();
    if (made->empty()) return no_driver(options, watched.size());
    Recording out;
    out.exit_status = ended->status;
    out.ended_by = ended->signal;
    out.nodes = static_cast<std::uint32_t>(watched.size());
    out.scenarios = *std::move(made);
    return out;
}

} // namespace ddll::record
