// The functions of erl_ddll: arguments in, the rules asked, terms out.
#include "base/text.h"
#include "host/host.h"
#include "lifecycle/format_error.h"

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

bool append_characters(const Term& list, std::string& out) {
    if (!list.is_proper_list()) return false;
    for (const Term& item : list.items()) {
        if (item.is_list()) {
            if (!append_characters(item, out)) return false;
            continue;
        }
        if (!item.is(Term::Kind::integer) || item.as_integer() <= 0 || item.as_integer() > 0x10FFFF) return false;
        if (!append_utf8(out, static_cast<char32_t>(item.as_integer()))) return false;
    }
    return true;
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

std::optional<PendingOption> pending_option(const Term& term) {
    if (term.is_atom("pending")) return PendingOption::pending;
    if (term.is_atom("pending_driver")) return PendingOption::pending_driver;
    return std::nullopt;
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

} // namespace

bool Host::parse_load_options(const Term& options, request::Load& load) const {
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
            const auto pending = pending_option(value);
            if (!pending) return false;
            (key.is_atom("monitor") ? load.monitor : load.reload) = pending; // the last one counts
        } else {
            return false;
        }
    }
    return true;
}

bool Host::parse_unload_options(const Term& options, request::Unload& unload) const {
    if (!options.is_proper_list()) return false;
    for (const Term& option : options.items()) {
        if (option.is_atom("kill_ports")) {
            unload.kill_ports = true;
        } else if (option.is_tuple(2) && option.elements()[0].is_atom("monitor")) {
            unload.monitor = pending_option(option.elements()[1]);
            if (!unload.monitor) return false;
        } else {
            return false;
        }
    }
    return true;
}

Term Host::load_error_term(const lifecycle::LoadError& error) const {
    const Term kind = Term::atom(words::name(error.kind));
    if (error.kind != lifecycle::LoadError::Kind::open_error) return kind;
    return term::make_tuple(kind, Term::integer(error.number));
}

Term Host::reply_term(const lifecycle::Reply& answer) const {
    if (const auto* ok = std::get_if<reply::Ok>(&answer)) {
        const Term status = Term::atom(lifecycle::name(ok->status));
        if (!ok->ref) return term::make_tuple(common_.ok, status);
        return term::make_tuple(common_.ok, status, Term::reference(ok->ref.value));
    }
    if (const auto* refused = std::get_if<reply::Refused>(&answer))
        return error_tuple(Term::atom(lifecycle::name(refused->reason)));
    if (const auto* failed = std::get_if<reply::Failed>(&answer)) return error_tuple(load_error_term(failed->error));
    return common_.ok;
}

std::optional<lifecycle::Reply> Host::load(request::Load load, const Term& path, const Term& name) {
    const auto folder = folder_name(path);
    const auto wanted = driver_name(name);
    if (!folder || !wanted) return std::nullopt;
    load.path = *folder + "/" + *wanted;
    load.fresh = fresh_reference();
    Driver* known = find_driver(*wanted);
    Driver& driver = known != nullptr ? *known : make_driver(*wanted, false);
    if (known == nullptr) journal_driver(driver); // so that whatever follows has a name
    const lifecycle::Reply answer = ask(driver, load);
    forget_if_absent(driver);
    return answer;
}

std::optional<lifecycle::Reply> Host::unload(request::Unload unload, const Term& name) {
    const auto wanted = driver_name(name);
    if (!wanted) return std::nullopt;
    unload.fresh = fresh_reference();
    if (Driver* driver = find_driver(*wanted)) return ask(*driver, unload);
    return lifecycle::decide({}, unload).reply;
}

BifResult Host::try_load(ProcessId by, const Term& path, const Term& name, const Term& options) {
    request::Load wanted;
    wanted.process = by;
    if (!parse_load_options(options, wanted)) return BifResult::raise(common_.badarg);
    const auto answer = load(std::move(wanted), path, name);
    return answer ? BifResult::of(reply_term(*answer)) : BifResult::raise(common_.badarg);
}

BifResult Host::try_unload(ProcessId by, const Term& name, const Term& options) {
    request::Unload wanted;
    wanted.process = by;
    if (!parse_unload_options(options, wanted)) return BifResult::raise(common_.badarg);
    const auto answer = unload(std::move(wanted), name);
    return answer ? BifResult::of(reply_term(*answer)) : BifResult::raise(common_.badarg);
}

// The wrappers ask for a message and, when they get a reference, wait for it without limit.
BifResult Host::load_wrapper(ProcessId by, const Term& path, const Term& name, bool kill_ports_option, bool reload) {
    request::Load wanted;
    wanted.process = by;
    wanted.kill_ports = kill_ports_option;
    wanted.monitor = PendingOption::pending_driver;
    if (reload) wanted.reload = PendingOption::pending_driver;
    const auto answer = load(std::move(wanted), path, name);
    if (!answer) return BifResult::raise(common_.badarg);
    return wrap(by, *answer, WrapperKind::load);
}

