#include "findings/findings.h"

#include "host/misuse.h"
#include "host/probe/traces.h"
#include "image/demangle.h"

#include <fmt/format.h>

#include <cstring>
#include <map>

namespace ddll::findings {

namespace {

constexpr std::size_t shown_symbols = 3;

// Unique symbols that the library itself looks up: the loader has marked it as never to be removed.
std::vector<const image::ElfSymbol*> pinning_symbols(const image::ElfFacts& facts) {
    std::vector<const image::ElfSymbol*> found;
    for (const auto& symbol : facts.symbols)
        if (symbol.unique && symbol.defined && symbol.relocated) found.push_back(&symbol);
    return found;
}

struct Pin {
    const char* rule;
    std::string evidence;
};

Pin pin_of(const ImageNote& image, const std::string& others) {
    if (image.facts == nullptr) return {"dso-pinned", "the library is still mapped after dlclose"};
    const auto unique = pinning_symbols(*image.facts);
    if (!unique.empty()) {
        std::string symbols;
        for (std::size_t i = 0; i < unique.size() && i < shown_symbols; ++i)
            symbols += (i > 0 ? ", " : "") + image::demangled(unique[i]->name);
        if (unique.size() > shown_symbols) symbols += fmt::format(" and {} more", unique.size() - shown_symbols);
        return {"dso-pinned-unique-symbol", fmt::format("still mapped after dlclose; unique symbol: {}", symbols)};
    }
    if (image.facts->nodelete) return {"dso-nodelete-flag", "still mapped after dlclose; DF_1_NODELETE is set"};
    if (image.facts->imports("__cxa_thread_atexit") || image.facts->imports("__cxa_thread_atexit_impl"))
        return {"dso-pinned-thread-local-destructor",
                "still mapped after dlclose; the library registers thread-local destructors"};
    if (!others.empty())
        return {"dso-pinned-by-importer",
                fmt::format("still mapped after dlclose; so is {}, which came after it", others)};
    if (image.facts->imports("dlopen") || image.facts->imports("dlmopen"))
        return {"dso-holds-itself", "still mapped after dlclose; it opens libraries itself, and nothing else pins it"};
    return {"dso-pinned", "still mapped after dlclose; no unique symbol, no nodelete flag, no thread-local destructor"};
}

class Finder {
public:
    Finder(const Names& names) : names_(names) {}

    void see(const journal::Entry& entry) {
        if (const auto* closed = std::get_if<journal::ImageClosed>(&entry.event))
            see_closed(*closed, entry.seq);
        else if (const auto* reloaded = std::get_if<journal::Reloaded>(&entry.event))
            see_reloaded(*reloaded, entry.seq);
        else if (const auto* left = std::get_if<journal::LeftBehind>(&entry.event))
            see_left(*left);
        else if (const auto* opened = std::get_if<journal::ImageOpened>(&entry.event))
            paths_[opened->image] = opened->path;
        else if (const auto* misused = std::get_if<journal::Misused>(&entry.event))
            see_misused(*misused, entry);
        else if (const auto* entered = std::get_if<journal::Entered>(&entry.event))
            running_[entry.thread].push_back({entered->callback, entered->driver});
        else if (std::holds_alternative<journal::Left>(entry.event) && !running_[entry.thread].empty())
            running_[entry.thread].pop_back();
        else if (const auto* waits = std::get_if<journal::ThreadWaits>(&entry.event))
            emulator_waits_ |= waits->thread == emulator_thread;
        else if (const auto* runs = std::get_if<journal::ThreadRuns>(&entry.event))
            emulator_waits_ &= runs->thread != emulator_thread;
    }

    // Inside a callback, and not in a wait of the driver API, where other threads have their turn.
    void see_asleep(const journal::Entry& entry) {
        const auto& open = running_[emulator_thread];
        using enum journal::Callback;
        if (emulator_waits_ || open.empty() || open.back().callback == dlopen || open.back().callback == dlclose)
            return;
        const auto& inner = open.back();
        add("callback-sleeps", names_.driver(inner.driver), fmt::format("in {}", words::name(inner.callback)),
            entry.seq);
    }

