#include "report/inspection.h"
#include "report/inspection_difference.h"

#include "findings/static/entry_hint.h"
#include "image/symbolize.h"

#include <nlohmann/json.hpp>

namespace ddll::report {
namespace {

using Json = nlohmann::ordered_json;
using findings::StaticFacts;

/// Absent keys mean "nothing" everywhere in the format.
void put(Json& object, const char* key, std::string_view text) {
    if (!text.empty()) object[key] = text;
}

const char* stack_name(image::DeclaredStack stack) {
    constexpr const char* names[] = {"plain", "executable", "undeclared"};
    return names[static_cast<std::size_t>(stack)];
}

Json file_json(const StaticFacts& facts) {
    const auto& elf = facts.elf;
    Json out = {{"size", elf.file_size}, {"machine", elf.machine}};
    put(out, "build_id", elf.build_id);
    put(out, "soname", elf.soname);
    put(out, "rpath", elf.rpath);
    put(out, "runpath", elf.runpath);
    Json flags = Json::array();
    const auto flag = [&](bool set, const char* name) {
        if (set) flags.push_back(name);
    };
    flag(elf.flags.nodelete, "nodelete");
    flag(elf.flags.symbolic, "symbolic");
    flag(elf.flags.static_tls, "static_tls");
    flag(elf.flags.initfirst, "initfirst");
    flag(elf.flags.bind_now, "bind_now");
    flag(elf.flags.text_relocations, "textrel");
    out["flags"] = std::move(flags);
    out["stack"] = stack_name(elf.stack);
    out["constructors"] = elf.constructors;
    out["destructors"] = elf.destructors;
    out["writable_bytes"] = elf.writable_bytes;
    if (elf.tls.size > 0)
        out["tls"] = {{"size", elf.tls.size}, {"fixed_place", elf.flags.static_tls || elf.tls.fixed_uses > 0}};
    out["compilers"] = elf.build.compilers;
    out["symbol_table"] = elf.build.symbol_table;
    out["debug_info"] = elf.build.debug_info;
    put(out, "producer", facts.debug.producer);
    return out;
}

Json driver_json(const StaticFacts& facts) {
    Json out = {{"name", facts.driver}, {"kind", facts.is_nif_library() ? "nif library" : "driver"}};
    if (const auto* init = facts.driver_init()) {
        out["driver_init"] = {{"symbol", init->name}};
        put(out["driver_init"], "source", facts.debug.source);
        if (facts.debug.line > 0) out["driver_init"]["line"] = facts.debug.line;
    }
    out["entries"] = Json::array();
    for (const auto& entry : facts.entries) {
        Json item = {{"place", facts.elf.place(entry.address)}};
        put(item, "driver_name", entry.driver_name);
        item["marked"] = entry.marked;
        if (entry.marked) item["version"] = {entry.major, entry.minor};
        item["flags"] = entry.marked ? findings::flag_names(entry.flags) : std::vector<std::string>();
        item["callbacks"] = entry.callbacks;
        out["entries"].push_back(std::move(item));
    }
    return out;
}

Json imports_json(const StaticFacts& facts) {
    Json out = Json::array();
    for (const auto& import : facts.imports) {
        Json item = {{"symbol", import.symbol->name}};
        put(item, "version", import.symbol->version);
        if (import.symbol->weak) item["weak"] = true;
        item["provider"] = findings::name(import.provider);
        put(item, "library", import.library);
        if (const auto api = words::named<words::ApiFunction>(import.symbol->name);
            api && import.provider == findings::Provider::driver_api)
            put(item, "family", words::row(*api).family);
        out.push_back(std::move(item));
    }
    return out;
}

Json exports_json(const StaticFacts& facts) {
    Json out = Json::array();
    for (const auto& symbol : facts.elf.symbols) {
        if (!symbol.defined || symbol.name.empty()) continue;
        Json item = {{"symbol", symbol.name}};
        if (std::string readable = image::demangled(symbol.name); readable != symbol.name) item["demangled"] = readable;
        put(item, "version", symbol.version);
        item["binding"] = symbol.unique ? "unique" : symbol.weak ? "weak" : "global";
        if (symbol.relocated)
            item["relocation"] = {{"kind", words::name(symbol.relocation)},
                                  {"place", facts.elf.place(symbol.relocation_at)}};
        out.push_back(std::move(item));
    }
    return out;
}

Json libraries_json(const StaticFacts& facts) {
    Json out = Json::array();
    for (const auto& library : facts.closure.libraries()) {
        if (!library.of_driver) continue;
        Json item = {{"name", library.name}, {"of_node", library.of_node}};
        put(item, "path", library.path);
        put(item, "found_by", library.found_by);
        item["needed_by"] = library.needed_by;
        put(item, "trouble", library.trouble);
        if (library.facts) item["nodelete"] = library.facts->flags.nodelete;
        out.push_back(std::move(item));
    }
    return out;
}

Json findings_json(const std::vector<findings::Finding>& findings) {
    Json out = Json::array();
    for (const auto& finding : findings)
        out.push_back({{"rule", name(finding.rule)},
                       {"severity", name(finding.severity)},
                       {"certainty", finding.certainty == findings::Certainty::observed ? "confirmed" : "static_only"},
                       {"subject", finding.subject},
                       {"title", finding.title},
                       {"evidence", finding.evidence},
                       {"why", words::row(finding.rule).why},
                       {"advice", fix_of(finding)}});
    return out;
}

} // namespace

Json inspection_value(const Inspections& all) {
    Json out = {{"inspect", 1}};
    if (!all.files.empty()) out["otp"] = words::number_of(all.files.front().facts.world->release);
    if (all.release) out["release"] = release_json(*all.release);
    if (!all.files.empty()) out["node"] = all.files.front().facts.world->node.release();
    out["files"] = Json::array();
    for (const Inspection& inspection : all.files) {
        const StaticFacts& facts = inspection.facts;
        Json interposed = Json::array();
        for (const auto& i : facts.interposed) interposed.push_back({{"symbol", i.symbol->name}, {"by", i.by}});
        out["files"].push_back({{"path", facts.elf.path},
                                {"file", file_json(facts)},
                                {"driver", driver_json(facts)},
                                {"imports", imports_json(facts)},
                                {"exports", exports_json(facts)},
                                {"interposed", std::move(interposed)},
                                {"libraries", libraries_json(facts)},
                                {"findings", findings_json(inspection.findings)}});
    }
    out["shared"] = findings_json(all.shared);
    out["unusable"] = Json::array();
    for (const Error& error : all.unusable) {
        Json item = {{"message", error.message}};
        put(item, "hint", error.hint);
        out["unusable"].push_back(std::move(item));
    }
    if (const auto difference = difference_of(all)) out["difference"] = difference_json(*difference);
    return out;
}

std::string inspection_json(const Inspections& all) {
    // Symbols may be of bytes that are no UTF-8.
    return inspection_value(all).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace ddll::report
