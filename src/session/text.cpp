#include "base/text.h"
#include "session/text.h"

#include "session/answer.h"
#include "term/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

namespace ddll::session {

using Json = nlohmann::json;
using report::printable;
using report::Style;
using report::wrapped;

namespace {

constexpr std::size_t width = 80;

std::string text_of(const Json& json, const char* key) {
    const auto it = json.find(key);
    return it == json.end() || !it->is_string() ? std::string() : printable(it->get<std::string>());
}

/// Rows with columns as wide as their widest cell; the last one is as long as it is.
std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t indent) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (widths.size() <= i) widths.push_back(0);
            widths[i] = std::max(widths[i], row[i].size());
        }
    std::string out;
    for (const auto& row : rows) {
        std::string line(indent, ' ');
        for (std::size_t i = 0; i < row.size(); ++i)
            line += i + 1 == row.size() ? row[i] : fmt::format("{:<{}}  ", row[i], widths[i]);
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    }
    return out;
}

std::string lines_text(const Json& answer, const Style& style) {
    std::string out;
    for (const Json& line : answer.value("lines", Json::array())) {
        std::string text = fmt::format("  {:<8} ", text_of(line, "label"));
        if (line.contains("who")) text += text_of(line, "who") + "  ";
        text += text_of(line, "text");
        if (line.contains("times")) text += fmt::format("  ({} times)", line.at("times").get<int>());
        out += (line.value("bad", false) ? style.bad(text) : text) + '\n';
    }
    return out;
}

std::string findings_text(const Json& answer, const Style& style) {
    std::string out;
    for (const Json& finding : answer.value("findings", Json::array())) {
        const std::string severity = text_of(finding, "severity");
        out += fmt::format("{} {}\n", severity == "error" ? style.bad(severity) : style.warn(severity),
                           style.strong(text_of(finding, "rule")));
        out += wrapped(text_of(finding, "title"), 2, width);
        if (const std::string evidence = text_of(finding, "evidence"); !evidence.empty())
            out += wrapped("seen: " + evidence, 2, width);
        if (const std::string advice = text_of(finding, "advice"); !advice.empty())
            out += wrapped("cure: " + advice, 2, width);
    }
    return out;
}

std::string death_text(const Json& death, const Style& style) {
    std::string out = style.bad("the driver died: ") + text_of(death, "headline") + '\n';
    for (const Json& frame : death.value("stack", Json::array())) {
        std::string line = "  at " + text_of(frame, "module");
        if (const std::string function = text_of(frame, "function"); !function.empty()) line += "  " + function;
        if (const std::string source = text_of(frame, "source"); !source.empty()) line += "  (" + source + ")";
        out += line + '\n';
    }
    if (const std::string advice = text_of(death, "advice"); !advice.empty()) out += wrapped(advice, 2, width);
    out += wrapped("status, why and log still tell what there was; load starts a new emulator.", 2, width);
    return out;
}

std::string place_of(const Json& made) {
    std::string out = fmt::format("step {}", made.value("step", 0));
    if (made.contains("call")) out += fmt::format(": {} {}", text_of(made, "by"), text_of(made, "call"));
    return out;
}

std::string joined(const Json& list) {
    std::string out;
    for (const Json& item : list) out += (out.empty() ? "" : ", ") + printable(item.get<std::string>());
    return out;
}

std::string short_build(const Json& image) {
    const std::string build = text_of(image, "build_id");
    return build.empty() ? "no build-id" : "build-id " + build.substr(0, 12);
}

void add_image(std::vector<std::vector<std::string>>& rows, const Json& driver) {
    if (driver.contains("mapped")) {
        const Json& mapped = driver.at("mapped");
        std::string text = fmt::format("{} {}", text_of(mapped, "version"), short_build(mapped));
        if (mapped.value("never_left", false)) text += ", NOT the file asked for: the old one never left";
        rows.push_back({"  in memory", text});
    }
    const Json& disk = driver.at("on_disk");
    if (disk.contains("trouble")) {
        rows.push_back({"  on disk", text_of(disk, "trouble")});
        return;
    }
    std::string text = fmt::format("{} {}", text_of(disk, "version"), short_build(disk));
    if (disk.contains("same")) text += disk.at("same").get<bool>() ? ", the same" : ", ANOTHER one";
    while (text.starts_with(' ')) text.erase(0, 1);
    rows.push_back({"  on disk", text});
}