    std::vector<Finding> finish() {
        for (std::size_t i = 0; i < findings_.size(); ++i)
            if (counts_[i] > 1) findings_[i].evidence += fmt::format(" ({} times)", counts_[i]);
        return std::move(findings_);
    }

private:
    void add(std::string_view id, const std::string& subject, std::string evidence, std::uint64_t entry) {
        const Rule* found = rule(id);
        const auto [place, fresh] = index_.try_emplace(std::string(id) + "\n" + subject, findings_.size());
        if (!fresh) {
            ++counts_[place->second];
            return;
        }
        findings_.push_back(finding_of(*found, subject, std::move(evidence)));
        findings_.back().entry = entry;
        counts_.push_back(1);
    }

    // Libraries that stay when the driver's stays.
    void see_left(const journal::LeftBehind& left) {
        if (left.kind != words::Residue::object || left.text == paths_[left.image]) return;
        std::string& others = others_[paths_[left.image]];
        if (others.empty()) others = left.text.substr(left.text.rfind('/') + 1);
    }

    void see_closed(const journal::ImageClosed& closed, std::uint64_t entry) {
        if (closed.gone) return;
        const ImageNote image = names_.image(closed.image);
        Pin pin = pin_of(image, others_[paths_[closed.image]]);
        add(pin.rule, image.label, std::move(pin.evidence), entry);
    }

    void see_reloaded(const journal::Reloaded& reloaded, std::uint64_t entry) {
        if (reloaded.new_runs) return;
        const ImageNote before = names_.image(reloaded.before);
        add("reload-kept-old-code", names_.driver(reloaded.driver),
            fmt::format("after the reload {} is what runs: it never left memory, and the loader gave it again instead "
                        "of the file "
                        "that the path names now",
                        before.label),
            entry);
    }

    // Where it happened, as near as is known: the driver's source line, else the callback.
    std::string place_of(const std::vector<std::uintptr_t>& stack, const journal::Entry& entry) const {
        for (const std::uintptr_t address : stack)
            if (const std::string place = names_.place ? names_.place(address, entry.seq) : ""; !place.empty())
                return "at " + place;
        const auto it = running_.find(entry.thread);
        if (it == running_.end() || it->second.empty()) return "";
        return fmt::format("in {}", words::name(it->second.back().callback));
    }

    void see_misused(const journal::Misused& misused, const journal::Entry& entry) {
        const auto id = host::rule_id(static_cast<host::Misuse>(misused.rule));
        std::string evidence = words::name(misused.function);
        if (misused.port) evidence += fmt::format("{}port {}", evidence.empty() ? "" : ", ", names_.port(misused.port));
        if (!misused.detail.empty()) evidence += fmt::format("{}{}", evidence.empty() ? "" : ": ", misused.detail);
        std::vector<std::uintptr_t> stack(misused.stack.size() / sizeof(std::uintptr_t));
        if (!stack.empty()) std::memcpy(stack.data(), misused.stack.data(), stack.size() * sizeof(std::uintptr_t));
        if (const std::string place = place_of(stack, entry); !place.empty())
            evidence += fmt::format("{}{}", evidence.empty() ? "" : ", ", place);
        const std::size_t before = findings_.size();
        add(id, words::name(misused.function), std::move(evidence), entry.seq);
        if (findings_.size() > before) findings_.back().stack = std::move(stack);
    }

    const Names& names_;
    std::map<ImageId, std::string> paths_;
    std::map<std::string, std::string> others_; ///< by path: a library that stayed beside it
    std::vector<Finding> findings_;
    std::vector<std::uint64_t> counts_;
    std::map<std::string, std::size_t> index_;
    static constexpr std::uint16_t emulator_thread = 0;
    struct Open {
        journal::Callback callback;
        DriverId driver;
    };
    std::map<std::uint16_t, std::vector<Open>> running_; ///< by thread, outermost first
    bool emulator_waits_ = false;
};

} // namespace

Finding finding_of(const Rule& rule, std::string subject, std::string evidence) {
    Finding out;
    out.rule = &rule;
    out.severity = rule.severity;
    out.title = subject.empty() ? std::string(rule.title) : fmt::format("{}: {}", subject, rule.title);
    out.subject = std::move(subject);
    out.evidence = std::move(evidence);
    return out;
}

std::vector<Finding> find(const journal::Journal& journal, const Names& names,
                          const std::vector<std::uint64_t>& asleep_at) {
    Finder finder(names);
    auto asleep = asleep_at.begin();
    for (const journal::Entry& entry : journal) {
        finder.see(entry);
        for (; asleep != asleep_at.end() && *asleep == entry.seq; ++asleep) finder.see_asleep(entry);
    }
    return finder.finish();
}

} // namespace ddll::findings
