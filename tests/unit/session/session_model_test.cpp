// The model without a child: the test writes the journal that one would write.
#include "session/session_model.h"

#include "scenario/work_folder.h"
#include "term/external.h"

#include <doctest/doctest.h>

using namespace ddll;
using namespace ddll::session;
using term::Term;

namespace {

struct Stage {
    Stage() : work(*scenario::WorkFolder::create()), model(work.path() + "/kept") {}

    static Request calling(const std::string& call, const std::string& by = "alice") {
        Request request;
        request.kind = Request::Kind::call;
        request.by = by;
        request.call = call;
        return request;
    }
    /// The order is carried out as `body` journals it.
    template <class Body>
    Answer step(const Request& request, Body body, const StepReply& reply = {}) {
        const auto orders = model.prepare(request);
        REQUIRE(orders);
        REQUIRE(orders->size() == 1);
        const Order& order = orders->front();
        for (const auto& process : order.processes) {
            journal().write(journal::ProcessStarted{alice, process.name});
            journal().write(journal::Bound{process.variable, term::encode(Term::pid(alice.value))});
        }
        journal().write(journal::StepBegun{order.index});
        if (!order.call.empty()) journal().write(journal::Called{alice, order.call});
        body();
        journal().write(journal::StepEnded{order.index});
        return model.settle(request, order, reply, {});
    }
    void returns(const Term& value) {
        journal().write(journal::Returned{alice, journal::Outcome::value, false, term::encode(value)});
    }
    journal::Journal& journal() { return *model.journal(); }

    const ProcessId alice{80};
    scenario::WorkFolder work;
    SessionModel model;
};

} // namespace

TEST_CASE("a call gives its value with the session's names") {
    Stage s;
    const Answer answer = s.step(Stage::calling("self()"), [&] { s.returns(Term::pid(80)); });
    CHECK(answer.kind == AnswerKind::value);
    CHECK(answer.term == "Alice");
    CHECK(!answer.failed);
    CHECK(answer.step == 0u);
    CHECK(s.model.scenario().steps.size() == 1);
    CHECK(s.model.done().has_process("alice"));
}

TEST_CASE("an error is an answer that failed; what was promised is known by its reference") {
    Stage s;
    const auto error = term::make_tuple(Term::atom("error"), Term::atom("not_loaded"));
    CHECK(s.step(Stage::calling("erl_ddll:try_unload(x, [])"), [&] { s.returns(error); }).failed);
    const auto promise = term::make_tuple(Term::atom("ok"), Term::atom("pending_driver"), Term::reference(9));
    const Answer answer = s.step(Stage::calling("erl_ddll:try_unload(x, [])"), [&] { s.returns(promise); });
    CHECK(answer.promises == 9u);
    CHECK(!answer.failed);
    const auto look_alike = term::make_tuple(Term::atom("ok"), Term::atom("Ref9"));
    CHECK(!s.step(Stage::calling("self()"), [&] { s.returns(look_alike); }).promises);
}

TEST_CASE("messages wait in the mailbox of their process with the step they came in") {
    Stage s;
    s.step(Stage::calling("self()"), [&] { s.returns(Term::nil()); });
    const auto up = term::make_tuple(Term::atom("UP"), Term::reference(9), Term::atom("driver"), Term::atom("counter"),
                                     Term::atom("loaded"));
    s.step(Stage::calling("self()"), [&] {
        s.returns(Term::nil());
        s.journal().write(journal::Delivered{s.alice, {}, {}, term::encode(up)});
        s.journal().write(journal::Bound{"Ref1", term::encode(Term::reference(9))});
    });
    REQUIRE(s.model.mail().unread("alice") == 1);
    const auto message = s.model.mail().promised("alice", 9);
    REQUIRE(message);
    CHECK(message->step == 1);
    CHECK(message->text == "{'UP',Ref1,driver,counter,loaded}");
}

TEST_CASE("a request that is refused leaves no trace") {
    Stage s;
    CHECK(!s.model.prepare(Stage::calling("port_close(P1)")));
    CHECK(s.model.scenario().steps.empty());
    CHECK(s.model.names().variables().empty());
}

TEST_CASE("a value that does not match, or an impasse, is a failure with its reason") {
    Stage s;
    Request request = Stage::calling("self()");
    request.pattern = "[]";
    StepReply reply;
    reply.badmatch = true;
    const Answer answer = s.step(
        request, [&] { s.returns(Term::pid(80)); }, reply);
    CHECK(answer.failed);
    CHECK(answer.means->back() == "this does not match []: nothing was bound");
    CHECK(s.model.done().pattern_of(0) == nullptr);
    reply = {};
    reply.impasse = "deadlock";
    CHECK(s.step(
               Stage::calling("self()"), [] {}, reply)
              .impasse == "deadlock");
}

TEST_CASE("a child that dies at a step leaves the crash report as the answer") {
    Stage s;
    const Request request = Stage::calling("self()");
    REQUIRE(s.model.prepare(request));
    s.journal().write(journal::StepBegun{0});
    s.journal().write(journal::Called{s.alice, "self()"});
    isolate::Ending ending;
    ending.how = isolate::Signalled{11};
    const Answer answer = s.model.end(&request, ending);
    CHECK(answer.kind == AnswerKind::died);
    CHECK(answer.failed);
    REQUIRE(answer.death);
    CHECK(answer.death->signal == "SIGSEGV");
    CHECK(answer.death_step == 1);
}

TEST_CASE("a child that ends when it is told to has nothing to report") {
    Stage s;
    isolate::Ending ending;
    ending.how = isolate::Finished{};
    const Answer answer = s.model.end(nullptr, ending);
    CHECK(answer.kind == AnswerKind::ended);
    CHECK(!answer.failed);
    CHECK(!answer.death);
}