/// Items side by side, as many as fit into a line.
template <class Show>
void add_list(std::vector<std::vector<std::string>>& rows, const char* label, const Json& items, Show show) {
    constexpr std::size_t room = width - 13;
    std::string line;
    const auto flush = [&] {
        rows.push_back({label, line});
        line.clear();
    };
    for (const Json& item : items) {
        const std::string text = show(item);
        if (!line.empty() && line.size() + 2 + text.size() + 1 > room) {
            line += ',';
            flush();
            label = "";
        }
        line += (line.empty() ? "" : ", ") + text;
    }
    if (line.empty() && items.empty()) line = "none";
    if (!line.empty()) flush();
}

std::string driver_text(const Json& driver, const Style& style) {
    std::string state = text_of(driver, "status");
    std::replace(state.begin(), state.end(), '_', ' ');
    if (driver.value("forced", false)) state += ", its ports were killed";
    std::string out = fmt::format("{}  {}\n", style.strong(text_of(driver, "name")),
                                  state == "loaded" ? style.good(state) : style.warn(state));
    std::vector<std::vector<std::string>> rows;
    rows.push_back({"  file", text_of(driver, "path")});
    if (driver.contains("next")) rows.push_back({"  next file", text_of(driver, "next")});
    add_image(rows, driver);
    if (!driver.at("options").empty()) rows.push_back({"  options", joined(driver.at("options"))});
    add_list(rows, "  users", driver.at("users"), [](const Json& user) {
        return fmt::format("{}: {}", text_of(user, "name"), user.at("loads").get<int>());
    });
    for (const Json& port : driver.at("ports")) {
        std::string text =
            fmt::format("{} of {}, {}", text_of(port, "name"), text_of(port, "owner"), text_of(port, "state"));
        if (port.at("queue").get<std::uint64_t>() > 0)
            text += fmt::format(", {} bytes in its queue", port.at("queue").get<std::uint64_t>());
        if (port.at("busy").get<bool>()) text += ", busy";
        rows.push_back({"  port", text});
    }
    const std::size_t listed = driver.at("ports").size(), all = driver.at("port_count").get<std::size_t>();
    if (all > listed) rows.push_back({"  port", fmt::format("and {} more", all - listed)});
    if (driver.at("jobs").get<int>() > 0) rows.push_back({"  jobs", fmt::format("{}", driver.at("jobs").get<int>())});
    for (const Json& wait : driver.at("waits"))
        rows.push_back({"  waits", fmt::format("{} ({}) until it is {}", text_of(wait, "process"), text_of(wait, "ref"),
                                               text_of(wait, "for"))});
    return out + table(rows, 0);
}

std::string way_text(const Json& way, const Style& style) {
    const bool force = way.at("means") == "force";
    std::string out;
    if (way.contains("impossible"))
        return wrapped((force ? "by force: " : "without force: ") + text_of(way, "impossible"), 0, width);
    const auto& moves = way.at("moves");
    out += style.strong(force ? "shorter, by force" : "the shortest way out");
    out += fmt::format(": {}\n", counted(moves.size(), "call"));
    std::vector<std::vector<std::string>> rows;
    constexpr std::size_t most = 20;
    for (std::size_t i = 0; i < moves.size() && i < most; ++i)
        rows.push_back({fmt::format("{}.", i + 1), text_of(moves[i], "command"), text_of(moves[i], "call")});
    out += table(rows, 2);
    if (moves.size() > most) out += fmt::format("  ... and {} more of the same sort\n", moves.size() - most);
    if (!way.at("die").empty()) out += fmt::format("  {}\n", style.bad("dies: " + joined(way.at("die"))));
    if (!way.at("killed").empty()) out += fmt::format("  killed: {}\n", joined(way.at("killed")));
    return out;
}

} // namespace

