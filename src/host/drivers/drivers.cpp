#include "host/drivers/drivers.h"

#include "base/text.h"
#include "host/callbacks.h"
#include "host/host.h"
#include "host/probe/leftovers.h"
#include "host/threads/driver_threads.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::host {

using term::Term;
namespace effect = lifecycle::effect;
namespace request = lifecycle::request;

namespace {

struct FindDriver {
    DriverId id;
    bool operator()(const std::unique_ptr<Driver>& d) const { return d->id == id; }
};

} // namespace

Driver* Drivers::find(DriverId id) {
    for (auto* list : {&listed_, &unlisted_})
        if (const auto it = std::find_if(list->begin(), list->end(), FindDriver{id}); it != list->end())
            return it->get();
    return nullptr;
}

Driver* Drivers::find(std::string_view name) {
    for (const auto& driver : listed_)
        if (driver->name == name) return driver.get();
    return nullptr;
}

const Drivers::Proof* Drivers::proof(std::string_view name) const {
    const auto it = proofs_.find(name);
    return it == proofs_.end() ? nullptr : &it->second;
}

Driver& Drivers::make(std::string name, bool newest) {
    auto driver = std::make_unique<Driver>();
    driver->id = DriverId{next_driver_++};
    driver->name = std::move(name);
    driver->in_list = newest;
    auto& list = newest ? listed_ : unlisted_;
    list.push_front(std::move(driver));
    return *list.front();
}

void Drivers::take_out_of_list(Driver& driver) {
    if (!driver.in_list) return;
    driver.in_list = false;
    const auto it = std::find_if(listed_.begin(), listed_.end(), FindDriver{driver.id});
    unlisted_.splice(unlisted_.begin(), listed_, it);
}

void Drivers::forget_if_absent(Driver& driver) {
    if (driver.record.presence != lifecycle::Presence::absent || driver.in_list) return;
    unlisted_.remove_if(FindDriver{driver.id});
}

void Drivers::journal_state(const Driver& driver, words::LifecycleRow row) {
    const lifecycle::DriverRecord& now = driver.record;
    std::uint32_t holds = now.other_holds, loads = 0; // as lifecycle::holds and loads count them
    thread_local std::vector<journal::UserLoads> users;
    users.clear();
    for (const lifecycle::UserEntry& entry : now.entries) {
        if (entry.kind != lifecycle::EntryKind::loaded) continue;
        ++loads;
        holds += entry.released ? 0 : 1;
        if (users.empty() || users.back().process != entry.process) users.push_back({entry.process, 0});
        ++users.back().loads;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(users.data()), users.size() * sizeof users[0]);
    host_.journal().write(journal::DriverChanged{driver.id, now.presence, now.status, now.port_count, holds, loads,
                                                 driver.name, driver.jobs, bytes, row});
}

lifecycle::Reply Drivers::ask(Driver& driver, const lifecycle::Request& what, const Term* as_written) {
    if (const auto row = lifecycle::count_in_place(driver.record, what)) {
        journal_state(driver, *row);
        return {};
    }
    lifecycle::Decision decision = lifecycle::decide(driver.record, what);
    const bool changed = decision.next != driver.record;
    driver.record = std::move(decision.next);
    if (changed) journal_state(driver, decision.row);
    if (decision.enrols) {
        const auto enrol = [&](const auto& r) {
            if constexpr (requires { r.process; })
                if (Process* process = host_.processes().find(r.process)) process->uses_drivers = true;
        };
        std::visit(enrol, what);
    }
    lifecycle::Reply reply = decision.reply;
    for (const lifecycle::Effect& next : decision.effects) carry_out(driver, next, what, reply, as_written);
    return reply;
}

void Drivers::carry_out(Driver& driver, const lifecycle::Effect& next, const lifecycle::Request& cause,
                        lifecycle::Reply& reply, const Term* as_written) {
    if (const auto* open = std::get_if<effect::OpenImage>(&next)) {
        const auto failure = open_image(driver, open->path);
        lifecycle::Request outcome;
        if (const auto* load = std::get_if<request::Load>(&cause)) {
            if (failure)
                outcome = request::LoadFailed{*failure};
            else
                outcome = request::LoadOpened{load->process, load->path, load->kill_ports};
        } else if (failure) {
            outcome = request::ReloadFailed{*failure};
        } else {
            outcome = request::ReloadOpened{};
        }
        reply = ask(driver, outcome);
    } else if (std::holds_alternative<effect::FinishAndClose>(next)) {
        finish_and_close(driver);
    } else if (std::holds_alternative<effect::KillPorts>(next)) {
        host_.ports().kill_all(driver);
    } else if (const auto* send_effect = std::get_if<effect::Send>(&next)) {
        send_message(driver, *send_effect, as_written);
    } else if (std::holds_alternative<effect::QueueCollect>(next)) {
        std::erase(collects_, driver.id); // queued anew, behind the others
        collects_.push_back(driver.id);
    } else if (const auto* then = std::get_if<effect::Continue>(&next)) {
        ask(driver, then->next);
    }
}

