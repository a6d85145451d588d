#include "session/server.h"

#include "base/text.h"
#include "base/time.h"
#include "session/clients.h"
#include "session/emulator.h"
#include "session/held_answers.h"
#include "session/queries.h"
#include "session/session_model.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <deque>
#include <memory>
#include <utility>

namespace ddll::session {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

/// For an emulator that was told to end.
constexpr std::chrono::milliseconds time_to_end{5000};

class Server final : public isolate::Besides {
public:
    Server(const SessionFolder& folder, int listener, const ServerOptions& options)
        : folder_(folder), options_(options), pool_(1), used_(Clock::now()), clients_(listener),
          emulator_(pool_, {[this](const Json& reply) { take_reply(reply); },
                            [this](isolate::Ending ending) { emulator_ended(ending); }}) {}

    void run() {
        pool_.run(this);
        if (pool_.interrupted()) folder_.leave_ending("it was told to end by a signal");
        refuse_the_rest();
    }

    // --- isolate::Besides ----------------------------------------------------------------------------------------

    void add_to(std::vector<pollfd>& fds) override {
        fds.push_back({emulator_.descriptor(), POLLIN, 0});
        clients_.add_to(fds);
    }

    void act(std::span<const pollfd> polled) override {
        const bool same = emulator_.descriptor() >= 0 && polled[0].fd == emulator_.descriptor();
        if (same && polled[0].revents != 0) emulator_.read();
        clients_.act(polled.subspan(1), queue_);
        look_at_the_clock();
        serve_queue();
        clients_.flush();
    }

    std::optional<Clock::time_point> wakeup() const override {
        auto next = held_.next();
        if (may_be_idle()) next = next ? std::min(*next, used_ + options_.idle) : used_ + options_.idle;
        return next;
    }

    bool goes_on() const override { return !ended_ || clients_.has_unsent(); }

private:
    struct Working {
        ClientRequest asked;
        std::vector<Order> orders;
        std::size_t at = 0;
    };

    // The socket is gone; clients that have found it before are told to look again.
    void refuse_the_rest() {
        folder_.clear();
        ended_ = true;
        serve_queue();
        clients_.end_all();
    }

    // --- requests, one at a time -----------------------------------------------------------------------------------

    void serve_queue() {
        while (!working_ && !stopping_ && !ended_ && !queue_.empty()) {
            const ClientRequest asked = std::move(queue_.front());
            queue_.pop_front();
            used_ = Clock::now();
            serve(asked);
        }
        while (ended_ && !queue_.empty()) {
            clients_.reply(queue_.front().client, ended_json());
            queue_.pop_front();
        }
    }

    void serve(const ClientRequest& asked) {
        using Kind = Request::Kind;
        const Request& request = asked.request;
        const auto reply = [&](const Json& answer) { clients_.reply(asked.client, answer); };
        switch (request.kind) {
        case Kind::status:
            return reply(status_json(model_.get(), state()));
        case Kind::why:
            return reply(why_json(model_.get(), state(), request.driver));
        case Kind::log:
            return reply(log_json(model_.get(), request.events));
        case Kind::exported:
            return reply(model_ ? export_scenario(*model_, folder_.session())
                                : error_json(error("nothing has been done in this session yet")));
        case Kind::stop:
            return stop(asked);
        case Kind::receive:
            if (!model_ || !model_->done().has_process(request.by)) return reply(error_json(no_process(request.by)));
            if (request.await.ns == 0 || model_->mail().unread(request.by) > 0 || !running())
                return reply(read_mail(request));
            return begin_step(asked);
        case Kind::call:
        case Kind::install:
        case Kind::advance:
        case Kind::spawn:
            return begin_step(asked);
        }
    }

    ServerState state() const {
        return {folder_.session(), options_.idle, emulator_.state(),
                gone_because_,     hung_,         options_.release.value_or(words::newest_release)};
    }
    bool running() const { return emulator_.state() == Emulator::State::running; }

    Json read_mail(const Request& request) { return messages_json(model_->mail().read(request.by, request.keep)); }

    Error no_process(const std::string& name) const {
        std::vector<std::string_view> names;
        if (model_)
            for (const auto& process : model_->scenario().processes) names.push_back(process.name);
        const auto meant = nearest(name, names);
        return error(fmt::format("there is no process {}", name),
                     meant ? fmt::format("did you mean {}?", *meant) : "ddlltool status lists them");
    }

    std::chrono::milliseconds limit(const Request& request) const {
        return request.limit.value_or(options_.time_limit);
    }

