#include "words/driver_api.h"
#include "words/emulator.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace ddll::words;

namespace {

template <class E>
void check_spellings() {
    std::set<std::string> spelled;
    for (const E value : all<E>) {
        CHECK(spelled.insert(name(value)).second);
        CHECK(numbered<E>(static_cast<std::uint64_t>(value)) == value);
        if (*name(value) != 0) CHECK(named<E>(name(value)) == value);
    }
    CHECK(spelled.size() == count<E>);
    CHECK_FALSE(numbered<E>(count<E>));
    CHECK_FALSE(numbered<E>(UINT64_MAX));
    CHECK_FALSE(named<E>("no such word"));
    CHECK_FALSE(named<E>(""));
}

} // namespace

TEST_CASE("every value has a spelling of its own and is found by it") {
    check_spellings<ApiFunction>();
    check_spellings<Callback>();
    check_spellings<Presence>();
    check_spellings<Status>();
    check_spellings<LoadErrorKind>();
    check_spellings<Outcome>();
    check_spellings<InstallHow>();
    check_spellings<ThreadKind>();
    check_spellings<ImpasseKind>();
    check_spellings<Residue>();
    CHECK(named<Callback>("ready_input") == Callback::ready_input);
    CHECK_FALSE(named<Callback>("ready_inputs"));
}

TEST_CASE("functions of the driver API") {
    CHECK(std::string(name(ApiFunction::driver_output)) == "driver_output");
    CHECK(std::string(name(ApiFunction::none)).empty());
    CHECK(named<ApiFunction>("erl_drv_thread_self") == ApiFunction::erl_drv_thread_self);
    CHECK(api_functions.size() == 112);
    for (const ApiFunction function : api_functions) CHECK(function != ApiFunction::none);
    CHECK(std::string(row(ApiFunction::driver_output).family) == "output");
    CHECK(row(ApiFunction::driver_enq).caller == ApiCaller::lock);
}