std::string answer_text(const Json& answer, const Style& style) {
    const auto kind = kind_of(answer);
    std::string out;
    if (kind == AnswerKind::died) {
        out += lines_text(answer, style) + death_text(answer.at("death"), style);
    } else {
        if (kind == AnswerKind::value) out += text_of(answer, "term") + '\n';
        if (kind == AnswerKind::raised)
            out += style.bad(fmt::format("exception {}: {}", text_of(answer, "class"), text_of(answer, "term"))) + '\n';
        if (kind == AnswerKind::blocked) out += style.warn("(the call blocks)") + '\n';
        if (kind == AnswerKind::ended && answer.contains("step")) out += "(the caller has ended)\n";
        for (const Json& sentence : answer.value("means", Json::array()))
            out += wrapped(printable(sentence.get<std::string>()), 2, width);
        out += lines_text(answer, style);
        if (answer.contains("impasse")) out += style.bad(text_of(answer, "impasse")) + '\n';
        if (const auto message = answer.find("message"); message != answer.end()) {
            if (message->is_string()) {
                out += printable(message->get<std::string>()) + '\n';
                if (const std::string says = text_of(answer, "message_means"); !says.empty())
                    out += wrapped(says, 2, width);
            } else {
                out += style.warn("(the message did not come in time)") + '\n';
            }
        }
    }
    return out + findings_text(answer, style);
}

std::string messages_text(const Json& answer, const Style& style) {
    std::string out;
    for (const Json& message : answer.at("messages")) {
        out += text_of(message, "term") + '\n';
        if (const std::string says = text_of(message, "means"); !says.empty()) out += "  " + style.dim(says) + '\n';
    }
    return out.empty() ? style.dim("(no message)") + "\n" : out;
}

std::string status_text(const Json& status, const Style& style) {
    std::string out = fmt::format("session {}: {}, at {}\n", style.strong(text_of(status, "session")),
                                  counted(status.at("steps").get<std::size_t>(), "step"), text_of(status, "now"));
    if (status.contains("gone_because")) {
        out += wrapped(style.bad("the emulator is gone: ") + text_of(status, "gone_because"), 0, width);
        out += "this is how it was before:\n";
    }
    if (status.contains("trouble"))
        out += wrapped(style.warn("a driver file could not be kept: ") + text_of(status, "trouble"), 0, width);
    for (const Json& driver : status.at("drivers")) out += '\n' + driver_text(driver, style);
    if (status.at("drivers").empty()) out += "\nno driver is loaded\n";
    std::vector<std::vector<std::string>> rows;
    for (const Json& process : status.at("processes")) {
        std::string what = process.at("alive").get<bool>() ? "" : "has ended: " + text_of(process, "reason");
        if (process.at("trap_exit").get<bool>() && what.empty()) what = "traps exits";
        if (process.contains("waits_for"))
            what +=
                (what.empty() ? "" : ", ") + fmt::format("waits inside a call, for {}", text_of(process, "waits_for"));
        if (const auto n = process.at("unread").get<std::size_t>(); n > 0)
            what += (what.empty() ? "" : ", ") + counted(n, "unread message");
        rows.push_back({text_of(process, "name"), text_of(process, "pid"), what});
    }
    if (!rows.empty()) out += "\nprocesses\n" + table(rows, 2);
    rows.clear();
    for (const Json& finding : status.at("findings"))
        rows.push_back({text_of(finding, "severity"), text_of(finding, "title")});
    if (!rows.empty()) out += "\nfindings\n" + table(rows, 2);
    return out;
}

