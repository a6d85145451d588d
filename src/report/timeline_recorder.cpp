#include "report/timeline_recorder.h"

#include <fmt/format.h>

namespace ddll::report {

Recorder::Recorder(const scenario::RunResult& result, std::uint64_t most) : result_(result) {
    const std::uint64_t all = result.journal->size();
    if (all <= most) return;
    gap_first_ = most / 2 + 1;
    gap_last_ = all - (most - most / 2);
}

void Recorder::at(const journal::Entry& entry, std::uint32_t step) {
    seq_ = entry.seq;
    time_ns_ = entry.time.ns;
    step_ = step;
}

std::string Recorder::named(std::string text) const {
    return result_.chosen.empty() ? text : scenario::with_names(std::move(text), result_.chosen);
}

std::uint32_t Recorder::note(EventLine said, std::uint32_t lane) {
    skipped_ = seq_ >= gap_first_ && seq_ <= gap_last_;
    if (skipped_ && out_.left_out++ > 0) return last();
    if (skipped_) {
        out_.moments.push_back({{LineKind::log, "", true}, nobody, nobody, step_, seq_, time_ns_});
        gap_ = last();
    } else {
        said.text = named(std::move(said.text));
        out_.moments.push_back({std::move(said), lane, nobody, step_, seq_, time_ns_});
    }
    return last();
}

void Recorder::arrow(std::uint32_t moment, std::uint32_t from) {
    if (!skipped_ && from != out_.moments[moment].lane) out_.moments[moment].from = from;
}

void Recorder::open(Span span) {
    span.text = named(std::move(span.text));
    open_[{span.kind, span.lane}].push_back(out_.spans.size());
    out_.spans.push_back(std::move(span));
}

void Recorder::close(SpanKind kind, std::uint32_t lane, std::uint32_t moment) {
    auto& open = open_[{kind, lane}];
    if (open.empty()) return;
    Span& span = out_.spans[open.back()];
    open.pop_back();
    span.last = moment;
    span.ended = true;
}

Timeline Recorder::finish(Lanes& lanes) {
    if (gap_ != nobody) out_.moments[gap_].text = fmt::format("{} events are left out here", out_.left_out);
    for (auto& span : out_.spans)
        if (!span.ended) span.last = last();
    // What came and went where nobody looks.
    std::erase_if(out_.spans, [&](const Span& span) { return span.first == gap_ && span.last == gap_; });
    lanes.sort_into(out_);
    return std::move(out_);
}

} // namespace ddll::report
