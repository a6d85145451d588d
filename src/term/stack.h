#pragma once
/// A stack whose first entries live in place: walking an ordinary term allocates nothing, walking one that is
/// a hundred thousand levels deep costs memory instead of the thread's stack.
#include "term/term.h"

#include <array>
#include <cstddef>
#include <vector>

namespace ddll::term {

template <class T, std::size_t in_place = 16>
class SmallStack {
public:
    bool empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }
    T& top() { return size_ <= in_place ? first_[size_ - 1] : rest_.back(); }

    void push(T value) {
        if (size_ < in_place)
            first_[size_] = std::move(value);
        else
            rest_.push_back(std::move(value));
        ++size_;
    }

    void pop() {
        if (size_ > in_place) rest_.pop_back();
        --size_;
    }

private:
    std::array<T, in_place> first_; // not initialised for plain T: only the used ones are written
    std::vector<T> rest_;
    std::size_t size_ = 0;
};

/// A tuple, list or map that is walked, and how many of its parts have been met.
struct Open {
    const Term* term;
    std::size_t next;
};

/// What it holds: keys and values of a map in turn, a list's tail last, also when that is nil.
inline std::size_t parts(const Term& t) {
    if (t.is(Term::Kind::tuple)) return t.elements().size();
    return t.is(Term::Kind::map) ? 2 * t.pairs().size() : t.items().size() + 1;
}
inline const Term& part(const Term& t, std::size_t i) {
    if (t.is(Term::Kind::tuple)) return t.elements()[i];
    if (t.is(Term::Kind::map)) return i % 2 == 0 ? t.pairs()[i / 2].first : t.pairs()[i / 2].second;
    return i < t.items().size() ? t.items()[i] : t.tail();
}

} // namespace ddll::term
