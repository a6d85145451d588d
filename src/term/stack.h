#pragma once
/// A stack whose first entries live in place: walking an ordinary term allocates nothing, walking one that is
/// a hundred thousand levels deep costs memory instead of the thread's stack.
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

} // namespace ddll::term
