#include "session/server.h"

#include "base/check.h"
#include "base/descriptor.h"
#include "base/text.h"
#include "base/time.h"
#include "isolate/isolate.h"
#include "journal/json.h"
#include "report/run_log.h"
#include "report/text_parts.h"
#include "scenario/work_folder.h"
#include "session/clients.h"
#include "session/export.h"
#include "session/lines.h"
#include "session/live.h"
#include "session/overview.h"
#include "session/session_model.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <list>

namespace ddll::session {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds time_to_end{5000};
/// An answer that is held back until a message is there.
struct Parked {
    Asked asked;
    Json answer;
    std::string reference;
    Clock::time_point until;
};

class Server final : public isolate::Besides {
public:
    Server(const SessionFolder& place, int listener, const ServerOptions& options)
        : place_(place), options_(options), pool_(1), used_(Clock::now()), clients_(listener) {}

    void run() {
        pool_.run(this);
        if (pool_.interrupted()) place_.leave_word("it was told to end by a signal");
        say_goodbye();
    }

    // --- isolate::Besides ----------------------------------------------------------------------------------------

    void add_to(std::vector<pollfd>& fds) override {
        fds.push_back({child_, POLLIN, 0});
        clients_.add_to(fds);
    }

    void act(std::span<const pollfd> polled) override {
        if (child_ >= 0 && polled[0].fd == child_ && polled[0].revents != 0) hear_child();
        clients_.act(polled.subspan(1), queue_);
        mind_time();
        pump();
        clients_.flush();
    }

    std::optional<Clock::time_point> wakeup() const override {
        std::optional<Clock::time_point> next;
        if (may_be_idle()) next = used_ + options_.idle;
        for (const Parked& parked : parked_) next = next ? std::min(*next, parked.until) : parked.until;
        return next;
    }

    bool goes_on() const override { return !ended_ || clients_.has_unsent(); }

private:
    // Nobody finds the socket any more; whoever has found it is told to look again.
    void say_goodbye() {
        place_.clear();
        ended_ = true;
        pump();
        clients_.say_goodbye();
    }

    // --- requests, one at a time -----------------------------------------------------------------------------------

    void pump() {
        while (!working_ && !stopping_ && !ended_ && !queue_.empty()) {
            const Asked asked = std::move(queue_.front());
            queue_.pop_front();
            used_ = Clock::now();
            handle(asked);
        }
        while (ended_ && !queue_.empty()) {
            clients_.reply(queue_.front().client, ended_json());
            queue_.pop_front();
        }
    }

    void handle(const Asked& asked) {
        using Kind = Request::Kind;
        const Request& request = asked.request;
        switch (request.kind) {
        case Kind::status:
            return clients_.reply(asked.client, status());
        case Kind::why:
            return clients_.reply(asked.client, why_json(request));
        case Kind::log:
            return clients_.reply(asked.client, log(request));
        case Kind::exported:
            return clients_.reply(asked.client, model_ ? export_scenario(*model_, place_.session())
                                                      : error_json(error("nothing has been done in this session yet")));
        case Kind::stop:
            return stop(asked);
        case Kind::receive:
            if (!knows(request.by)) return clients_.reply(asked.client, error_json(no_process(request.by)));
            if (request.await.ns == 0 || model_->unread(request.by) > 0 || !alive())
                return clients_.reply(asked.client, model_->receive(request));
            return step(asked);
        case Kind::call:
        case Kind::install:
        case Kind::advance:
        case Kind::spawn:
            return step(asked);
        }
    }

    bool alive() const { return child_ >= 0 && model_ && !model_->ending() && over_.empty(); }

    Error no_process(const std::string& name) const {
        std::vector<std::string_view> names;
        if (model_)
            for (const auto& process : model_->scenario().processes) names.push_back(process.name);
        const auto meant = nearest(name, names);
        return error(fmt::format("there is no process {}", name),
                     meant ? fmt::format("did you mean {}?", *meant) : "ddlltool status lists them");
    }

