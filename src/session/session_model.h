#pragma once
/// What the server keeps of a session: the story so far as a scenario, the journal its child writes, the last state.
/// Everything a client is told comes from here, also when the child has died.
#include "isolate/isolate.h"
#include "journal/journal.h"
#include "report/report.h"
#include "report/run_log.h"
#include "scenario/result_builder.h"
#include "session/driver_store.h"
#include "session/origins.h"
#include "session/protocol.h"
#include "session/state.h"
#include "term/expr.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::session {

class SessionModel {
public:
    /// Copies of driver files go into `store`.
    SessionModel(std::string store, report::Names names);
    SessionModel(const SessionModel&) = delete;

    /// The steps that a request is made of, the request's own last: before it come the files that others have changed.
    /// Nothing is done to the story where there is an error: its kind of wrong is the user's.
    Result<std::vector<Order>> prepare(const Request& request);

    /// The child has done the last of the orders (`reply` is what it said): the answer for the client.
    nlohmann::json settle(const Request& request, const Order& order, const nlohmann::json& reply);
    /// It has died instead, or ended: the same.
    nlohmann::json end(const Request* request, const isolate::Ending& ending);

    /// The message with that reference, once it is in the mailbox of the process; it stays there.
    struct Message {
        std::uint32_t step;
        std::string text;
        std::string means; ///< in words; may be empty
    };
    std::optional<Message> message_with(const std::string& process, const std::string& reference) const;

    nlohmann::json receive(const Request& request);
    /// Its messages that nobody has read.
    std::size_t unread(const std::string& process) const;

    const std::shared_ptr<journal::Journal>& journal() const { return journal_; }
    const scenario::Scenario& scenario() const { return scenario_; }
    const std::optional<State>& state() const { return state_; }
    const std::optional<isolate::Ending>& ending() const { return ending_; }
    const DriverStore& store() const { return store_; }
    const scenario::Versions& versions() const { return *versions_; }
    const report::Names& names() const { return names_; }
    std::size_t steps() const { return scenario_.steps.size(); }
    /// Everything the readers of results know of: a walk over the whole journal.
    scenario::RunResult result() const;
    /// As of the last step.
    const std::vector<scenario::RunFinding>& findings() const { return findings_; }
    /// By step, what the value of its call was matched with.
    const std::map<std::uint32_t, std::string>& patterns() const { return patterns_; }
    const Origins& origins() const { return origins_.origins(); }
    struct Opened {
        std::string build_id, version;
        bool was_mapped = false;
    };
    const std::map<ImageId, Opened>& images() const { return images_; }
    /// Which version of which driver lay where before the step that opened it first: before step `first`.
    struct FirstSight {
        std::uint32_t step = 0;
        std::string path, driver, version;
    };
    const std::vector<FirstSight>& first_sights() const { return first_sights_; }
    /// The variable for a folder, if it has one.
    const std::string* variable_of(const std::string& folder) const;
    /// Pids, ports, references: by the name the session gave them.
    term::Namer namer() const;
    const std::set<std::string>& variables() const { return variables_; }

private:
    struct Draft;
    Result<void> draft(const Request& request, Draft& draft);
    Result<void> draft_call(const Request& request, Draft& draft);
    void adopt(const Draft& draft);
    void name_folders(const term::Expr& expr, Draft& draft) const;
    Result<void> check_call(const term::Expr& expr, const Draft& draft) const;
    Result<void> find_process(const std::string& name, bool trap_exit, Draft& draft) const;
    std::string folder_variable(const std::string& folder, Draft& draft) const;
    Order note_change(const DriverStore::Change& change);
    void read_new_entries();
    void read_step_bounds(const journal::Entry& entry);
    bool may_show_something(const journal::Entry& entry);
    void meet(std::string path);
    void follow_steps();
    nlohmann::json answer(const Request& request, std::uint32_t step);
    nlohmann::json new_findings();

    scenario::Scenario scenario_;
    std::shared_ptr<journal::Journal> journal_;
    std::shared_ptr<scenario::Versions> versions_;
    DriverStore store_;
    report::Names names_;
    std::optional<State> state_;
    std::optional<isolate::Ending> ending_;
    std::vector<FirstSight> first_sights_;
    std::uint64_t read_ = 0; ///< journal entries
    std::set<std::string> variables_;
    std::map<std::string, std::string> folders_; ///< folder to its variable
    std::map<ProcessId, std::string> process_names_;
    std::map<std::string, std::vector<Message>> mail_; ///< not read yet, by process
    std::uint32_t step_ = 0;                           ///< of the last StepBegun
    std::map<std::uint32_t, std::string> patterns_;
    std::set<std::string> told_findings_;
    std::vector<DriverStore::Change> changes_; ///< of files, seen but not told yet

    // What a result has, kept up with the journal step by step.
    scenario::RunResult so_far_;
    report::Follower follower_;
    std::vector<report::StepLog> told_; ///< of the last request
    OriginsReader origins_;
    std::map<ImageId, Opened> images_;
    std::optional<std::uint32_t> open_step_;
    bool look_for_findings_ = false;
    std::set<std::pair<words::Rule, words::ApiFunction>> misuses_; ///< rule and function, met before
    std::vector<scenario::RunFinding> findings_;
};

} // namespace ddll::session
