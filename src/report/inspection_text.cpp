#include "report/inspection.h"
#include "report/inspection_difference.h"

#include "base/text.h"
#include "findings/static/entry_hint.h"
#include "image/symbolize.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace ddll::report {
namespace {

using findings::Provider;
using findings::StaticFacts;

constexpr std::size_t label_width = 16, width = 80, most_names = 40;

std::string row_text(std::string_view label, std::string_view text) {
    std::string before;
    // Too long for its column: a line of its own.
    if (label.size() + 3 > label_width) {
        before = fmt::format("  {}\n", printable(label));
        label = {};
    }
    std::string out = wrapped(printable(text), label_width, width);
    if (out.empty()) out = "\n";
    const std::string head = fmt::format("  {:<{}}", label, label_width - 2);
    return before + (out.size() > label_width ? out.replace(0, label_width, head.substr(0, label_width)) : head + out);
}

std::string section_text(const InspectionSection& section, const Style& style) {
    std::string out = style.strong(section.heading) + "\n";
    for (const auto& [label, text] : section.rows) out += row_text(label, text);
    return out;
}

std::string names(const std::vector<std::string>& all) {
    std::string out;
    for (std::size_t i = 0; i < all.size() && i < most_names; ++i) out += (i > 0 ? ", " : "") + all[i];
    if (all.size() > most_names) out += fmt::format(" and {} more", all.size() - most_names);
    return out;
}

std::string size_text(std::uint64_t bytes) {
    return bytes < 10'000 ? counted(bytes, "byte") : fmt::format("{} KiB", bytes / 1024);
}

InspectionSection file_section(const StaticFacts& facts) {
    const auto& elf = facts.elf;
    InspectionSection out{"file", {}};
    out.row("kind", fmt::format("shared object for {}, {}", elf.machine, size_text(elf.file_size)));
    out.row("build-id", elf.build_id.empty() ? "none: two builds cannot be told apart by it" : elf.build_id);
    if (!elf.soname.empty()) out.row("soname", elf.soname);
    if (!elf.build.compilers.empty()) out.row("compilers", names(elf.build.compilers));
    std::string debug = elf.build.debug_info ? "yes" : "none";
    if (!facts.debug.readable) debug = "damaged: it could not be read";
    if (!elf.build.symbol_table) debug += "; stripped";
    out.row("debug info", debug);
    if (!facts.debug.producer.empty()) out.row("compiled by", facts.debug.producer);
    std::vector<std::string> flags;
    if (elf.flags.nodelete) flags.emplace_back("NODELETE (never leaves memory)");
    if (elf.flags.symbolic) flags.emplace_back("SYMBOLIC (own symbols first)");
    if (elf.flags.static_tls) flags.emplace_back("STATIC_TLS");
    if (elf.flags.initfirst) flags.emplace_back("INITFIRST");
    if (elf.flags.bind_now) flags.emplace_back("BIND_NOW");
    if (elf.flags.text_relocations) flags.emplace_back("TEXTREL");
    out.row("flags", flags.empty() ? "none" : names(flags));
    out.row("stack", elf.stack == image::DeclaredStack::plain        ? "not executable"
                     : elf.stack == image::DeclaredStack::executable ? "executable"
                                                                     : "not declared, which means executable");
    out.row("start and end", fmt::format("{} in dlopen, {} in dlclose", counted(elf.constructors, "function"),
                                         counted(elf.destructors, "function")));
    out.row("variables", size_text(elf.writable_bytes));
    if (elf.tls.size > 0)
        out.row("thread-local",
                fmt::format("{} in each thread, {}", size_text(elf.tls.size),
                            elf.flags.static_tls || elf.tls.fixed_uses > 0 ? "at a fixed place (initial-exec)"
                                                                           : "found at run time (global-dynamic)"));
    return out;
}

std::string entry_text(const findings::EntryHint& entry, const StaticFacts& facts) {
    std::string out = entry.driver_name.empty() ? "without a name yet" : fmt::format("\"{}\"", entry.driver_name);
    if (entry.marked) {
        out += fmt::format(", driver interface {}.{}", entry.major, entry.minor);
        const auto flags = findings::flag_names(entry.flags);
        out += flags.empty() ? ", no flags" : ", " + names(flags);
    } else {
        out += ", without ERL_DRV_EXTENDED_MARKER, and so without a version: from before R15B";
    }
    const std::vector<std::string> callbacks(entry.callbacks.begin(), entry.callbacks.end());
    out += callbacks.empty() ? ", no callbacks yet" : "; has " + names(callbacks);
    return out + fmt::format("; at {}", facts.elf.place(entry.address));
}

/// All but driver_init. Sorted as they are in the file: only what is shown gets its readable name.
std::string exports_text(const StaticFacts& facts) {
    const auto* init = facts.is_nif_library() ? facts.elf.find("nif_init") : facts.driver_init();
    std::vector<const image::ElfSymbol*> exports;
    for (const auto& symbol : facts.elf.symbols)
        if (symbol.defined && symbol.interposable && !symbol.name.empty() && &symbol != init)
            exports.push_back(&symbol);
    if (exports.empty()) return "nothing else";
    std::sort(exports.begin(), exports.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
    std::vector<std::string> shown;
    for (const auto* symbol : exports)
        shown.push_back(shown.size() < most_names ? image::demangled(symbol->name) : std::string());
    return names(shown);
}

/// In place of the driver's section: what erlang:load_nif/2 loads has no driver_init and no entry.
InspectionSection nif_section(const StaticFacts& facts) {
    InspectionSection out{"NIF library", {}};
    out.row("nif_init", "exported: erlang:load_nif/2 loads it from its module; erl_ddll refuses it (no_driver_init)");
    std::vector<std::string> functions;
    for (const auto& import : facts.imports)
        if (import.provider == Provider::nif_api) functions.push_back(import.symbol->name);
    out.row("NIF API", functions.empty() ? "none of it" : names(functions));
    out.row("also exports", exports_text(facts));
    return out;
}

InspectionSection driver_section(const StaticFacts& facts) {
    if (facts.is_nif_library()) return nif_section(facts);
    InspectionSection out{"driver", {}};
    out.row("name", fmt::format("{}, when it is loaded from this file", facts.driver));
    std::string init = "missing";
    if (const auto* symbol = facts.driver_init()) {
        init = fmt::format("exported{}", symbol->name.starts_with('_') ? " as " + symbol->name : "");
        if (!facts.debug.source.empty()) init += fmt::format(", {}:{}", facts.debug.source, facts.debug.line);
    }
    out.row("driver_init", init);
    for (const auto& entry : facts.entries) out.row("entry", entry_text(entry, facts));
    out.row(facts.entries.empty() ? "entry" : "",
            facts.entries.empty()
                ? "not filled in at compile time: name, version and callbacks are known only when driver_init runs"
                : "(as compiled; what driver_init makes of it is known only when it runs)");
    std::map<std::string, std::vector<std::string>> families;
    std::size_t functions = 0;
    for (const auto& import : facts.imports)
        if (const auto api = words::named<words::ApiFunction>(import.symbol->name);
            api && import.provider == Provider::driver_api) {
            families[words::row(*api).family].emplace_back(words::name(*api));
            ++functions;
        }
    out.row("driver API", functions == 0 ? "none of it" : counted(functions, "name"));
    for (const auto& [family, list] : families) out.row("  " + family, names(list));
    out.row("also exports", exports_text(facts));
    return out;
}

InspectionSection imports_section(const StaticFacts& facts) {
    std::map<std::pair<Provider, std::string_view>, std::vector<std::string>> groups;
    for (const auto& import : facts.imports) {
        if (import.provider == Provider::driver_api || import.provider == Provider::nif_api) continue;
        // What is weak may be absent: nothing to worry about.
        const bool optional = import.symbol->weak && import.provider == Provider::nobody;
        std::string name = image::demangled(import.symbol->name);
        if (import.symbol->weak && !optional) name += " (weak)";
        groups[{import.provider, optional ? "weak, absent" : import.library}].push_back(std::move(name));
    }
    InspectionSection out{"other imports", {}};
    if (groups.empty()) out.row("", "none");
    for (const auto& [key, list] : groups) {
        const auto& [provider, library] = key;
        out.row(library.empty() ? std::string_view(findings::name(provider)) : library, names(list));
    }
    return out;
}

InspectionSection libraries_section(const StaticFacts& facts) {
    InspectionSection out{"libraries", {}};
    if (!facts.elf.rpath.empty()) out.row("RPATH", facts.elf.rpath);
    if (!facts.elf.runpath.empty()) out.row("RUNPATH", facts.elf.runpath);
    std::size_t shown = 0;
    for (const auto& library : facts.closure.libraries()) {
        if (!library.of_driver) continue;
        ++shown;
        std::string text;
        if (library.of_node)
            text = "the one that the node has loaded";
        else if (library.path.empty())
            text = "not found";
        else
            text = fmt::format("{} ({})", library.path, library.found_by);
        if (!library.trouble.empty()) text += "; unusable: " + library.trouble;
        if (!library.of_node && library.facts && library.facts->flags.nodelete) text += "; NODELETE";
        out.row(library.name, text);
    }
    if (shown == 0) out.row("", "none");
    return out;
}

InspectionSection symbols_section(const StaticFacts& facts) {
    std::vector<std::string> unique, interposed;
    for (const auto& symbol : facts.elf.symbols) {
        if (!symbol.unique || !symbol.defined) continue;
        const auto host = facts.host_of(symbol.name);
        std::string text = image::demangled(symbol.name);
        if (!symbol.relocated)
            text += ": nothing refers to it";
        else if (!host.empty())
            text += fmt::format(": taken from {}", host);
        else
            text += fmt::format(": pins, by a relocation ({}) at {}", words::name(symbol.relocation),
                                facts.elf.place(symbol.relocation_at));
        unique.push_back(std::move(text));
    }
    for (const auto& i : facts.interposed)
        interposed.push_back(fmt::format("{} (by {})", image::demangled(i.symbol->name), i.by));
    InspectionSection out{"symbols of note", {}};
    for (std::size_t i = 0; i < unique.size() && i < most_names; ++i) out.row(i == 0 ? "unique" : "", unique[i]);
    if (unique.size() > most_names) out.row("", fmt::format("and {} more", unique.size() - most_names));
    if (!interposed.empty()) out.row("replaced", names(interposed));
    return out;
}

std::string finding_text(const findings::Finding& finding, const Style& style) {
    const std::string head = fmt::format("{}: {}", name(finding.severity), name(finding.rule));
    std::string out = finding.severity == findings::Severity::error     ? style.bad(head)
                      : finding.severity == findings::Severity::warning ? style.warn(head)
                                                                        : style.dim(head);
    out += "\n" + wrapped(printable(finding.title), 2, width);
    out += "  evidence\n" + wrapped(printable(finding.evidence), 4, width);
    if (finding.severity != findings::Severity::note) {
        out += "  why\n" + wrapped(words::row(finding.rule).why, 4, width);
        out += "  what to do\n" + wrapped(fix_of(finding), 4, width);
    }
    return out;
}

} // namespace

void InspectionSection::row(std::string_view label, std::string_view text) {
    rows.emplace_back(label, text);
}

std::vector<InspectionSection> inspection_sections(const StaticFacts& facts) {
    std::vector<InspectionSection> out{file_section(facts), driver_section(facts), imports_section(facts),
                                       libraries_section(facts), symbols_section(facts)};
    std::erase_if(out, [](const InspectionSection& section) { return section.rows.empty(); });
    return out;
}

std::string inspection_basis(const Inspections& all) {
    return fmt::format(
        "Nothing was run. This is for OTP {}. The node's own names are those of {}; its C library, and files that are "
        "needed, were looked up on this machine.",
        words::name(all.files.front().facts.world->release), all.files.front().facts.world->node.release());
}

std::string inspection_text(const Inspections& all, const Style& style) {
    std::string out;
    for (const Inspection& file : all.files) {
        out += style.strong(printable(file.facts.elf.path)) + "\n\n";
        for (const InspectionSection& section : inspection_sections(file.facts))
            out += section_text(section, style) + "\n";
        for (const auto& finding : file.findings) out += finding_text(finding, style) + "\n";
    }
    for (const auto& finding : all.shared) out += finding_text(finding, style) + "\n";
    if (all.release) out += section_text(release_section(*all.release), style) + "\n";
    if (const auto difference = difference_of(all))
        for (const InspectionSection& section : difference_sections(*difference))
            out += section_text(section, style) + "\n";
    if (!all.files.empty())
        out += style.dim(fmt::format("Nothing was run. This is for OTP {}.",
                                     words::name(all.files.front().facts.world->release))) +
               "\n" +
               style.dim(fmt::format("The node's own names are those of {};",
                                     all.files.front().facts.world->node.release())) +
               "\n" + style.dim("its C library, and files that are needed, were looked up on this machine.") + "\n\n";
    return out + inspection_summary(all) + "\n";
}

std::string inspection_summary(const Inspections& all) {
    std::size_t errors = 0, warnings = 0, notes = 0;
    const auto add = [&](const std::vector<findings::Finding>& findings) {
        for (const auto& finding : findings)
            ++(finding.severity == findings::Severity::error     ? errors
               : finding.severity == findings::Severity::warning ? warnings
                                                                 : notes);
    };
    for (const auto& file : all.files) add(file.findings);
    add(all.shared);
    std::string out =
        fmt::format("{}, {}, {}", counted(errors, "error"), counted(warnings, "warning"), counted(notes, "note"));
    if (!all.unusable.empty()) out += fmt::format("; {} cannot be used", counted(all.unusable.size(), "file"));
    return out;
}

bool reaches(const Inspections& all, FailOn fail_on) {
    const auto any = [fail_on](const std::vector<findings::Finding>& findings) {
        return std::any_of(findings.begin(), findings.end(),
                           [fail_on](const auto& f) { return reaches(f.severity, fail_on); });
    };
    return any(all.shared) ||
           std::any_of(all.files.begin(), all.files.end(), [&](const Inspection& f) { return any(f.findings); });
}

} // namespace ddll::report
