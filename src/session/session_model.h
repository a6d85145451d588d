#pragma once
/// What the server keeps of one emulator, part by part, fed by the requests that come and by the journal that its child
/// writes. Everything that answers say comes from here, also when the child has died.
#include "isolate/isolate.h"
#include "journal/journal.h"
#include "report/report.h"
#include "scenario/result_builder.h"
#include "session/answer.h"
#include "session/finding_watch.h"
#include "session/mailboxes.h"
#include "session/origins.h"
#include "session/progress.h"
#include "session/protocol.h"
#include "session/session_drivers.h"
#include "session/session_names.h"
#include "session/session_scenario.h"
#include "session/state.h"
#include "session/step_plan.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ddll::session {

class SessionModel {
public:
    /// Copies of driver files go into `store`. `release`: that was asked for.
    explicit SessionModel(std::string store, std::optional<words::Release> release = {});
    SessionModel(const SessionModel&) = delete;

    /// The steps that a request is made of, the request's own last: before it come the files that others have changed.
    /// Nothing is changed where there is an error: what is wrong is the user's.
    Result<std::vector<Order>> prepare(const Request& request);

    /// The child has done the last of the orders: the answer for the client. `state` is that after it.
    Answer settle(const Request& request, const Order& order, const StepReply& reply, State state);
    /// The child has died or ended, while it worked on `request` unless that is null.
    Answer end(const Request* request, const isolate::Ending& ending);

    const SessionScenario& done() const { return done_; }
    const scenario::Scenario& scenario() const { return done_.scenario(); }
    const SessionDrivers& drivers() const { return drivers_; }
    const SessionNames& names() const { return names_; }
    const Mailboxes& mail() const { return mail_; }
    Mailboxes& mail() { return mail_; }
    const Origins& origins() const { return origins_.origins(); }
    /// As of the last step.
    const std::vector<scenario::RunFinding>& findings() const { return findings_.all(); }
    const std::optional<State>& state() const { return state_; }
    const std::optional<isolate::Ending>& ending() const { return ending_; }
    const std::shared_ptr<journal::Journal>& journal() const { return journal_; }

    /// Everything the readers of results know of: a walk over the whole journal.
    scenario::RunResult result() const;

private:
    void declare(const StepPlan& plan);
    Order add(StepPlan plan);
    PlanScope scope() const;
    void read_new_entries();
    void see(const journal::Entry& entry);
    Answer answer(const Request& request, std::uint32_t step);

    std::shared_ptr<journal::Journal> journal_;
    std::uint64_t read_ = 0; ///< entries of it
    SessionScenario done_;
    SessionDrivers drivers_;
    SessionNames names_;
    Mailboxes mail_;
    Progress progress_;
    OriginsReader origins_;
    FindingWatch findings_;
    std::optional<State> state_;
    std::optional<isolate::Ending> ending_;
};

} // namespace ddll::session
