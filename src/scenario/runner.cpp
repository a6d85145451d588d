#include "scenario/runner.h"

#include "base/check.h"
#include "scenario/patience.h"
#include "scenario/result_builder.h"
#include "scenario/run_here.h"
#include "scenario/work_folder.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace ddll::scenario {

namespace {

// One run from its preparation in the parent to its result; the pool keeps it alive.
struct Run {
    Running running;
    WorkFolder folder;
};

RunResult not_run(const Scenario& scenario, Verdict verdict) {
    RunResult result;
    result.release = scenario.release({});
    result.file = scenario.file;
    result.title = scenario.title;
    result.verdict = verdict;
    return result;
}

// The variables of the scenario and no others, so that it runs alike everywhere. As long as this lives.
class Environment {
public:
    explicit Environment(const std::map<std::string, std::string>& variables) : before_(environ) {
        for (const auto& [name, value] : variables) texts_.push_back(name + "=" + value);
        for (std::string& text : texts_) pointers_.push_back(text.data());
        pointers_.push_back(nullptr);
        environ = pointers_.data();
    }
    ~Environment() { environ = before_; }
    Environment(const Environment&) = delete;

private:
    char** before_;
    std::vector<std::string> texts_;
    std::vector<char*> pointers_;
};

using Clock = std::chrono::steady_clock;

RunResult left_out(const Scenario& scenario) {
    RunResult result = not_run(scenario, Verdict::skipped);
    result.skipped.left_out = true;
    result.skipped.why = "its time was over";
    return result;
}

RunResult for_others(const std::shared_ptr<const Scenario>& scenario) {
    RunResult result = not_run(*scenario, Verdict::skipped);
    result.scenario = scenario;
    result.skipped.for_others = true;
    result.skipped.why = scenario->whose();
    return result;
}

// Without a child, for debuggers: nothing is caught.
void run_without_child(isolate::Job job) {
    std::error_code ignored;
    const auto here = std::filesystem::current_path(ignored);
    if (!job.prepare()) return;
    job.body();
    std::filesystem::current_path(here, ignored);
    job.done(isolate::Ending{});
}

} // namespace

Runs run_all(std::vector<Scenario> scenarios, const RunOptions& options,
             const std::function<void(const RunResult&)>& progress) {
    Runs runs;
    runs.results.resize(scenarios.size());
    const auto facts = options.facts ? options.facts : std::make_shared<FactsOnce>();
    isolate::Pool pool(options.parallel);
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
        isolate::Job job;
        // The scenario runs in a folder of its own, so paths that were right here must not be relative.
        for (DriverDecl& driver : scenarios[i].drivers)
            for (DriverFile& file : driver.versions)
                file.file = std::filesystem::absolute(file.file).lexically_normal();
        auto scenario = std::make_shared<const Scenario>(std::move(scenarios[i]));
        if (scenario->time_limit) job.limits.wall = *scenario->time_limit;
        if (options.time_limit) job.limits.wall = *options.time_limit;
        // Made when the pool comes to it: folders, journals and files of a thousand scenarios at once would be too
        // much.
        auto run = std::make_shared<std::optional<Run>>();
        auto patience = std::make_shared<std::optional<Patience>>();
        job.prepare = [run, scenario, patience, facts, limit = job.limits.wall, i, &options, &runs, &progress] {
            if (!scenario->release(wanted_release(options))) {
                progress(runs.results[i] = for_others(scenario));
                return false;
            }
            if (options.until && Clock::now() >= *options.until) {
                progress(runs.results[i] = left_out(*scenario));
                return false;
            }
            if (options.patient) patience->emplace(limit, options.until, Clock::now());
            auto folder = WorkFolder::create();
            if (!folder) {
                runs.results[i] = not_run(*scenario, Verdict::unusable);
                runs.results[i].mistakes.push_back(std::move(folder).error());
                progress(runs.results[i]);
                return false;
            }
            run->emplace(Run{Running{scenario, flatten(*scenario), std::make_shared<journal::Journal>(),
                                     std::make_shared<const Versions>(*scenario, *facts)},
                             *std::move(folder)});
            return true;
        };
        job.body = [run, &options] {
            Running& running = (*run)->running;
            // What this program was started with: drivers get the same numbers in every run.
            if (!options.in_process) close_range(3, ~0U, 0);
            const Environment environment(running.scenario->environment);
            if (chdir((*run)->folder.path().c_str()) != 0) DDLL_CHECK_MSG(false, std::strerror(errno));
            run_here(*running.scenario, running.steps, *running.versions, options, *running.journal);
        };
        job.progress = [run] { return (*run)->running.journal->size(); };
        if (options.patient)
            job.deadline = [run, patience] {
                return (*patience)->deadline((*run)->running.journal->size(), Clock::now());
            };
        job.done = [run, scenario, patience, i, &runs, &options, &progress](isolate::Ending ending) {
            if (!*run) { // interrupted before it was prepared
                RunResult& result = runs.results[i];
                result = not_run(*scenario, Verdict::skipped);
                result.scenario = scenario;
                result.skipped.why = "interrupted";
            } else if (*patience && (*patience)->left_out() && std::holds_alternative<isolate::TimedOut>(ending.how)) {
                runs.results[i] = left_out(*scenario);
            } else {
                runs.results[i] = build_result(std::move((*run)->running), ending, options);
            }
            run->reset();
            progress(runs.results[i]);
        };
        if (options.in_process)
            run_without_child(std::move(job));
        else
            pool.add(std::move(job));
    }
    pool.run();
    runs.interrupted = pool.interrupted();
    return runs;
}

} // namespace ddll::scenario
