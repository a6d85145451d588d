#pragma once
/// Runs scenarios for a check: those that were made for it, and those that its user wrote. Internal to check/.
#include "check/check.h"
#include "check/made_scenarios.h"
#include "scenario/versions.h"
#include "words/release.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ddll::check {

/// Rules that go by the clock.
bool is_timed(Rule rule);

struct Ran {
    const MadeScenario* made;
    CheckRun run;
};

/// What is another way in a run that is done once more.
struct Variation {
    std::optional<std::uint8_t> fresh_memory{}; ///< fills memory that the driver gets
    std::optional<words::AtomTag> atoms{};
};

class Player {
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit Player(const Request& request) : request_(request) {}

    /// What has not begun by then is left out.
    void set_end(std::optional<Time> until) { until_ = until; }

    /// Those that can be read; the others are in unreadable().
    std::vector<Ran> play(const std::vector<MadeScenario>& all, Variation other = {});
    scenario::RunResult play(const scenario::Scenario& one, Variation other = {});

    bool interrupted() const { return interrupted_; }
    /// "TITLE: what is wrong"; a second call gives what has come since.
    std::vector<std::string> take_unreadable() { return std::move(unreadable_); }

private:
    scenario::RunOptions options(Variation other) const;
    std::vector<scenario::RunResult> run(std::vector<scenario::Scenario> all, const scenario::RunOptions& options);
    void confirm(Rule rule, std::vector<scenario::RunResult>& results, const scenario::RunOptions& options);

    const Request& request_;
    std::shared_ptr<scenario::FactsOnce> facts_ = std::make_shared<scenario::FactsOnce>();
    std::optional<Time> until_;
    std::vector<std::string> unreadable_;
    bool interrupted_ = false;
};

} // namespace ddll::check
