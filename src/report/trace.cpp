// The timeline as JSON Trace Event Format, which ui.perfetto.dev and chrome://tracing show.
//
// A process of the trace is a scenario, a thread one of its lanes. Virtual time stands still while the emulator works,
// but a trace viewer cannot show what takes no time: each moment gets two microseconds of its own, and the next time
// the clock moves the two agree again. The exact time is in every event's arguments.
#include "report/formats.h"
#include "report/style.h"
#include "report/timeline.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace ddll::report {
namespace {

using Json = nlohmann::ordered_json;

class Scenario {
public:
    Scenario(const scenario::RunResult& result, const Options& options, int pid, std::uint64_t& flows, std::string& out)
        : timeline_(timeline_of(result)), pid_(pid), flows_(flows), out_(out) {
        const std::string title = printable(result.title.empty() ? result.file : result.title);
        metadata("process_name", scenario_row, {{"name", title}});
        metadata("process_labels", scenario_row, {{"labels", scenario::name(verdict_of(result, options.fail_on))}});
        metadata("process_sort_index", scenario_row, {{"sort_index", pid}});
        row(scenario_row, "story");
        for (std::uint32_t i = 0; i < timeline_.lanes.size(); ++i) {
            const Lane& lane = timeline_.lanes[i];
            row(work_row(i), fmt::format("{} {}", name(lane.kind), printable(lane.name)));
            const bool has_states = lane.kind == LaneKind::driver || lane.kind == LaneKind::port;
            if (has_states) row(state_row(i), fmt::format("{} {}: state", name(lane.kind), printable(lane.name)));
        }
    }

    void write() {
        for (const auto& moment : timeline_.moments) times_.push_back(time_of(moment));
        for (const auto& span : timeline_.spans) add(span);
        for (std::uint32_t i = 0; i < timeline_.moments.size(); ++i) add(i, timeline_.moments[i]);
        // Readers want each row in order; an outer slice begins before what lies in it and ends after it.
        std::stable_sort(rows_.begin(), rows_.end(),
                         [](const Row& a, const Row& b) { return a.ts != b.ts ? a.ts < b.ts : a.order < b.order; });
        for (const auto& row : rows_) out_ += row.event;
    }

private:
    static constexpr int scenario_row = 1;
    static std::string line(const Json& event) {
        return "\n" + event.dump(-1, ' ', false, Json::error_handler_t::replace) + ",";
    }
    struct Row {
        std::int64_t ts;
        int order;         ///< among those of the same time
        std::string event; ///< a line: long runs have millions of them
    };

    static int work_row(std::uint32_t lane) { return lane == nobody ? scenario_row : static_cast<int>(2 * lane + 2); }
    static int state_row(std::uint32_t lane) { return work_row(lane) + 1; }

    void metadata(const char* what, int tid, Json arguments) {
        out_ += line({{"ph", "M"}, {"name", what}, {"pid", pid_}, {"tid", tid}, {"args", std::move(arguments)}});
    }
    void row(int tid, const std::string& text) {
        metadata("thread_name", tid, {{"name", text}});
        metadata("thread_sort_index", tid, {{"sort_index", tid}});
    }

    std::int64_t time_of(const Moment& moment) {
        now_ = std::max(now_ + 2, moment.time_ns / 1000);
        return now_;
    }
    std::int64_t end_of(const Span& span) const { return span.ended ? times_[span.last] : times_[span.last] + 2; }

    void push(std::int64_t ts, int order, const char* phase, const std::string& text, const char* category, int tid,
              Json more) {
        Json event = {{"ph", phase}, {"name", text}, {"cat", category}, {"ts", ts}, {"pid", pid_}, {"tid", tid}};
        event.update(more);
        rows_.push_back({ts, order, line(event)});
    }

    void add(const Span& span) {
        const char* category = name(span.kind);
        const Moment& first = timeline_.moments[span.first];
        Json arguments = {{"text", printable(span.text)}, {"seq", first.seq}, {"time_ns", first.time_ns}};
        if (!span.ended) arguments["open"] = true;
        if (span.bad) arguments["bad"] = true;
        const std::string word =
            printable(span.kind == SpanKind::call || span.kind == SpanKind::step ? span.text : span.word);
        const std::int64_t begin = times_[span.first], end = std::max(end_of(span), begin + 1);
        const auto slice = [&](const std::string& text, int row) {
            push(begin, begins, "X", text, category, row, {{"dur", end - begin}, {"args", std::move(arguments)}});
        };
        const bool of_image = span.lane != nobody && timeline_.lanes[span.lane].kind == LaneKind::image;
        switch (span.kind) {
        case SpanKind::callback:
        case SpanKind::call:
            // What may lie inside each other.
            push(begin, begins, "B", word, category, work_row(span.lane), {{"args", std::move(arguments)}});
            return push(end, ends, "E", word, category, work_row(span.lane), Json::object());
        case SpanKind::state:
            return slice(word, of_image ? work_row(span.lane) : state_row(span.lane));
        case SpanKind::life:
            if (of_image) slice("in memory", work_row(span.lane)); // the row's name says it for others
            return;
        case SpanKind::wait:
        case SpanKind::step:
            return slice(word, work_row(span.lane));
        }
    }

    void add(std::uint32_t at, const Moment& moment) {
        using enum LineKind;
        if (moment.kind == step || moment.kind == call || moment.kind == leaves || moment.kind == state) return;
        const std::string what = name(moment.kind), text = printable(moment.text);
        const std::int64_t ts = times_[at];
        const Json arguments = {{"text", text}, {"seq", moment.seq}, {"time_ns", moment.time_ns}};
        const int to = work_row(moment.lane);
        if (moment.kind == message)
            push(ts, inside, "X", text, "message", to, {{"dur", 1}, {"args", arguments}});
        else if (moment.kind != runs)
            push(ts, inside, "i", fmt::format("{}: {}", what, text), what.c_str(), to,
                 {{"s", "t"}, {"args", arguments}});
        if (moment.from == nobody) return;
        // An arrow has to hang on a slice at both ends.
        const int from = work_row(moment.from);
        if (moment.kind == opens) push(ts, inside, "X", "opens", "opens", to, {{"dur", 1}, {"args", arguments}});
        const char* verb = moment.kind == message ? "sends" : moment.kind == runs ? "calls" : "opens";
        push(ts, inside, "X", verb, "message", from, {{"dur", 1}, {"args", arguments}});
        const Json id = {{"id", ++flows_}};
        push(ts, flow, "s", what, "flow", from, id);
        Json finish = id;
        finish["bp"] = "e";
        push(ts, flow, "f", what, "flow", to, std::move(finish));
    }

    static constexpr int ends = 0, begins = 1, inside = 2, flow = 3;

    Timeline timeline_;
    int pid_;
    std::uint64_t& flows_;
    std::string& out_;
    std::vector<std::int64_t> times_; ///< of the moments, in microseconds
    std::vector<Row> rows_;
    std::int64_t now_ = -2;
};

} // namespace

std::string write_trace(const Run& run, const Options& options) {
    std::string out = "{\"displayTimeUnit\":\"ns\",\"otherData\":" +
                      Json{{"ddlltool", {{"trace", 1}}}, {"summary", summary_line(run, options.fail_on)}}.dump() +
                      ",\"traceEvents\":[";
    std::uint64_t flows = 0;
    int pid = 0;
    for (const auto& result : run.results) Scenario(result, options, ++pid, flows, out).write();
    if (out.ends_with(',')) out.pop_back();
    return out + "\n]}\n";
}

} // namespace ddll::report
