#include "session/origins.h"

#include "lifecycle/record.h"
#include "term/external.h"

namespace ddll::session {

class OriginsReader::Reader {
public:
    template <class E>
    void operator()(const E&) {}

    void operator()(const journal::StepBegun& e) {
        step_ = e.index;
        caller_ = {};
    }
    void operator()(const journal::Called& e) { caller_ = e.process; }
    void operator()(const journal::PortOpened& e) {
        out.ports[e.port] = step_;
        drivers_[e.port] = e.driver;
    }
    void operator()(const journal::ProcessEnded& e) {
        std::erase_if(out.loads, [&](const auto& load) { return load.first.second == e.process; });
    }
    void operator()(const journal::ApiCalled& e) {
        const auto driver = drivers_.find(e.port);
        if (driver != drivers_.end() && e.function == words::ApiFunction::driver_async)
            out.jobs[driver->second] = step_;
    }
    void operator()(const journal::Bound& e) {
        const auto value = term::decode(e.term);
        if (value && value->term.is(term::Term::Kind::reference))
            out.references.try_emplace(value->term.as_reference(), step_);
    }
    void operator()(const journal::DriverChanged& e) {
        Known& known = known_[e.driver];
        auto& loads = out.loads[{e.driver, caller_}];
        if (e.loads > known.loads) loads.push_back(step_);
        if (e.loads < known.loads && !loads.empty()) loads.pop_back();
        if (e.status != known.status && e.status != lifecycle::Status::ok) out.pending[e.driver] = step_;
        known = {e.loads, e.status};
    }

    Origins out;

private:
    struct Known {
        std::uint32_t loads = 0;
        lifecycle::Status status = lifecycle::Status::ok;
    };
    std::uint32_t step_ = 0;
    ProcessId caller_;
    std::map<PortId, DriverId> drivers_;
    std::map<DriverId, Known> known_;
};

OriginsReader::OriginsReader() : reader_(std::make_unique<Reader>()) {}

OriginsReader::~OriginsReader() = default;

void OriginsReader::see(const journal::Entry& entry) {
    std::visit(*reader_, entry.event);
}

const Origins& OriginsReader::origins() const {
    return reader_->out;
}

} // namespace ddll::session