    void begin_step(const ClientRequest& asked) {
        if (!model_ || (!running() && asked.request.starts)) {
            if (auto started = start(); !started) return clients_.reply(asked.client, error_json(started.error()));
        } else if (!running()) {
            Json out = error_json(error(fmt::format("the emulator of this session is gone: {}", gone_because_),
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
        emulator_.set_deadline(Clock::now() + limit(asked.request) +
                               std::chrono::milliseconds(asked.request.await.ns / 1'000'000));
        emulator_.send(working_->orders.front());
    }

    Result<void> start() {
        auto model = std::make_unique<SessionModel>(folder_.store(), options_.release);
        if (auto started = emulator_.start(model->journal(), options_.release.value_or(words::newest_release));
            !started)
            return started;
        reply_all(held_.take_all());
        model_ = std::move(model);
        gone_because_.clear();
        hung_ = false;
        return {};
    }

    // --- what the emulator says --------------------------------------------------------------------------------------

    void take_reply(const Json& json) {
        if (!working_) return;
        Json out;
        std::optional<Answer> answer;
        try {
            const StepReply reply = step_reply_from(json);
            if (++working_->at < working_->orders.size() && !reply.over)
                return emulator_.send(working_->orders[working_->at]);
            if (reply.over) {
                emulator_.set_stuck();
                gone_because_ = reply.impasse.value_or("");
                hung_ = true; // no rest, or a deadlock
            }
            answer = model_->settle(working_->asked.request, working_->orders[working_->at - 1], reply,
                                    state_from(json.at("state")));
        } catch (const Json::exception&) {
            // A driver has written over what the child had to say.
            out = error_json(error("the emulator's answer makes no sense: its memory is damaged"));
        }
        emulator_.set_deadline(std::nullopt);
        const ClientRequest asked = std::exchange(working_, std::nullopt)->asked;
        reply_all(held_.take_answered(model_->mail()));
        if (answer && asked.request.wait && answer->promises) {
            held_.hold(asked.client, asked.request.by, *std::move(answer), Clock::now() + limit(asked.request));
            return reply_all(held_.take_answered(model_->mail()));
        }
        if (answer) out = to_json(*answer);
        if (asked.request.kind == Request::Kind::receive) out = read_mail(asked.request);
        clients_.reply(asked.client, out);
    }

    void reply_all(const std::vector<HeldAnswers::Ready>& ready) {
        for (const auto& [client, answer] : ready) clients_.reply(client, to_json(answer));
    }

    void emulator_ended(const isolate::Ending& ending) {
        const bool asked_for = stopping_.has_value() && std::holds_alternative<isolate::Finished>(ending.how);
        const Answer answer = model_->end(working_ ? &working_->asked.request : nullptr, ending);
        const std::string why = answer.death ? answer.death->headline : asked_for ? "" : "it ended without a word";
        if (answer.death) hung_ = answer.death->timed_out;
        if (gone_because_.empty()) gone_because_ = why.empty() ? "it has ended" : why;
        Json out = to_json(answer);
        if (working_) {
            if (!answer.death) out = error_json(error(why));
            clients_.reply(working_->asked.client, out);
            working_.reset();
        }
        reply_all(held_.take_all());
        if (stopping_) finish(std::move(out));
    }

    // --- the end ---------------------------------------------------------------------------------------------------

    void stop(const ClientRequest& asked) {
        stopping_ = asked;
        if (emulator_.state() == Emulator::State::not_started || emulator_.state() == Emulator::State::gone)
            return finish({{"kind", name(AnswerKind::ended)}, {"findings", Json::array()}});
        emulator_.set_deadline(Clock::now() + time_to_end);
        emulator_.hang_up();
    }

    void finish(Json answer) {
        answer["stopped"] = true;
        folder_.clear(); // before the answer goes out
        if (stopping_->client != 0) clients_.reply(stopping_->client, answer);
        ended_ = true;
    }

    void look_at_the_clock() {
        const auto now = Clock::now();
        reply_all(held_.take_late(now));
        if (!may_be_idle() || now < used_ + options_.idle) return;
        folder_.leave_ending(
            fmt::format("it ended after {} without a command", to_string(Duration{options_.idle.count() * 1'000'000})));
        stop({0, request_of(Request::Kind::stop)});
    }

    bool may_be_idle() const { return !working_ && queue_.empty() && !stopping_ && !ended_ && held_.empty(); }

    const SessionFolder& folder_;
    const ServerOptions& options_;
    isolate::Pool pool_;
    Clock::time_point used_;
    Clients clients_;
    std::deque<ClientRequest> queue_;
    std::optional<Working> working_;
    HeldAnswers held_;
    std::optional<ClientRequest> stopping_;
    bool ended_ = false;
    std::unique_ptr<SessionModel> model_;
    Emulator emulator_;
    std::string gone_because_; ///< of an emulator that can go no further
    bool hung_ = false;
};

} // namespace

void serve(const SessionFolder& folder, int listener, int lock, const ServerOptions& options) {
    folder.forget_ending();
    Server server(folder, listener, options);
    server.run();
    close(listener);
    close(lock);
}

} // namespace ddll::session
