#include "session/session_model.h"

#include "scenario/work_folder.h"
#include "session/meaning.h"
#include "term/external.h"

#include <fmt/format.h>

namespace ddll::session {

namespace {

// What the answer to a step shows: its call's own value stands apart, late ones of others are lines.
bool belongs_into_answer(const report::Line& line) {
    using enum report::LineKind;
    if (line.minor || line.kind == blocks) return false;
    return (line.kind != returns && line.kind != raises) || !line.who.empty();
}

} // namespace

SessionModel::SessionModel(std::string store, std::optional<words::Release> release)
    : journal_(std::make_shared<journal::Journal>()), done_(release), drivers_(std::move(store)),
      progress_(done_.scenario(), journal_) {}

scenario::RunResult SessionModel::result() const {
    scenario::Running running;
    running.scenario = {std::shared_ptr<void>(), &done_.scenario()}; // it is not given away
    running.steps = scenario::flatten(done_.scenario());
    running.journal = journal_;
    running.versions = drivers_.store().versions();
    running.goes_on = !ending_;
    scenario::RunOptions options;
    return scenario::build_result(std::move(running), ending_.value_or(isolate::Ending{}), options);
}

PlanScope SessionModel::scope() const {
    return {done_, names_.variables(), state_ ? &*state_ : nullptr, names_.namer()};
}

void SessionModel::declare(const StepPlan& plan) {
    for (const auto& path : plan.order.paths) done_.declare(path);
    for (const auto& process : plan.order.processes) done_.declare(process);
    for (const auto& variable : plan.variables) names_.take(variable);
}

Order SessionModel::add(StepPlan plan) {
    plan.order.index = done_.next();
    done_.add(std::move(plan.step));
    return std::move(plan.order);
}

Result<std::vector<Order>> SessionModel::prepare(const Request& request) {
    drivers_.look_for_changes();
    std::optional<StepPlan> own;
    if (request.kind == Request::Kind::install) {
        const std::string target = request.into + "/" + request.as + ".so";
        if (auto put = scenario::install_file(request.how, request.file, target); !put) return std::move(put).error();
        drivers_.put(target, request.how);
    } else {
        auto planned = plan_step(request, scope());
        if (!planned) return std::move(planned).error();
        own = *std::move(planned);
        // A folder that gets its name from a change below keeps the one that the call has given it.
        declare(*own);
    }
    std::vector<Order> orders;
    for (const DriverStore::Change& change : drivers_.take_changes()) {
        StepPlan plan = plan_install(change, scope());
        declare(plan);
        orders.push_back(add(std::move(plan)));
        done_.set_drivers(drivers_.store().drivers());
    }
    if (own) orders.push_back(add(*std::move(own)));
    return orders;
}

void SessionModel::see(const journal::Entry& entry) {
    read_ = entry.seq;
    progress_.see(entry);
    origins_.see(entry);
    findings_.see(entry);
    if (const auto* delivered = std::get_if<journal::Delivered>(&entry.event)) {
        const auto message = term::decode(delivered->term);
        mail_.deliver(names_.process(delivered->to),
                      {progress_.step(), message ? term::print(message->term, names_.namer()) : "(cut)",
                       message ? driver_message(message->term) : std::nullopt});
    } else if (const auto* opened = std::get_if<journal::ImageOpened>(&entry.event)) {
        const auto& image = drivers_.opened(*opened, progress_.step());
        if (!image.version.empty()) progress_.set_version(opened->image, image.version);
        done_.set_drivers(drivers_.store().drivers());
    } else if (const auto* failed = std::get_if<journal::ImageFailed>(&entry.event)) {
        drivers_.refused(*failed, progress_.step());
        done_.set_drivers(drivers_.store().drivers());
    }
}

void SessionModel::read_new_entries() {
    progress_.follow_scenario();
    // Names first: a message may hold what is only named at the end of its step.
    for (auto entry = journal_->begin(read_ + 1); entry; ++entry)
        if (const auto named = names_.see(*entry)) progress_.name(named->printed, named->name);
    for (auto entry = journal_->begin(read_ + 1); entry; ++entry) see(*entry);
    progress_.read_lines();
}

Answer SessionModel::answer(const Request& request, std::uint32_t step) {
    Answer out;
    out.step = step;
    for (const report::Line& line : progress_.lines(step))
        if (belongs_into_answer(line)) out.lines.push_back(line);
    if (request.kind == Request::Kind::call) {
        CallResult called = call_result(*journal_, progress_.bounds(step), names_.namer());
        out.kind = called.kind;
        out.failed = called.failed();
        out.promises = called.promises();
        out.means.emplace();
        if (state_) out.means = meaning(called, scenario().steps[step], *state_, names_.namer());
        out.term = std::move(called.text);
        out.exception_class = std::move(called.exception_class);
    }
    if (findings_.due()) findings_.set(result().findings);
    out.findings = findings_.take_new();
    return out;
}

Answer SessionModel::settle(const Request& request, const Order& order, const StepReply& reply, State state) {
    state_ = std::move(state);
    read_new_entries();
    Answer out = answer(request, order.index);
    if (!request.pattern.empty() && !reply.badmatch && out.kind == AnswerKind::value)
        done_.set_pattern(order.index, request.pattern);
    if (reply.badmatch) {
        out.failed = true;
        if (!out.means) out.means.emplace();
        out.means->push_back(fmt::format("this does not match {}: nothing was bound", request.pattern));
    }
    if (reply.impasse) out.failed = true;
    out.impasse = reply.impasse;
    return out;
}

Answer SessionModel::end(const Request* request, const isolate::Ending& ending) {
    ending_ = ending;
    read_new_entries();
    scenario::RunResult all = result();
    findings_.set(std::move(all.findings));
    Answer out;
    out.kind = AnswerKind::ended;
    out.findings = findings_.take_new();
    if (request != nullptr && done_.next() > 0) {
        Answer of_step = answer(*request, done_.next() - 1);
        out.lines = std::move(of_step.lines);
        out.step = of_step.step;
    }
    if (!all.death) return out;
    out.kind = AnswerKind::died;
    out.failed = true;
    out.death = std::move(all.death);
    out.death_step = done_.next();
    return out;
}

} // namespace ddll::session
