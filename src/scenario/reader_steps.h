#pragma once
/// The second pass of the reader over the steps: builds them, resolves names, follows which variables have a value.
#include "scenario/reader_texts.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace ddll::scenario {

class StepReader {
public:
    /// `scenario` has its paths, drivers and processes already. Names of a sort that could not be read are not
    /// looked up (`unsure`): the mistake is elsewhere.
    struct Unsure {
        bool paths = false, drivers = false, processes = false, peers = false;
    };
    StepReader(ReadScope& context, Texts& texts, const Scenario& scenario, Unsure unsure)
        : context_(context), texts_(texts), scenario_(scenario), unsure_(unsure) {}

    std::vector<ScenarioStep> read(const Node& list) { return steps(list, 1, nullptr); }

    /// Names that only the whole scenario can tell right from wrong; once, after all steps.
    void finish();

private:
    enum class Returns : bool { no, yes };

    std::vector<ScenarioStep> steps(const Node& list, std::uint64_t times, const Node* outermost_repeat);
    std::optional<ScenarioStep> step(const Node& node, std::uint64_t times, const Node* outermost_repeat);
    CallStep call(const Node& node);
    CallStep batch(const Node& node);
    InstallStep install(const Node& node);
    AdvanceStep advance(const Node& node);
    ExpectStep expect(const Node& node);

    // reader_outside.cpp
    PeerStep peer(const Node& node);
    FileStep file(const Node& node);
    const PeerDecl* check_peer(const Node& node);

    CallOutcome outcome(const Node& node);
    CallOutcome raises(const Node& node);
    Effects effects(const Node& node, Returns returns);
    std::vector<NamedPattern> named_patterns(const Node* object);
    Receives receives(const Node& node, Returns returns);
    DriverCalls driver_calls(const Node& node, Returns returns);
    bool is_return_mark(const Node& node, Returns returns, bool& seen);

    std::string text(const Node& node, std::string_view key) const;
    std::string caller(const Node& step);
    void check_process(std::string_view name, Place place);
    std::vector<std::string_view> driver_names() const;
    std::vector<std::string_view> versions_of(std::string_view driver) const;
    void count(const Node& node, std::uint64_t times, const Node* outermost_repeat);

    /// A driver (or, when `version` is not empty, one of its versions) named by an expectation.
    struct Mention {
        Place place;
        std::string driver, version;
    };

    ReadScope& context_;
    Texts& texts_;
    const Scenario& scenario_;
    Unsure unsure_;
    std::uint64_t flat_steps_ = 0;
    std::vector<Mention> mentions_;
    std::set<std::string, std::less<>> installed_as_;
};

/// Reads one line of `driver_calls` other than "|": driver/version:callback(arguments). Whether the driver and version
/// exist is left to the caller; their spelling, the callback's name and its arguments are checked here. `drivers` are
/// names that may have a / in them: in front of the colon, one of them is a driver, and of anything else what follows
/// the last / is a version. Nothing when a mistake was reported. reader_driver_calls.cpp
std::optional<DriverCallPattern> read_driver_call(ReadScope& context, Texts& texts, const Node& node,
                                                  const std::vector<std::string_view>& drivers);

} // namespace ddll::scenario
