// The functions of erl_ddll: arguments in, the rules asked, terms out.
#include "host/host.h"
#include "host/ports/names.h"
#include "lifecycle/format_error.h"
#include "lifecycle/info.h"

namespace ddll::host {

using lifecycle::PendingOption;
using term::Term;
namespace request = lifecycle::request;
namespace reply = lifecycle::reply;

namespace {

// An atom (as its UTF-8 bytes) or an iolist; an empty list is allowed, an empty atom is not. A zero byte ends the name.
std::optional<std::string> driver_name(const Term& term) {
    std::string name;
    if (term.is(Term::Kind::atom)) {
        if (term.as_atom().empty()) return std::nullopt;
        name = term.as_atom();
    } else if (!term.is_list() && !term.is_binary()) {
        return std::nullopt;
    } else if (!term::iolist_to_bytes(term, name)) {
        return std::nullopt;
    }
    name.resize(std::min(name.size(), name.find('\0')));
    return name;
}

// A nested list of characters, encoded as file names are, or a binary as it is; without separators at its end.
std::optional<std::string> folder_name(const Term& term) {
    std::string path;
    if (term.is_binary())
        path = term.as_bits().bytes();
    else if (!term.is_list() || !append_characters(term, path))
        return std::nullopt;
    path.erase(path.find_last_not_of("/\\") + 1);
    return path;
}

// The value that the atom spells; nothing for other atoms and other terms.
template <class Word>
std::optional<Word> word_in(const Term& term) {
    return term.is(Term::Kind::atom) ? words::named<Word>(term.as_atom()) : std::nullopt;
}

Term error_tuple(Term reason) {
    return term::make_tuple(Term::atom("error"), std::move(reason));
}

bool is_error(const Term& answer, std::string_view reason) {
    return answer.is_tuple(2) && answer.elements()[0].is_atom("error") && answer.elements()[1].is_atom(reason);
}

Term name_list(const Driver& driver) {
    return Term::bytes_list(driver.name);
}

bool parse_load_options(const Term& options, request::Load& load) {
    if (!options.is_proper_list()) return false;
    for (const Term& option : options.items()) {
        if (!option.is_tuple(2)) return false;
        const Term& key = option.elements()[0];
        const Term& value = option.elements()[1];
        if (key.is_atom("driver_options")) {
            if (!value.is_proper_list()) return false;
            for (const Term& item : value.items()) {
                if (!item.is_atom("kill_ports")) return false;
                load.kill_ports = true;
            }
        } else if (key.is_atom("monitor") || key.is_atom("reload")) {
            const auto pending = word_in<PendingOption>(value);
            if (!pending) return false;
            (key.is_atom("monitor") ? load.monitor : load.reload) = pending; // the last one counts
        } else {
            return false;
        }
    }
    return true;
}

bool parse_unload_options(const Term& options, request::Unload& unload) {
    if (!options.is_proper_list()) return false;
    for (const Term& option : options.items()) {
        if (option.is_atom("kill_ports")) {
            unload.kill_ports = true;
        } else if (option.is_tuple(2) && option.elements()[0].is_atom("monitor")) {
            unload.monitor = word_in<PendingOption>(option.elements()[1]);
            if (!unload.monitor) return false;
        } else {
            return false;
        }
    }
    return true;
}

Term info_value(const Driver& driver, lifecycle::InfoItem item) {
    const lifecycle::InfoValue value = lifecycle::info(driver.record, item);
    if (const auto* counts = std::get_if<lifecycle::ProcessCounts>(&value)) {
        std::vector<Term> items;
        for (const auto& [process, count] : *counts)
            items.push_back(term::make_tuple(Term::pid(process.value), Term::integer(count)));
        return Term::list(std::move(items));
    }
    if (const auto* options = std::get_if<lifecycle::InfoOptions>(&value))
        return options->kill_ports ? Term::list({Term::atom("kill_ports")}) : Term::nil();
    if (const auto* number = std::get_if<std::uint32_t>(&value)) return Term::integer(*number);
    if (const auto* flag = std::get_if<bool>(&value)) return Term::boolean(*flag);
    return Term::atom(std::get<lifecycle::InfoAtom>(value).text);
}

Term info_items(const Driver& driver) {
    std::vector<Term> items;
    for (const lifecycle::InfoItem item : words::all<lifecycle::InfoItem>)
        items.push_back(term::make_tuple(Term::atom(words::name(item)), info_value(driver, item)));
    return Term::list(std::move(items));
}

Term reply_term(const lifecycle::Reply& answer) {
    if (const auto* ok = std::get_if<reply::Ok>(&answer)) {
        const Term status = Term::atom(words::name(ok->status));
        if (!ok->ref) return term::make_tuple(Term::atom("ok"), status);
        return term::make_tuple(Term::atom("ok"), status, Term::reference(ok->ref.value));
    }
    if (const auto* refused = std::get_if<reply::Refused>(&answer))
        return error_tuple(Term::atom(words::name(refused->reason)));
    if (const auto* failed = std::get_if<reply::Failed>(&answer)) return error_tuple(load_error_term(failed->error));
    return Term::atom("ok");
}

} // namespace

Term load_error_term(const lifecycle::LoadError& error) {
    const Term kind = Term::atom(words::name(error.kind));
    if (error.kind != lifecycle::LoadError::Kind::open_error) return kind;
    return term::make_tuple(kind, Term::integer(error.number));
}

std::optional<lifecycle::Reply> Drivers::ask_load(request::Load load, const Term& path, const Term& name) {
    const auto folder = folder_name(path);
    const auto wanted = driver_name(name);
    if (!folder || !wanted) return std::nullopt;
    load.path = *folder + "/" + *wanted;
    load.fresh = host_.processes().fresh_reference();
    Driver* known = find(*wanted);
    Driver& driver = known != nullptr ? *known : make(*wanted, false);
    if (known == nullptr) journal_state(driver); // so that what follows has a name
    const lifecycle::Reply answer = ask(driver, load);
    forget_if_absent(driver);
    return answer;
}

std::optional<lifecycle::Reply> Drivers::ask_unload(request::Unload unload, const Term& name) {
    const auto wanted = driver_name(name);
    if (!wanted) return std::nullopt;
    unload.fresh = host_.processes().fresh_reference();
    if (Driver* driver = find(*wanted)) return ask(*driver, unload);
    return lifecycle::decide({}, unload).reply;
}

BifResult Drivers::try_load(ProcessId by, const Term& path, const Term& name, const Term& options) {
    request::Load wanted;
    wanted.process = by;
    if (!parse_load_options(options, wanted)) return badarg();
    const auto answer = ask_load(std::move(wanted), path, name);
    return answer ? BifResult::of(reply_term(*answer)) : badarg();
}

BifResult Drivers::try_unload(ProcessId by, const Term& name, const Term& options) {
    request::Unload wanted;
    wanted.process = by;
    if (!parse_unload_options(options, wanted)) return badarg();
    const auto answer = ask_unload(std::move(wanted), name);
    return answer ? BifResult::of(reply_term(*answer)) : badarg();
}

// The wrappers ask for a message and, when they get a reference, wait for it without limit.
BifResult Drivers::load(ProcessId by, const Term& path, const Term& name, bool kill_ports_option, bool reload) {
    const auto wanted = PendingOption::pending_driver;
    const auto replaces = reload ? std::optional(wanted) : std::nullopt;
    return wait_for(by, ask_load({by, {}, kill_ports_option, replaces, wanted, {}}, path, name), WrapperKind::load);
}

BifResult Drivers::unload_driver(ProcessId by, const Term& name) {
    return wait_for(by, ask_unload({by, true, PendingOption::pending_driver, {}}, name), WrapperKind::unload);
}

BifResult Drivers::unload(ProcessId by, const Term& name) {
    return wait_for(by, ask_unload({by, false, std::nullopt, {}}, name), WrapperKind::unload);
}

BifResult Drivers::wait_for(ProcessId by, const std::optional<lifecycle::Reply>& answer, WrapperKind kind) {
    if (!answer) return badarg();
    if (const auto* ok = std::get_if<reply::Ok>(&*answer)) {
        if (!ok->ref) return BifResult::of(host_.common().ok);
        host_.processes().find(by)->wait = WaitDriver{ok->ref, kind};
        return BifResult::blocked();
    }
    Term value = reply_term(*answer);
    // The wrappers give this refusal another name, so that it cannot be told from a wrong driver_name.
    if (kind == WrapperKind::load && is_error(value, "inconsistent"))
        value = error_tuple(Term::atom("bad_driver_name"));
    return BifResult::of(std::move(value));
}

BifResult Drivers::monitor(ProcessId by, const Term& type, const Term& item) {
    if (!type.is_atom("driver") || !item.is_tuple(2)) return badarg();
    const Term& name = item.elements()[0];
    const auto wanted = driver_name(name);
    const auto when = word_in<words::MonitorWhen>(item.elements()[1]);
    if (!wanted) return badarg();
    const RefId fresh = host_.processes().fresh_reference();
    if (!when) return badarg();
    const request::Monitor monitor{by, *when, fresh};
    Driver absent;
    absent.name = *wanted;
    Driver* known = find(*wanted);
    ask(known != nullptr ? *known : absent, monitor, &name);
    return BifResult::of(Term::reference(monitor.fresh.value));
}

BifResult Drivers::demonitor(ProcessId by, const Term& ref) {
    if (!ref.is(Term::Kind::reference)) return badarg();
    const RefId id{ref.as_reference()};
    for (const auto& driver : listed_) ask(*driver, request::Demonitor{by, id});
    return BifResult::of(host_.common().true_);
}

BifResult Drivers::info(const Term& name, const Term& item) const {
    const auto wanted = driver_name(name);
    const Driver* driver = wanted ? find(*wanted) : nullptr;
    const auto known = word_in<lifecycle::InfoItem>(item);
    if (driver == nullptr || !known) return badarg();
    return BifResult::of(info_value(*driver, *known));
}

BifResult Drivers::info(const Term& name) const {
    const auto wanted = driver_name(name);
    const Driver* driver = wanted ? find(*wanted) : nullptr;
    if (driver == nullptr) return badarg();
    return BifResult::of(info_items(*driver));
}

BifResult Drivers::info() const {
    std::vector<Term> items;
    for (auto it = listed_.rbegin(); it != listed_.rend(); ++it)
        if ((*it)->record.presence == lifecycle::Presence::dynamic)
            items.push_back(term::make_tuple(name_list(**it), info_items(**it)));
    return BifResult::of(Term::list(std::move(items)));
}

BifResult Drivers::loaded_drivers() const {
    std::vector<Term> names;
    for (auto it = listed_.rbegin(); it != listed_.rend(); ++it) names.push_back(name_list(**it));
    return BifResult::of(term::make_tuple(host_.common().ok, Term::list(std::move(names))));
}

BifResult Drivers::format_error(const Term& error) const {
    if (error.is(Term::Kind::atom)) {
        if (const auto text = lifecycle::format_error(error.as_atom())) return BifResult::of(Term::string(*text));
    } else if (error.is_tuple(2) && error.elements()[0].is_atom("open_error") &&
               error.elements()[1].is(Term::Kind::integer)) {
        return BifResult::of(
            Term::bytes_list(lifecycle::format_open_error(error.elements()[1].as_integer(), open_errors_.texts())));
    }
    return badarg();
}

} // namespace ddll::host