    bool knows(const std::string& process) const {
        if (!model_) return false;
        const auto& all = model_->scenario().processes;
        return std::any_of(all.begin(), all.end(), [&](const auto& p) { return p.name == process; });
    }

    void step(const Asked& asked) {
        if (!model_ || (!alive() && asked.request.starts)) {
            if (auto started = start(); !started) return clients_.reply(asked.client, error_json(started.error()));
        } else if (!alive()) {
            Json out = error_json(error(fmt::format("the emulator of this session is gone: {}", gone_because()),
                                        "ddlltool load starts a new one; ddlltool session export keeps the story"));
            out["gone"] = true;
            if (hung_) out["hung"] = true;
            return clients_.reply(asked.client, out);
        }
        auto orders = model_->prepare(asked.request);
        if (!orders) {
            Json out = error_json(orders.error());
            if (asked.request.kind == Request::Kind::install) out["input"] = true;
            return clients_.reply(asked.client, out);
        }
        working_ = Working{asked, *std::move(orders), 0};
        deadline_ = Clock::now() + asked.request.limit.value_or(options_.time_limit) +
                    std::chrono::milliseconds(asked.request.await.ns / 1'000'000);
        send_order();
    }

    std::string gone_because() const {
        if (!over_.empty()) return over_;
        return died_.empty() ? "it has ended" : died_;
    }

    void send_order() {
        // A child that cannot be written to is about to be collected.
        static_cast<void>(write_line(
            child_, to_json(working_->orders[working_->at]).dump(-1, ' ', false, Json::error_handler_t::replace)));
    }

    // --- the child -------------------------------------------------------------------------------------------------

    Result<void> start() {
        auto folder = scenario::WorkFolder::create();
        if (!folder) return std::move(folder).error();
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            return error(fmt::format("cannot make a socket: {}", std::strerror(errno)));
        if (child_ >= 0) close(child_); // one at an impasse: it ends now
        child_ = ends[0];
        child_in_.clear();
        over_.clear();
        died_.clear();
        hung_ = false;
        parked_.clear();
        model_ = std::make_unique<SessionModel>(place_.store(), options_.names);
        folder_.emplace(*std::move(folder));
        isolate::Job job;
        job.body = [mine = ends[1], path = folder_->path(), journal = model_->journal()] {
            const int fd = move_high(mine);
            if (fd > 3) close_range(3, static_cast<unsigned>(fd) - 1, 0);
            close_range(static_cast<unsigned>(fd) + 1, ~0U, 0);
            clearenv();
            if (chdir(path.c_str()) != 0) DDLL_CHECK_MSG(false, std::strerror(errno));
            live(fd, *journal);
        };
        job.deadline = [this, mine = ++generation_]() -> std::optional<Clock::time_point> {
            if (mine != generation_) return Clock::now(); // the next one waits for its place
            return deadline_;
        };
        job.progress = [journal = model_->journal()] { return journal->size(); };
        job.done = [this, mine = generation_](isolate::Ending ending) {
            if (mine == generation_) child_ended(std::move(ending));
        };
        pool_.add(std::move(job));
        child_end_ = ends[1];
        return {};
    }

    void hear_child() {
        // The child has its own by now.
        if (child_end_ >= 0) close(std::exchange(child_end_, -1));
        char bytes[64 * 1024];
        const ssize_t n = recv(child_, bytes, sizeof bytes, MSG_DONTWAIT);
        if (n <= 0) return; // its end is told by the pool
        child_in_.append(bytes, static_cast<std::size_t>(n));
        for (auto end = child_in_.find('\n'); end != child_in_.npos; end = child_in_.find('\n')) {
            const Json answer = Json::parse(child_in_.substr(0, end), nullptr, false);
            child_in_.erase(0, end + 1);
            if (working_ && answer.is_object()) hear_answer(answer);
        }
    }

