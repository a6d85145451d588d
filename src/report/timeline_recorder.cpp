#include "report/timeline_recorder.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::report {

std::uint32_t Lanes::lane(LaneKind kind, std::uint64_t number, const std::string& name) {
    const auto [known, fresh] = known_.try_emplace({kind, number}, static_cast<std::uint32_t>(lanes_.size()));
    if (fresh) {
        if (const auto left = left_.find({kind, name}); left != left_.end()) {
            known->second = left->second;
            left_.erase(left);
            return known->second;
        }
        // A name that is still in use elsewhere.
        const unsigned times = ++used_[{kind, name}];
        lanes_.push_back({kind, times > 1 ? fmt::format("{} ({})", name, times) : name});
    }
    return known->second;
}

void Lanes::leave(std::uint32_t lane) {
    left_[{lanes_[lane].kind, lanes_[lane].name}] = lane;
}

std::uint32_t Lanes::process(ProcessId id, const Naming& naming) {
    return lane(LaneKind::process, id.value, naming.process(id));
}

std::uint32_t Lanes::driver(DriverId id, const Naming& naming) {
    return lane(LaneKind::driver, id.value, naming.driver(id));
}

std::uint32_t Lanes::port(PortId id, const Naming& naming) {
    return lane(LaneKind::port, id.value, naming.port(id));
}

std::uint32_t Lanes::image(ImageId id, DriverId driver, const Naming& naming) {
    return lane(LaneKind::image, id.value, naming.code(driver, id));
}

std::uint32_t Lanes::thread(std::uint16_t number, std::string_view name) {
    return lane(LaneKind::thread, number, name.empty() ? fmt::format("thread {}", number) : std::string(name));
}

std::uint32_t Lanes::peer(const std::string& name) {
    const auto number = peers_.try_emplace(name, peers_.size()).first->second;
    return lane(LaneKind::peer, number, name);
}

std::uint32_t Lanes::driver_named(std::string_view name) const {
    for (std::uint32_t i = 0; i < lanes_.size(); ++i)
        if (lanes_[i].kind == LaneKind::driver && lanes_[i].name == name) return i;
    return nobody;
}

void Lanes::sort_into(Timeline& timeline) {
    std::vector<std::uint32_t> order, place(lanes_.size());
    std::vector<bool> used(lanes_.size());
    const auto use = [&](std::uint32_t lane) {
        if (lane != nobody) used[lane] = true;
    };
    for (const auto& moment : timeline.moments) {
        use(moment.lane);
        use(moment.from);
    }
    for (const auto& span : timeline.spans) use(span.lane);
    for (std::uint32_t i = 0; i < lanes_.size(); ++i)
        if (used[i]) order.push_back(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return lanes_[a].kind < lanes_[b].kind; });
    for (std::uint32_t i = 0; i < order.size(); ++i) {
        place[order[i]] = i;
        timeline.lanes.push_back(std::move(lanes_[order[i]]));
    }
    const auto move = [&](std::uint32_t& lane) {
        if (lane != nobody) lane = place[lane];
    };
    for (auto& moment : timeline.moments) {
        move(moment.lane);
        move(moment.from);
    }
    for (auto& span : timeline.spans) move(span.lane);
    lanes_.clear();
}

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
