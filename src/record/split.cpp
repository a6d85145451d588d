#include "record/split.h"

#include <algorithm>

namespace ddll::record {

using term::Term;

namespace {

/// Ports are numbered by their starts, which are fewer in a part of a story.
void number_ports(Story& story) {
    std::map<Term, Term> numbers;
    for (Item& item : story.items) {
        for (scenario::DriverCall& call : item.driver_calls) {
            if (call.arguments.empty()) continue;
            if (call.callback == words::Callback::start)
                numbers.emplace(call.arguments[0], Term::unsigned_integer(numbers.size() + 1));
            const auto number = numbers.find(call.arguments[0]);
            call.arguments[0] = number == numbers.end() ? Term::atom("unknown") : number->second;
        }
    }
}

std::set<Term> pids_in(const Item& item) {
    std::set<Term> out;
    const auto see = [&](const Term& identity) {
        if (identity.is(Term::Kind::pid)) out.insert(identity);
    };
    if (const auto* call = std::get_if<Call>(&item.what)) {
        out.insert(call->process);
        for (const Term& argument : call->arguments) for_each_identity(argument, see);
        if (call->outcome) for_each_identity(call->outcome->value, see);
    }
    if (const auto* end = std::get_if<End>(&item.what)) out.insert(end->process);
    for (const Message& message : item.messages) {
        out.insert(message.to);
        for_each_identity(message.message, see);
    }
    return out;
}

/// Of processes that do nothing but end, the end is left out.
void keep_what_is_used(Story& story) {
    std::set<Term> used;
    for (const Item& item : story.items)
        if (!std::holds_alternative<End>(item.what)) used.merge(pids_in(item));
    std::erase_if(story.items, [&](const Item& item) {
        const auto* end = std::get_if<End>(&item.what);
        return end != nullptr && !used.contains(end->process);
    });
    std::erase_if(story.processes, [&](const Process& process) { return !used.contains(process.pid); });
}

std::vector<std::string> test_cases_of(const Story& story) {
    std::vector<std::string> out;
    for (const Item& item : story.items)
        if (!item.test_case.empty() && std::ranges::find(out, item.test_case) == out.end())
            out.push_back(item.test_case);
    return out;
}

Story part(const Story& story, const std::string& test_case) {
    Story out = story;
    out.test_case = test_case;
    const auto last = std::find_if(out.items.rbegin(), out.items.rend(),
                                   [&](const Item& item) { return item.test_case == test_case; });
    out.items.erase(last.base(), out.items.end());
    std::erase_if(out.items, [&](const Item& i) { return !i.test_case.empty() && i.test_case != test_case; });
    number_ports(out);
    keep_what_is_used(out);
    return out;
}

} // namespace

std::vector<Story> by_test_case(const Story& story) {
    const auto cases = test_cases_of(story);
    if (cases.empty()) return {story};
    std::vector<Story> out;
    for (const std::string& test_case : cases) out.push_back(part(story, test_case));
    return out;
}

} // namespace ddll::record