    void hear_answer(const Json& answer) {
        if (++working_->at < working_->orders.size() && !answer.contains("over")) return send_order();
        const Asked asked = working_->asked;
        const Order order = working_->orders[working_->at - 1];
        working_.reset();
        deadline_.reset();
        Json told;
        try {
            told = model_->settle(asked.request, order, answer);
        } catch (const Json::exception&) {
            // A driver has written over what the child had to say.
            told = error_json(error("the emulator's answer makes no sense: its memory is damaged"));
        }
        if (answer.contains("over")) {
            over_ = answer.at("impasse");
            hung_ = true; // no rest, a deadlock: nobody could go on
        }
        if (asked.request.kind == Request::Kind::receive) told = model_->receive(asked.request);
        for (auto it = parked_.begin(); it != parked_.end();) it = deliver(*it) ? parked_.erase(it) : std::next(it);
        if (asked.request.wait && told.value("kind", "") == "value" && park(asked, told)) return;
        clients_.reply(asked.client, told);
    }

    // The answer is held back when it promises a message that has not come.
    bool park(const Asked& asked, Json& told) {
        const std::string term = told.value("term", "");
        const auto comma = term.rfind(",Ref");
        if (!term.starts_with("{ok,") || comma == term.npos) return false;
        Parked parked{asked, told, term.substr(comma + 1, term.size() - comma - 2),
                      Clock::now() + asked.request.limit.value_or(options_.time_limit)};
        if (deliver(parked)) return true;
        parked_.push_back(std::move(parked));
        return true;
    }

    bool deliver(Parked& parked) {
        const auto message = model_->message_with(parked.asked.request.by, parked.reference);
        if (!message) return false;
        parked.answer["message"] = message->text;
        if (!message->means.empty()) parked.answer["message_means"] = message->means;
        const bool good = message->text.ends_with("loaded}"); // or unloaded
        if (!good) parked.answer["failed"] = true;
        clients_.reply(parked.asked.client, parked.answer);
        return true;
    }

    void child_ended(isolate::Ending ending) {
        hear_child_to_the_end();
        if (child_ >= 0) close(std::exchange(child_, -1));
        if (child_end_ >= 0) close(std::exchange(child_end_, -1));
        deadline_.reset();
        const bool asked_for = stopping_.has_value() && std::holds_alternative<isolate::Finished>(ending.how);
        const Request* request = working_ ? &working_->asked.request : nullptr;
        Json told = model_->end(request, ending);
        if (told.contains("death")) {
            died_ = told.at("death").at("headline");
            hung_ = told.at("death").at("hung");
        }
        if (!asked_for && died_.empty()) died_ = "it ended without a word";
        if (working_) {
            if (!told.contains("death")) told = error_json(error(died_));
            clients_.reply(working_->asked.client, told);
            working_.reset();
        }
        for (Parked& parked : parked_) {
            parked.answer["message"] = nullptr;
            parked.answer["failed"] = true;
            clients_.reply(parked.asked.client, parked.answer);
        }
        parked_.clear();
        folder_.reset();
        if (stopping_) finish(told);
    }

    void hear_child_to_the_end() {
        for (std::size_t before = 0; child_ >= 0 && working_;) {
            before = child_in_.size();
            const bool had = working_.has_value();
            hear_child();
            if (child_in_.size() == before && had == working_.has_value()) return;
        }
    }

    // --- queries ---------------------------------------------------------------------------------------------------

    Json status() const {
        Json out = model_ ? overview(*model_)
                         : Json{{"now", "0ms"},
                                {"steps", 0},
                                {"drivers", Json::array()},
                                {"processes", Json::array()},
                                {"findings", Json::array()}};
        out["session"] = place_.session();
        out["server"] = getpid();
        out["emulator"] = !model_ ? "not started" : alive() ? "running" : "gone";
        if (model_ && !alive()) out["gone_because"] = gone_because();
        if (hung_) out["hung"] = true;
        if (model_ && !model_->store().trouble().empty()) out["trouble"] = model_->store().trouble();
        out["ends_when_idle_for"] = to_string(Duration{options_.idle.count() * 1'000'000});
        return out;
    }