void Drivers::send_message(Driver& driver, const effect::Send& message, const Term* as_written) {
    Process* to = host_.processes().find(message.to);
    if (to == nullptr) return;
    Term what = Term::atom(words::name(message.what));
    if (message.error) what = term::make_tuple(what, load_error_term(*message.error));
    const bool up = message.direction == effect::Direction::up;
    const bool own_text = message.at_once && as_written != nullptr && !as_written->is(Term::Kind::atom);
    if (own_text)
        host_.misuse(Rule::monitor_of_name_that_is_no_atom, no_function, {},
                     fmt::format("{} is told of {}", to->name, term::print(*as_written)));
    Term name = own_text ? *as_written : Term::atom(latin1_to_utf8(driver.name));
    host_.processes().deliver(*to,
                              term::make_tuple(Term::atom(up ? "UP" : "DOWN"), Term::reference(message.ref.value),
                                               Term::atom("driver"), std::move(name), std::move(what)),
                              {}, {});
}

void Drivers::finish_and_close(Driver& driver) {
    take_out_of_list(driver);
    report_changed_entry(host_, driver);
    if (driver.callbacks.finish != nullptr) callbacks::finish(host_, driver);
    if (!driver.image) return;
    leave_threads_behind(host_, driver);
    host_.jobs().report_forgotten(driver);
    host_.memory().inspect(driver.id);
    host_.report_damage(no_function);
    host_.probe().process().report_left(driver);
    for (const auto& other : listed_)
        if (other->image_id == driver.image_id && other->entry != nullptr)
            host_.misuse(Rule::entry_outlives_library, no_function, {},
                         fmt::format("{} is still in the list, its code was in {}", other->name, driver.name));
    const bool gone = close_image(driver, driver.path, true);
    proofs_[driver.name] = Proof{false, gone, false};
}

void Drivers::give_back(ProcessId process) {
    std::vector<DriverId> newest_first;
    for (const auto& driver : listed_)
        if (driver->record.presence == lifecycle::Presence::dynamic) newest_first.push_back(driver->id);
    for (const DriverId id : newest_first)
        if (Driver* driver = find(id)) ask(*driver, request::ProcessExit{process});
}

void Drivers::collect() {
    const DriverId id = collects_.front();
    collects_.pop_front();
    if (Driver* driver = find(id)) ask(*driver, request::Collect{});
}

int Drivers::lock(Port& port) {
    if (port.driver == nullptr || port.driver->record.presence != lifecycle::Presence::dynamic) return -1;
    ask(*port.driver, request::LockDriver{});
    return 0;
}

void Drivers::add_linked_in(std::string name) {
    make(std::move(name), true).record.presence = lifecycle::Presence::linked_in;
}

void Drivers::add_static(ErlDrvEntry* entry) {
    Driver& driver = make(entry->driver_name != nullptr ? entry->driver_name : "", true);
    driver.record.presence = lifecycle::Presence::linked_in;
    driver.take_entry(entry);
    // The code belongs to the library that called, whose image is the one to name in stacks.
    if (!call_frames().empty())
        if (const Driver* caller = find(call_frames().back().driver)) driver.image_id = caller->image_id;
    if (driver.callbacks.init != nullptr && callbacks::init(host_, driver) != 0) {
        take_out_of_list(driver);
        driver.record.presence = lifecycle::Presence::absent;
        forget_if_absent(driver);
        return;
    }
    journal_state(driver);
}

int Drivers::remove_static(ErlDrvEntry* entry) {
    for (const auto& driver : listed_) {
        if (driver->entry != entry) continue;
        if (driver->record.presence == lifecycle::Presence::dynamic) return -1;
        if (driver->first_port != nullptr)
            host_.misuse(Rule::entry_removed_with_ports, no_function, driver->first_port->id, driver->name);
        take_out_of_list(*driver); // its ports live on, so the driver stays in unlisted
        return 1;
    }
    return 0;
}

} // namespace ddll::host
