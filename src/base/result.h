#pragma once
/// Result<T>: a value, or an Error that says what went wrong, where, and what to do about it.
/// Errors are for the user's input and the machine. What Erlang refuses is a Reply, what a driver does
/// wrong is a finding, and what ddlltool does wrong is a CHECK.
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ddll {

/// A place in an input text. Lines and columns count from 1; 0 means unknown. Columns count bytes.
struct Place {
    std::string file;
    int line = 0;
    int column = 0;
    std::string pointer; ///< JSON pointer, where the input is JSON
};

struct Error {
    std::string message; ///< what, in one sentence without a full stop
    std::string hint;    ///< what to do; may be empty
    Place place;
    std::vector<std::string> notes; ///< context added on the way up, innermost first

    Error&& with(std::string note) && {
        notes.push_back(std::move(note));
        return std::move(*this);
    }
    Error with(std::string note) const& {
        Error copy = *this;
        copy.notes.push_back(std::move(note));
        return copy;
    }
};

inline Error error(std::string message, std::string hint = {}) {
    return Error{std::move(message), std::move(hint), {}, {}};
}

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error failure) : state_(std::in_place_index<1>, std::move(failure)) {}

    explicit operator bool() const { return state_.index() == 0; }
    T& operator*() & { return std::get<0>(state_); }
    const T& operator*() const& { return std::get<0>(state_); }
    T&& operator*() && { return std::get<0>(std::move(state_)); }
    T* operator->() { return &std::get<0>(state_); }
    const T* operator->() const { return &std::get<0>(state_); }
    const Error& error() const& { return std::get<1>(state_); }
    Error&& error() && { return std::get<1>(std::move(state_)); }

private:
    std::variant<T, Error> state_;
};

/// For operations that give nothing back.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error failure) : failure_(std::move(failure)), failed_(true) {}

    explicit operator bool() const { return !failed_; }
    const Error& error() const& { return failure_; }
    Error&& error() && { return std::move(failure_); }

private:
    Error failure_;
    bool failed_ = false;
};

} // namespace ddll