    Json why_json(const Request& request) const {
        if (!model_) return error_json(error("nothing is loaded in this session", "ddlltool load DIR NAME"));
        auto found = why(*model_, request.driver);
        if (!found) return error_json(found.error());
        if (!alive()) (*found)["gone_because"] = gone_because();
        return *std::move(found);
    }

    Json log(const Request& request) const {
        if (!model_) return {{"text", ""}, {"events", Json::array()}};
        const scenario::RunResult result = model_->result();
        Json events = Json::array();
        if (request.events > 0) {
            for (std::string& line : report::last_events(result, options_.names, request.events))
                events.push_back(std::move(line));
            return {{"events", std::move(events)}};
        }
        report::Options options;
        options.names = options_.names;
        options.detail = report::Detail::log;
        const report::Look look{options, report::Style{false}};
        std::string text = report::log_text(result, look);
        if (result.death) text += '\n' + report::death_text(result, look);
        if (!result.findings.empty()) text += '\n' + report::findings_text(result, look);
        return {{"text", std::move(text)}};
    }

    // --- the end ---------------------------------------------------------------------------------------------------

    void stop(const Asked& asked) {
        stopping_ = asked;
        if (child_ < 0 || !model_ || model_->ending()) return finish({{"kind", "ended"}, {"findings", Json::array()}});
        // It reports what is left over, and returns.
        deadline_ = Clock::now() + time_to_end;
        if (child_end_ >= 0) close(std::exchange(child_end_, -1));
        shutdown(child_, SHUT_RDWR);
    }

    void finish(Json told) {
        told["stopped"] = true;
        place_.clear(); // whoever has the answer finds nothing there any more
        if (stopping_->client != 0) clients_.reply(stopping_->client, told);
        ended_ = true;
    }

    void mind_time() {
        const auto now = Clock::now();
        for (auto it = parked_.begin(); it != parked_.end();) {
            if (now < it->until) {
                ++it;
                continue;
            }
            it->answer["message"] = nullptr;
            it->answer["failed"] = true;
            clients_.reply(it->asked.client, it->answer);
            it = parked_.erase(it);
        }
        if (!may_be_idle() || now < used_ + options_.idle) return;
        place_.leave_word(
            fmt::format("it ended after {} without a command", to_string(Duration{options_.idle.count() * 1'000'000})));
        stop({0, stop_request()});
    }

    bool may_be_idle() const { return !working_ && queue_.empty() && !stopping_ && !ended_ && parked_.empty(); }

    struct Working {
        Asked asked;
        std::vector<Order> orders;
        std::size_t at = 0;
    };

    const SessionFolder& place_;
    const ServerOptions& options_;
    isolate::Pool pool_;
    Clock::time_point used_;
    Clients clients_;
    std::deque<Asked> queue_;
    std::optional<Working> working_;
    std::optional<Clock::time_point> deadline_;
    std::list<Parked> parked_;
    std::optional<Asked> stopping_;
    bool ended_ = false;
    std::uint64_t generation_ = 0; ///< of the child
    std::unique_ptr<SessionModel> model_;
    std::optional<scenario::WorkFolder> folder_;
    int child_ = -1;     ///< our end
    int child_end_ = -1; ///< the child's, until it has its own
    std::string child_in_;
    std::string over_; ///< why the emulator can go no further
    std::string died_; ///< how it died
    bool hung_ = false;
};

} // namespace

void serve(const SessionFolder& place, int listener, int lock, const ServerOptions& options) {
    place.forget_last_word();
    Server server(place, listener, options);
    server.run();
    close(listener);
    close(lock);
}

} // namespace ddll::session
