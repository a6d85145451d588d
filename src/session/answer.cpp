#include "session/answer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace ddll::session {

using Json = nlohmann::json;

namespace {

constexpr std::array<std::string_view, 7> answer_kinds = {"done",  "value", "raised",  "blocked",
                                                          "ended", "died",  "messages"};

Json to_json(const report::Line& line) {
    Json out = {{"label", report::label(line.kind)}, {"text", line.text}};
    if (!line.who.empty()) out["who"] = line.who;
    if (line.bad) out["bad"] = true;
    if (line.times > 1) out["times"] = line.times;
    return out;
}

Json to_json(const scenario::RunFinding& finding) {
    return {{"rule", name(finding.rule)},
            {"severity", name(finding.severity)},
            {"title", finding.title},
            {"evidence", finding.evidence},
            {"advice", fix_of(finding)}};
}

Json to_json(const scenario::Death& death, std::uint32_t step) {
    Json stack = Json::array();
    for (const scenario::StackFrame& frame : death.stack)
        stack.push_back({{"module", frame.module}, {"function", frame.function}, {"source", frame.source}});
    return {{"headline", death.headline}, {"advice", death.advice},  {"stack", std::move(stack)},
            {"output", death.output},     {"hung", death.timed_out}, {"step", step}};
}

template <class Item>
Json list(const std::vector<Item>& items) {
    Json out = Json::array();
    for (const Item& item : items) out.push_back(to_json(item));
    return out;
}

} // namespace

std::string_view name(AnswerKind kind) {
    return answer_kinds[static_cast<std::size_t>(kind)];
}

std::optional<AnswerKind> kind_of(const Json& answer) {
    const auto kind = answer.find("kind");
    if (kind == answer.end() || !kind->is_string()) return std::nullopt;
    const auto known = std::find(answer_kinds.begin(), answer_kinds.end(), kind->get<std::string>());
    if (known == answer_kinds.end()) return std::nullopt;
    return static_cast<AnswerKind>(known - answer_kinds.begin());
}

Json to_json(const Answer& a) {
    Json out = {{"kind", name(a.kind)}, {"failed", a.failed}, {"lines", list(a.lines)}, {"findings", list(a.findings)}};
    if (a.step) out["step"] = *a.step + 1;
    if (!a.term.empty()) out["term"] = a.term;
    if (a.kind == AnswerKind::raised) out["class"] = a.exception_class;
    if (a.means) out["means"] = *a.means;
    if (a.impasse) out["impasse"] = *a.impasse;
    if (a.death) out["death"] = to_json(*a.death, a.death_step);
    if (a.stopped) out["stopped"] = true;
    if (a.awaited == Answer::Awaited::missed) out["message"] = nullptr;
    if (a.awaited == Answer::Awaited::came) {
        out["message"] = a.message.text;
        if (a.message.of_driver && !a.message.of_driver->meaning().empty())
            out["message_means"] = a.message.of_driver->meaning();
    }
    return out;
}

Json messages_json(const std::vector<Message>& messages) {
    Json items = Json::array();
    for (const Message& message : messages) {
        items.push_back({{"step", message.step + 1}, {"term", message.text}});
        if (message.of_driver && !message.of_driver->meaning().empty())
            items.back()["means"] = message.of_driver->meaning();
    }
    return {{"kind", name(AnswerKind::messages)}, {"messages", std::move(items)}, {"failed", false}};
}

} // namespace ddll::session
