#include "host/processes/links.h"

#include <algorithm>

namespace ddll::host {

std::size_t Links::place_of(const Linked& other) const {
    if (slots_.size() <= few)
        return static_cast<std::size_t>(std::find(slots_.begin(), slots_.end(), other) - slots_.begin());
    const auto it = index_.find(other);
    return it == index_.end() ? slots_.size() : it->second;
}

bool Links::add(const Linked& other) {
    if (contains(other)) return false;
    // Half of the places are gaps: as many links were removed since the last time as are moved now.
    if (slots_.size() >= few && slots_.size() >= 2 * size_) close_gaps();
    slots_.push_back(other);
    ++size_;
    remember(other, true);
    if (slots_.size() == few + 1)
        make_index();
    else if (slots_.size() > few)
        index_.emplace(other, slots_.size() - 1);
    return true;
}

void Links::remove(const Linked& other) {
    const std::size_t place = place_of(other);
    if (place == slots_.size()) return;
    if (slots_.size() > few) index_.erase(other);
    slots_[place] = gap;
    if (--size_ == 0) return clear();
    remember(other, false);
    // What was linked last is often unlinked first.
    while (slots_.size() > few + 1 && slots_.back() == gap) slots_.pop_back();
}

void Links::clear() {
    slots_.clear();
    index_ = {}; // clear() would take as long as the table ever was
    history_ = {};
    size_ = 0;
}

void Links::remember(const Linked& other, bool made) {
    constexpr std::size_t longest = 1024;
    history_.push_back({other, made});
    if (history_.size() <= longest + 2 * size_) return;
    history_.clear();
    for (const Linked& left : all()) history_.push_back({left, true});
}

void Links::close_gaps() {
    std::erase(slots_, gap);
    index_ = {};
    if (slots_.size() > few) make_index();
}

void Links::make_index() {
    for (std::size_t i = 0; i < slots_.size(); ++i)
        if (slots_[i] != gap) index_.emplace(slots_[i], i);
}

} // namespace ddll::host