std::string why_text(const Json& why, const Style& style) {
    const std::string name = text_of(why, "driver"), status = text_of(why, "status");
    std::string out;
    if (why.contains("gone_because"))
        out += wrapped(style.bad("the emulator is gone: ") + text_of(why, "gone_because") + "; this is how it was", 0,
                       width);
    const bool reload = status == "reload_pending", pending = reload || status == "unload_pending";
    if (pending) {
        out += fmt::format("{}: {} waits", style.strong(name), reload ? "a reload" : "the unload");
        out += '\n';
        if (why.contains("since")) out += fmt::format("  since {}\n", place_of(why.at("since")));
        if (why.contains("next")) out += fmt::format("  next: {}\n", text_of(why, "next"));
    } else {
        out += fmt::format("{}: {}\n", style.strong(name), status);
    }
    std::vector<std::vector<std::string>> rows;
    for (const Json& hold : why.at("holds")) {
        std::string what = text_of(hold, "what");
        if (hold.contains("of")) what += " of " + text_of(hold, "of");
        if (hold.contains("state") && hold.at("state") != "open") what += ", " + text_of(hold, "state");
        if (hold.contains("queue")) what += fmt::format(", {} bytes queued", hold.at("queue").get<std::uint64_t>());
        if (hold.contains("creator")) what += ", made by " + text_of(hold, "creator");
        rows.push_back({what, hold.contains("made_by") ? place_of(hold.at("made_by")) : ""});
        if (hold.contains("note")) rows.push_back({"", text_of(hold, "note")});
    }
    out += rows.empty() ? "\nnothing holds the code\n" : "\nheld by\n" + table(rows, 2);
    rows.clear();
    for (const Json& wait : why.at("waits"))
        rows.push_back({fmt::format("{} until it is {}", text_of(wait, "process"), text_of(wait, "for")),
                        text_of(wait, "ref"), wait.contains("made_by") ? place_of(wait.at("made_by")) : ""});
    if (!rows.empty()) out += "\nwaiting\n" + table(rows, 2);
    rows.clear();
    if (why.contains("reload_now")) {
        for (const Json& item : why.at("reload_now")) {
            std::string then = !item.at("granted").get<bool>() ? "refused"
                               : item.value("at_once", false)  ? "happens at once"
                                                               : "waits for the ports and jobs above";
            if (!item.at("killed").empty()) then += "; kills " + joined(item.at("killed"));
            if (!item.at("die").empty()) then += "; dies: " + joined(item.at("die"));
            rows.push_back({text_of(item, "by"), fmt::format("{{reload,{}}}", text_of(item, "option")),
                            text_of(item, "answer"), then});
        }
        if (!rows.empty()) out += "\na reload now\n" + table(rows, 2);
    }
    out += '\n';
    if (!pending && status == "loaded") out += "to get it out of memory:\n";
    for (const Json& way : why.at("ways")) out += way_text(way, style);
    return out;
}

std::string answer_term(const Json& answer) {
    const auto kind = kind_of(answer);
    if (kind == AnswerKind::value) return answer.at("term").get<std::string>() + ".\n";
    if (kind == AnswerKind::raised)
        return fmt::format("{{exception,{},{}}}.\n", text_of(answer, "class"), answer.at("term").get<std::string>());
    if (kind == AnswerKind::died) return fmt::format("{{died,{}}}.\n", as_term(answer.at("death").at("headline")));
    if (kind == AnswerKind::blocked) return "blocked.\n";
    return "ok.\n";
}

std::string as_term(const Json& json) {
    if (json.is_string()) return term::print(term::Term::binary(json.get<std::string>()));
    if (json.is_boolean()) return json.get<bool>() ? "true" : "false";
    if (json.is_null()) return "undefined";
    if (!json.is_structured()) return json.dump();
    std::string out;
    for (const auto& [key, value] : json.items()) {
        out += out.empty() ? "" : ",";
        out += json.is_array() ? as_term(value) : fmt::format("{} => {}", term::print_atom(key), as_term(value));
    }
    return json.is_array() ? "[" + out + "]" : "#{" + out + "}";
}

} // namespace ddll::session
