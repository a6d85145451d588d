#include "report/timeline_lanes.h"

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

} // namespace ddll::report
