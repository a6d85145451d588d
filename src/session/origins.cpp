#include "session/origins.h"

#include "term/external.h"

namespace ddll::session {

void OriginsReader::on(const journal::StepBegun& e) {
    step_ = e.index;
    caller_ = {};
}

void OriginsReader::on(const journal::Called& e) {
    caller_ = e.process;
}
void OriginsReader::on(const journal::PortOpened& e) {
    origins_.ports[e.port] = step_;
    drivers_[e.port] = e.driver;
}

void OriginsReader::on(const journal::ProcessEnded& e) {
    std::erase_if(origins_.loads, [&](const auto& load) { return load.first.second == e.process; });
}

void OriginsReader::on(const journal::ApiCalled& e) {
    const auto driver = drivers_.find(e.port);
    if (driver != drivers_.end() && e.function == words::ApiFunction::driver_async)
        origins_.jobs[driver->second] = step_;
}

void OriginsReader::on(const journal::Bound& e) {
    const auto value = term::decode(e.term);
    if (value && value->term.is(term::Term::Kind::reference))
        origins_.references.try_emplace(value->term.as_reference(), step_);
}

void OriginsReader::on(const journal::DriverChanged& e) {
    Known& known = known_[e.driver];
    auto& loads = origins_.loads[{e.driver, caller_}];
    if (e.loads > known.loads) loads.push_back(step_);
    if (e.loads < known.loads && !loads.empty()) loads.pop_back();
    if (e.status != known.status && e.status != lifecycle::Status::ok) origins_.pending[e.driver] = step_;
    known = {e.loads, e.status};
}

} // namespace ddll::session