BifResult Host::unload_driver(ProcessId by, const Term& name) {
    request::Unload wanted;
    wanted.process = by;
    wanted.kill_ports = true;
    wanted.monitor = PendingOption::pending_driver;
    const auto answer = unload(std::move(wanted), name);
    if (!answer) return BifResult::raise(common_.badarg);
    return wrap(by, *answer, WrapperKind::unload);
}

BifResult Host::unload(ProcessId by, const Term& name) {
    request::Unload wanted;
    wanted.process = by;
    const auto answer = unload(std::move(wanted), name);
    if (!answer) return BifResult::raise(common_.badarg);
    return wrap(by, *answer, WrapperKind::unload);
}

BifResult Host::wrap(ProcessId by, const lifecycle::Reply& answer, WrapperKind kind) {
    if (const auto* ok = std::get_if<reply::Ok>(&answer)) {
        if (!ok->ref) return BifResult::of(common_.ok);
        find(by)->wait = WaitDriver{ok->ref, kind};
        return BifResult::blocked();
    }
    Term value = reply_term(answer);
    // The wrappers give this refusal another name, so that it cannot be told from a wrong driver_name.
    if (kind == WrapperKind::load && is_error(value, "inconsistent"))
        value = error_tuple(Term::atom("bad_driver_name"));
    return BifResult::of(std::move(value));
}

BifResult Host::ddll_monitor(ProcessId by, const Term& type, const Term& item) {
    using lifecycle::MonitorWhen;
    if (!type.is_atom("driver") || !item.is_tuple(2)) return BifResult::raise(common_.badarg);
    const Term& name = item.elements()[0];
    const Term& when = item.elements()[1];
    const auto wanted = driver_name(name);
    if (!wanted) return BifResult::raise(common_.badarg);
    request::Monitor monitor{by, MonitorWhen::loaded, fresh_reference()};
    if (when.is_atom("unloaded"))
        monitor.when = MonitorWhen::unloaded;
    else if (when.is_atom("unloaded_only"))
        monitor.when = MonitorWhen::unloaded_only;
    else if (!when.is_atom("loaded"))
        return BifResult::raise(common_.badarg);
    Driver absent;
    absent.name = *wanted;
    Driver* known = find_driver(*wanted);
    ask(known != nullptr ? *known : absent, monitor, &name);
    return BifResult::of(Term::reference(monitor.fresh.value));
}

BifResult Host::ddll_demonitor(ProcessId by, const Term& ref) {
    if (!ref.is(Term::Kind::reference)) return BifResult::raise(common_.badarg);
    const RefId id{ref.as_reference()};
    for (const auto& driver : drivers_) ask(*driver, request::Demonitor{by, id});
    return BifResult::of(common_.true_);
}

Term Host::info_value(const Driver& driver, lifecycle::InfoItem item) const {
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

Term Host::info_items(const Driver& driver) const {
    std::vector<Term> items;
    for (std::size_t i = 0; i < lifecycle::info_items.size(); ++i)
        items.push_back(term::make_tuple(Term::atom(lifecycle::info_items[i]),
                                         info_value(driver, static_cast<lifecycle::InfoItem>(i))));
    return Term::list(std::move(items));
}

BifResult Host::ddll_info(const Term& name, const Term& item) const {
    const auto wanted = driver_name(name);
    const Driver* driver = wanted ? find_driver(*wanted) : nullptr;
    const auto known = item.is(Term::Kind::atom) ? lifecycle::info_item(item.as_atom()) : std::nullopt;
    if (driver == nullptr || !known) return BifResult::raise(common_.badarg);
    return BifResult::of(info_value(*driver, *known));
}

BifResult Host::ddll_info(const Term& name) const {
    const auto wanted = driver_name(name);
    const Driver* driver = wanted ? find_driver(*wanted) : nullptr;
    if (driver == nullptr) return BifResult::raise(common_.badarg);
    return BifResult::of(info_items(*driver));
}

BifResult Host::ddll_info() const {
    std::vector<Term> items;
    for (auto it = drivers_.rbegin(); it != drivers_.rend(); ++it)
        if ((*it)->record.presence == lifecycle::Presence::dynamic)
            items.push_back(term::make_tuple(name_list(**it), info_items(**it)));
    return BifResult::of(Term::list(std::move(items)));
}

BifResult Host::loaded_drivers() const {
    std::vector<Term> names;
    for (auto it = drivers_.rbegin(); it != drivers_.rend(); ++it) names.push_back(name_list(**it));
    return BifResult::of(term::make_tuple(common_.ok, Term::list(std::move(names))));
}

BifResult Host::format_error(const Term& error) const {
    if (error.is(Term::Kind::atom)) {
        if (const auto text = lifecycle::format_error(error.as_atom())) return BifResult::of(Term::string(*text));
    } else if (error.is_tuple(2) && error.elements()[0].is_atom("open_error") &&
               error.elements()[1].is(Term::Kind::integer)) {
        return BifResult::of(
            Term::bytes_list(lifecycle::format_open_error(error.elements()[1].as_integer(), error_texts_)));
    }
    return BifResult::raise(common_.badarg);
}

} // namespace ddll::host
