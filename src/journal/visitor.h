#pragma once
/// The base class of all that read a journal from end to end. A reader says for each kind of Event what it does with
/// it, also when that is nothing; there is no default, so that a new kind does not compile until each reader has
/// spoken:
///
///     class Calls : public journal::Visitor<Calls> {
///     public:
///         using Ignores = journal::Kinds<journal::StepBegun, journal::Left, ...>;
///         void on(const journal::Called& e) { ... entry().seq ... }    // one for every other kind
///     };
///     for (const Entry& entry : journal) calls.read(entry);
///
/// A kind that is missing, or both handled and ignored, is a compile error that names it. All of this costs nothing at
/// run time. tests/readers/ holds the list of readers to it.
#include "journal/entry.h"

#include <type_traits>
#include <variant>

namespace ddll::journal {

/// A list of kinds.
template <class... K>
struct Kinds {
    template <class E>
    static constexpr bool has = (std::is_same_v<E, K> || ...);
};

/// `template <journal::among<Some> E> void on(const E&)` handles all kinds of the list Some.
template <class E, class List>
concept among = List::template has<E>;

template <class Reader, class E>
concept Handles = requires(Reader& reader, const E& event) {
    reader.on(event);
};

/// `Result` is what each on() gives; an ignored kind gives a Result{}.
template <class Reader, class Result = void>
class Visitor {
public:
    Result read(const Entry& entry) {
        entry_ = &entry;
        return std::visit([this](const auto& event) -> Result { return this->hand_over(event); }, entry.event);
    }

protected:
    /// The one that is being read: only inside on().
    const Entry& entry() const { return *entry_; }

private:
    struct NoKind {};

    template <class E>
    static constexpr bool handles() {
        return requires(Reader & reader, const E& event) {
            reader.on(event);
        };
    }

    template <class E>
    Result hand_over([[maybe_unused]] const E& event) {
        constexpr bool handled = handles<E>(), ignored = Reader::Ignores::template has<E>;
        static_assert(handled || ignored, "a reader says nothing of this kind: give it an on(), or list it in Ignores");
        static_assert(!handled || !ignored, "a reader both handles and ignores this kind");
        static_assert(!handles<NoKind>(), "a reader has no on() for whatever comes");
        if constexpr (handled)
            return static_cast<Reader&>(*this).on(event);
        else
            return Result();
    }

    const Entry* entry_ = nullptr;
};

} // namespace ddll::journal
