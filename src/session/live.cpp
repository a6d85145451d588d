#include "session/live.h"

#include "base/check.h"
#include "calls/calls.h"
#include "host/host.h"
#include "session/lines.h"
#include "session/protocol.h"
#include "session/state.h"
#include "term/external.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>

namespace ddll::session {

using term::Evaluated;
using term::Term;
using Json = nlohmann::json;

namespace {

class Live {
public:
    explicit Live(journal::Journal& journal)
        : journal_(journal), host_(options(), journal, chooser_), current_(host_) {}

    Json perform(const Order& order);
    void end() {
        host_.report_end();
        journal_.write(journal::Ended{});
    }

private:
    static host::Options options() { return {}; }

    void declare(const Order& order);
    void call(const Order& order, Json& reply);
    void advance(const Order& order);
    void wait_outside(Duration longest);
    void take_late_returns();
    void name_new(const Term& term);
    void name_messages();
    void bind(const std::string& name, Term value);
    std::optional<std::string> name_of(const Term& term) const;
    std::string fresh(const std::string& beginning);

    journal::Journal& journal_;
    host::FirstInFirstOut chooser_;
    host::Host host_;
    host::CurrentHost current_;
    std::map<std::string, ProcessId> processes_;
    std::map<std::string, std::uint64_t> last_number_; ///< of names made here
    term::Bindings bindings_;                          // may share driver binaries with the host, so it goes first
};

void Live::bind(const std::string& name, Term value) {
    journal_.write(journal::Bound{name, term::encode(value)});
    bindings_.insert_or_assign(name, std::move(value));
}

std::optional<std::string> Live::name_of(const Term& term) const {
    for (const auto& [name, value] : bindings_)
        if (value == term) return name;
    return std::nullopt;
}

std::string Live::fresh(const std::string& beginning) {
    for (std::uint64_t& n = last_number_[beginning];;)
        if (std::string name = fmt::format("{}{}", beginning, ++n); !bindings_.contains(name)) return name;
}

// Whatever one may want to speak of later gets a name: ports and references.
void Live::name_new(const Term& t) {
    using Kind = Term::Kind;
    switch (t.kind()) {
    case Kind::port:
        if (!name_of(t)) bind(fresh("P"), t);
        break;
    case Kind::reference:
        if (!name_of(t)) bind(fresh("Ref"), t);
        break;
    case Kind::tuple:
        for (const Term& element : t.elements()) name_new(element);
        break;
    case Kind::list:
        for (const Term& item : t.items()) {
            if (item.is(Kind::integer)) continue; // texts can be long
            name_new(item);
        }
        break;
    default:
        break;
    }
}

void Live::name_messages() {
    for (const auto& [name, id] : processes_)
        for (const Term& message : host_.processes().find(id)->mailbox) name_new(message);
}

void Live::declare(const Order& order) {
    for (const auto& path : order.paths) bind(path.variable, Term::string(path.folder));
    for (const auto& process : order.processes) {
        const ProcessId id = host_.processes().start(process.name, process.trap_exit);
        processes_.emplace(process.name, id);
        bind(process.variable, Term::pid(id.value));
    }
}

void Live::take_late_returns() {
    for (const auto& [name, id] : processes_)
        if (auto late = calls::take_late_return(host_, id))
            if (late->kind == Evaluated::Kind::value) name_new(late->value);
}

void Live::call(const Order& order, Json& reply) {
    const auto expr = term::parse_expr(order.call);
    DDLL_CHECK_MSG(expr, "the server let a call pass that does not parse");
    const ProcessId by = processes_.at(order.by);
    host_.processes().begin_turn(by, 1);
    Evaluated result = calls::perform(host_, by, **expr, order.call, bindings_);
    if (result.kind == Evaluated::Kind::blocked) {
        host_.run_until_idle();
        if (auto late = calls::take_late_return(host_, by)) result = *std::move(late);
    }
    host_.processes().end_turn();
    if (result.kind == Evaluated::Kind::value) {
        if (!order.pattern.empty()) {
            const auto pattern = term::parse_expr(order.pattern);
            term::Bindings bound = bindings_;
            if (pattern && term::match(**pattern, result.value, bound)) {
                for (const auto& [name, value] : bound)
                    if (!bindings_.contains(name)) bind(name, value);
            } else {
                reply["badmatch"] = true;
            }
        }
        name_new(result.value);
    }
    host_.run_until_idle();
}

// Real time: what comes from outside the session, and when, is not the session's to say.
void Live::wait_outside(Duration longest) {
    using std::chrono::steady_clock;
    const auto until = steady_clock::now() + std::chrono::nanoseconds(longest.ns);
    const auto waiting = [this] {
        std::size_t n = 0;
        for (const auto& [name, id] : processes_) n += host_.processes().find(id)->mailbox.size();
        return n;
    };
    const std::size_t before = waiting();
    journal_.write(journal::Awaited{longest.ns});
    while (!host_.impasse() && host_.io().outside_may_act() && waiting() == before) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
        if (left.count() <= 0) break;
        host_.io().wait_outside(left);
        host_.run_until_idle();
    }
}

void Live::advance(const Order& order) {
    journal_.write(journal::ClockAdvanced{order.advance->ns});
    host_.advance(*order.advance);
    host_.run_until_idle();
    if (order.await.ns > 0) wait_outside(order.await);
}

Json Live::perform(const Order& order) {
    Json reply = {{"index", order.index}};
    declare(order);
    journal_.write(journal::StepBegun{order.index});
    if (!order.installed.empty())
        journal_.write(journal::FileInstalled{order.how, order.installed, order.version});
    else if (order.advance)
        advance(order);
    else if (!order.call.empty())
        call(order, reply);
    take_late_returns();
    name_messages();
    host_.processes().empty_mailboxes();
    if (host_.impasse()) {
        const host::Impasse impasse = *host_.impasse();
        journal_.write(journal::StepFailed{order.index, impasse.kind, impasse.text});
        reply["impasse"] = impasse.text;
        if (impasse.kind == host::Impasse::Kind::not_simulated)
            host_.leave_impasse();
        else
            reply["over"] = true;
    } else {
        journal_.write(journal::StepEnded{order.index});
    }
    reply["state"] = to_json(look_at(host_, processes_, [this](const Term& t) { return name_of(t); }));
    return reply;
}

} // namespace

void live(int socket, journal::Journal& journal) {
    // Threads of drivers may still run when this returns, and use it.
    auto& emulator = *std::make_unique<Live>(journal).release();
    LineReader orders(socket);
    while (const auto line = orders.next()) {
        const Json reply = emulator.perform(order_from(Json::parse(*line)));
        if (!write_line(socket, reply.dump(-1, ' ', false, Json::error_handler_t::replace))) return;
    }
    emulator.end();
}

} // namespace ddll::session
