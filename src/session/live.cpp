/// The child's side of a session: an emulator that does one step after the other as it is told, and journals.
#include "base/check.h"
#include "scenario/simulated_target.h"
#include "scenario/step_engine.h"
#include "session/emulator.h"
#include "session/lines.h"
#include "session/protocol.h"
#include "session/state.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ddll::session {

using term::Term;
using Json = nlohmann::json;

namespace {

scenario::Text text_of(const std::string& source) {
    const auto expr = term::parse_expr(source);
    DDLL_CHECK_MSG(expr, "the server let something pass that does not parse");
    return {source, *expr, {}};
}

/// An order as a step of a scenario. A file that was installed is in place already.
scenario::ScenarioStep step_of(const Order& order) {
    scenario::ScenarioStep step{scenario::NoteStep{}, {}, {}};
    if (order.advance) {
        step.what = scenario::AdvanceStep{*order.advance, {}};
    } else if (!order.call.empty()) {
        scenario::CallStep call;
        call.by = order.by;
        call.calls.push_back(text_of(order.call));
        call.outcomes.emplace_back();
        if (const auto pattern = term::parse_expr(order.pattern); !order.pattern.empty() && pattern)
            call.outcomes.back() = scenario::Text{order.pattern, *pattern, {}};
        step.what = std::move(call);
    }
    return step;
}

scenario::SimulatedOptions simulating(words::Release release) {
    scenario::SimulatedOptions options;
    options.host.release = words::facts_of(release);
    return options;
}

/// An emulator that is kept, and the scenario that it has run so far.
class Live {
public:
    Live(journal::Journal& journal, words::Release release)
        : target_(simulating(release), scenario_.peers, versions_, journal),
          engine_(scenario_, target_, {.lenient = true, .on_term = [this](const Term& term) { name_new(term); }}) {}

    Json perform(const Order& order) {
        Json reply = {{"index", order.index}};
        scenario_.paths.insert(scenario_.paths.end(), order.paths.begin(), order.paths.end());
        scenario_.processes.insert(scenario_.processes.end(), order.processes.begin(), order.processes.end());
        engine_.declare();
        const scenario::ScenarioStep step = step_of(order);
        const auto& record = engine_.begin_step(order.index, {&step, {}, {}, 0});
        if (!order.installed.empty()) target_.note(journal::FileInstalled{order.how, order.installed, order.version});
        if (order.advance && order.await.ns > 0) wait_outside(order.await);
        const bool value = !record.returns.empty() && record.returns.front().kind == term::Evaluated::Kind::value;
        if (value && !order.pattern.empty() && !engine_.mismatches().empty()) reply["badmatch"] = true;
        if (!engine_.end_step()) {
            const host::Impasse impasse = *target_.impasse();
            reply["impasse"] = impasse.text;
            if (impasse.kind == host::Impasse::Kind::not_simulated)
                target_.host().leave_impasse();
            else
                reply["over"] = true;
        }
        reply["state"] = to_json(look_at(target_.host(), target_.processes(), engine_.namer()));
        return reply;
    }

    void end() { target_.end(); }

private:
    // Real time: what comes from outside the session, and when, is not the session's to say.
    void wait_outside(Duration longest) {
        const auto messages = [](const scenario::StepRecord& record) {
            std::size_t n = 0;
            for (const auto& [name, arrivals] : record.messages) n += arrivals.size();
            return n;
        };
        std::optional<std::size_t> before;
        engine_.await(std::chrono::nanoseconds(longest.ns), longest, [&](const scenario::StepRecord& record) {
            if (!before) before = messages(record);
            return messages(record) != *before;
        });
    }

    // Whatever one may want to speak of later gets a name: ports and references.
    void name_new(const Term& t) {
        using Kind = Term::Kind;
        engine_.journal_bindings(); // what the user has named comes first
        switch (t.kind()) {
        case Kind::port:
            return name("P", t);
        case Kind::reference:
            return name("Ref", t);
        case Kind::tuple:
            for (const Term& element : t.elements()) name_new(element);
            break;
        case Kind::list:
            for (const Term& item : t.items())
                if (!item.is(Kind::integer)) name_new(item); // texts can be long
            break;
        default:
            break;
        }
    }

    void name(const char* beginning, const Term& term) {
        if (engine_.namer()(term)) return;
        for (std::uint64_t& n = last_number_[beginning];;)
            if (const std::string name = fmt::format("{}{}", beginning, ++n); !engine_.bindings().contains(name)) {
                engine_.bind(name, term);
                engine_.journal_bindings();
                return;
            }
    }

    scenario::Scenario scenario_;
    scenario::Versions versions_;
    scenario::SimulatedTarget target_;
    std::map<std::string, std::uint64_t> last_number_; ///< of names made here
    scenario::StepEngine engine_; // its terms may share driver binaries with the target, so it goes first
};

} // namespace

void live(int socket, journal::Journal& journal, words::Release release) {
    // Threads of drivers may still run when this returns, and use it.
    auto& emulator = *std::make_unique<Live>(journal, release).release();
    LineReader orders(socket);
    while (const auto line = orders.next()) {
        const Json reply = emulator.perform(order_from(Json::parse(*line)));
        if (!write_line(socket, reply.dump(-1, ' ', false, Json::error_handler_t::replace))) return;
    }
    emulator.end();
}

} // namespace ddll::session
