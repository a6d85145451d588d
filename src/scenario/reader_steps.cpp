#include "scenario/reader_steps.h"

#include "base/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace ddll::scenario {

std::vector<ScenarioStep> StepReader::steps(const Node& list, std::uint64_t times, const Node* outermost_repeat) {
    std::vector<ScenarioStep> out;
    out.reserve(list.children.size());
    for (const Node* child : list.children) {
        if (context_.full()) break;
        if (context_.bad.contains(child))
            texts_.assume_bound(*child);
        else if (auto read = step(*child, times, outermost_repeat))
            out.push_back(*std::move(read));
    }
    return out;
}

std::optional<ScenarioStep> StepReader::step(const Node& node, std::uint64_t times, const Node* outermost_repeat) {
    const Shape* shape = step_shape(node);
    ScenarioStep out;
    out.place = context_.document.place_of(node);
    out.note = text(node, "note");
    for (const Node* child : node.children)
        if (context_.bad.contains(child)) texts_.assume_bound(*child);
    if (shape == &repeat_step) {
        const Node* rounds = context_.good(node, "repeat");
        const Node* inner = context_.good(node, "steps");
        RepeatStep repeat;
        repeat.times = rounds ? static_cast<std::uint32_t>(rounds->integer) : 1;
        const std::size_t mark = texts_.scope.mark();
        if (inner) {
            const std::uint64_t all =
                std::min<std::uint64_t>(times * repeat.times, std::uint64_t{context_.options.max_steps} + 1);
            repeat.steps = steps(*inner, all, outermost_repeat ? outermost_repeat : rounds);
        }
        texts_.scope.forget_since(mark);
        out.what = std::move(repeat);
        return out;
    }
    count(node, times, outermost_repeat);
    if (shape == &call_step)
        out.what = call(node);
    else if (shape == &batch_step)
        out.what = batch(node);
    else if (shape == &install_step || shape == &removal_step)
        out.what = install(node);
    else if (shape == &advance_step)
        out.what = advance(node);
    else if (shape == &expect_step)
        out.what = expect(node);
    else if (shape == &expect_file_step)
        out.what = file(node);
    else if (shape == &peer_step)
        out.what = peer(node);
    else
        out.what = NoteStep{};
    return out;
}

void StepReader::count(const Node& node, std::uint64_t times, const Node* outermost_repeat) {
    const std::uint64_t most = context_.options.max_steps;
    if (flat_steps_ > most) return;
    flat_steps_ += times;
    if (flat_steps_ <= most) return;
    context_.mistake(
        outermost_repeat ? *outermost_repeat : node,
        fmt::format("the story is longer than {} steps{}", most, outermost_repeat ? " with this repeat" : ""));
}

CallStep StepReader::call(const Node& node) {
    CallStep out;
    out.by = caller(node);
    if (const Node* expr = context_.good(node, "call")) out.calls.push_back(texts_.expression(*expr));
    out.blocks = context_.good(node, "blocks") != nullptr;
    if (const Node* value = context_.good(node, "returns"))
        out.outcomes.push_back(outcome(*value));
    else if (const Node* raised = context_.good(node, "raises"))
        out.outcomes.push_back(raises(*raised));
    else
        out.outcomes.emplace_back();
    out.effects = effects(node, Returns::yes);
    return out;
}

CallStep StepReader::batch(const Node& node) {
    CallStep out;
    out.is_batch = true;
    out.by = caller(node);
    const Node* calls = context_.good(node, "calls");
    const Node* returns = context_.good(node, "returns");
    if (calls && returns && calls->children.size() != returns->children.size()) {
        context_.mistake(*returns,
                         fmt::format("\"returns\" lists {} for {}", counted(returns->children.size(), "outcome"),
                                     counted(calls->children.size(), "call")),
                         "one pattern for each of \"calls\"; _ matches any value");
    }
    // What one call returned is usable in the next, so calls and outcomes are read in turn.
    const std::size_t calls_size = calls ? calls->children.size() : 0,
                      returns_size = returns ? returns->children.size() : 0;
    for (std::size_t i = 0; i < std::max(calls_size, returns_size); ++i) {
        if (i < calls_size) {
            const Node& expr = *calls->children[i];
            out.calls.push_back(context_.bad.contains(&expr) ? Text{} : texts_.expression(expr));
        }
        if (i < returns_size)
            out.outcomes.push_back(outcome(*returns->children[i]));
        else
            out.outcomes.emplace_back();
    }
    out.effects = effects(node, Returns::yes);
    return out;
}

CallOutcome StepReader::outcome(const Node& node) {
    if (context_.bad.contains(&node)) {
        texts_.assume_bound(node);
        return {};
    }
    if (node.is(Node::Kind::text)) return texts_.pattern(node);
    const Node* raised = context_.good(node, "raises");
    return raised ? raises(*raised) : CallOutcome{};
}

CallOutcome StepReader::raises(const Node& node) {
    static constexpr std::array<std::string_view, 3> classes = {"error", "exit", "throw"};
    const std::string_view written = node.text;
    const auto is_space = [](char c) { return c == ' '; };
    const auto word = std::find_if_not(written.begin(), written.end(), is_space);
    const auto word_end = std::find_if_not(word, written.end(), is_lower);
    const auto colon = std::find_if_not(word_end, written.end(), is_space);
    if (word == word_end || colon == written.end() || *colon != ':') return Raises{"error", texts_.pattern(node)};
    const std::string_view name(word, static_cast<std::size_t>(word_end - word));
    if (std::find(classes.begin(), classes.end(), name) == classes.end()) {
        context_.mistake(context_.document.place_in(node, static_cast<std::size_t>(word - written.begin())),
                         fmt::format("{} is no class of exceptions", quote(name)),
                         did_you_mean(name, classes, "write error:Reason, exit:Reason or throw:Term"));
        texts_.assume_bound(node);
        return {};
    }
    return Raises{std::string(name), texts_.pattern(node, static_cast<std::size_t>(colon - written.begin()) + 1)};
}

InstallStep StepReader::install(const Node& node) {
    InstallStep out;
    out.driver = text(node, "install");
    out.version = text(node, "version");
    out.into = text(node, "into");
    out.as = text(node, "as");
    if (out.as.empty())
        out.as = out.driver;
    else
        installed_as_.insert(out.as);
    out.how = ddll::words::named<InstallHow>(text(node, "how")).value_or(InstallHow::rename);
    if (const Node* into = context_.good(node, "into"))
        context_.named(scenario_.paths, &PathDecl::variable, into->text, "paths", unsure_.paths,
                       context_.document.place_of(*into));
    out.effects = effects(node, Returns::no);
    const Node* driver = context_.good(node, "install");
    if (driver == nullptr || unsure_.drivers ||
        !context_.named(scenario_.drivers, &DriverDecl::name, out.driver, "drivers", false,
                        context_.document.place_of(*driver)))
        return out;
    const Node* version = context_.good(node, "version");
    const auto versions = versions_of(out.driver);
    if (version && !versions.empty() && std::find(versions.begin(), versions.end(), out.version) == versions.end())
        context_.mistake(
            *version, fmt::format("{} has no version {}", out.driver, quote(out.version)),
            did_you_mean(out.version, versions, fmt::format("its versions: {}", fmt::join(versions, ", "))));
    return out;
}

AdvanceStep StepReader::advance(const Node& node) {
    AdvanceStep out;
    if (const Node* by = context_.good(node, "advance"))
        if (const auto duration = parse_duration(by->text)) out.by = *duration;
    out.effects = effects(node, Returns::no);
    return out;
}

ExpectStep StepReader::expect(const Node& node) {
    ExpectStep out;
    const Node* what = context_.good(node, "expect");
    if (what == nullptr) return out;
    const auto flag = [&](std::string_view key) -> std::optional<bool> {
        const Node* n = context_.good(*what, key);
        return n ? std::optional<bool>(n->boolean) : std::nullopt;
    };
    out.driver = text(*what, "driver");
    if (const Node* n = context_.good(*what, "driver"))
        mentions_.push_back({context_.document.place_of(*n), out.driver, {}});
    if (const Node* n = context_.good(*what, "status")) out.status = n->text;
    out.forced = flag("forced");
    if (const Node* n = context_.good(*what, "image")) {
        out.image = n->text;
        // With a driver name that is no good either, the versions of every driver will do.
        mentions_.push_back(
            {context_.document.place_of(*n), context_.good(*what, "driver") ? out.driver : std::string(), n->text});
    }
    out.replaced = flag("replaced");
    out.unloaded = flag("unloaded");
    if (const Node* n = context_.good(*what, "port_count")) out.port_count = static_cast<std::uint32_t>(n->integer);
    if (const Node* list = context_.good(*what, "held_by")) {
        out.held_by.emplace();
        for (const Node* n : list->children)
            if (!context_.bad.contains(n)) out.held_by->push_back(texts_.expression(*n));
    }
    if (const Node* object = context_.good(*what, "users")) {
        out.users.emplace();
        for (const Node* n : object->children) {
            if (context_.bad.contains(n)) continue;
            check_process(n->key, context_.document.place_of_key(*n));
            out.users->emplace_back(n->key, static_cast<std::uint32_t>(n->integer));
        }
    }
    return out;
}

// The order in which the parts of a step are compared is the order in which their variables get values.
Effects StepReader::effects(const Node& node, Returns returns) {
    Effects out;
    if (const Node* object = context_.good(node, "unblocks"))
        for (const Node* child : object->children) {
            check_process(child->key, context_.document.place_of_key(*child));
            out.unblocks.push_back({child->key, outcome(*child)});
        }
    if (const Node* object = context_.good(node, "receives"))
        for (const Node* child : object->children) out.receives.push_back(receives(*child, returns));
    out.exits = named_patterns(context_.good(node, "exits"));
    if (const Node* list = context_.good(node, "driver_calls")) out.driver_calls = driver_calls(*list, returns);
    if (const Node* list = context_.good(node, "logs")) {
        out.logs.emplace();
        for (const Node* line : list->children)
            if (!context_.bad.contains(line))
                out.logs->push_back({line->text, nullptr, context_.document.place_of(*line)});
    }
    if (const Node* longest = context_.good(node, "await")) {
        out.await = *parse_duration(longest->text);
        if (out.await.ns == 0)
            context_.mistake(*longest, "nothing can be awaited in no time", "leave it out, or write 2s");
    }
    if (const Node* list = context_.good(node, "not_compared"))
        for (const Node* part : list->children)
            if (!context_.bad.contains(part)) out.not_compared.push_back(part->text);
    return out;
}

std::vector<NamedPattern> StepReader::named_patterns(const Node* object) {
    std::vector<NamedPattern> out;
    if (object == nullptr) return out;
    for (const Node* child : object->children) {
        if (context_.bad.contains(child)) {
            texts_.assume_bound(*child);
            continue;
        }
        check_process(child->key, context_.document.place_of_key(*child));
        out.push_back({child->key, texts_.pattern(*child)});
    }
    return out;
}

Receives StepReader::receives(const Node& node, Returns returns) {
    Receives out{node.key, {}, context_.document.place_of(node)};
    if (context_.bad.contains(&node)) {
        texts_.assume_bound(node);
        return out;
    }
    const auto is_peer = [&](const PeerDecl& p) { return p.name == node.key; };
    out.to_peer = std::any_of(scenario_.peers.begin(), scenario_.peers.end(), is_peer);
    if (!out.to_peer && !unsure_.peers) check_process(node.key, context_.document.place_of_key(node));
    bool seen = false;
    for (const Node* child : node.children) {
        if (context_.bad.contains(child))
            texts_.assume_bound(*child);
        else if (out.to_peer && child->text == "|")
            context_.mistake(*child, "a peer does not notice when a call returns", "leave it out");
        else if (is_return_mark(*child, returns, seen))
            out.messages.push_back({true, {}});
        else
            out.messages.push_back({false, texts_.pattern(*child)});
    }
    return out;
}

DriverCalls StepReader::driver_calls(const Node& node, Returns returns) {
    DriverCalls out{{}, context_.document.place_of(node)};
    bool seen = false;
    const auto drivers = driver_names();
    for (const Node* child : node.children) {
        if (context_.bad.contains(child)) continue;
        if (is_return_mark(*child, returns, seen)) {
            DriverCallPattern mark;
            mark.is_return = true;
            mark.written = child->text;
            out.calls.push_back(std::move(mark));
        } else if (auto call = read_driver_call(context_, texts_, *child, drivers)) {
            if (!call->driver.empty())
                mentions_.push_back(
                    {context_.document.place_in(*child, child->text.find(call->driver)), call->driver, {}});
            if (!call->version.empty()) {
                const std::size_t offset =
                    child->text.find(call->version, child->text.find(call->driver) + call->driver.size());
                mentions_.push_back({context_.document.place_in(*child, offset), call->driver, call->version});
            }
            out.calls.push_back(*std::move(call));
        }
    }
    return out;
}

bool StepReader::is_return_mark(const Node& node, Returns returns, bool& seen) {
    if (node.text != "|") return false;
    if (returns == Returns::no)
        context_.mistake(node, "\"|\" stands for the return of a call, and here is none");
    else if (seen)
        context_.mistake(node, "\"|\" stands a second time in this list", "the call returns once");
    seen = true;
    return true;
}

std::string StepReader::text(const Node& node, std::string_view key) const {
    const Node* found = context_.good(node, key);
    return found ? found->text : std::string();
}

std::string StepReader::caller(const Node& step) {
    const Node* by = context_.good(step, "by");
    if (by == nullptr) return {};
    check_process(by->text, context_.document.place_of(*by));
    return by->text;
}

void StepReader::check_process(std::string_view name, Place place) {
    context_.named(scenario_.processes, &ProcessDecl::name, name, "processes", unsure_.processes, std::move(place));
}

std::vector<std::string_view> StepReader::driver_names() const {
    std::vector<std::string_view> out;
    for (const auto& d : scenario_.drivers) out.push_back(d.name);
    out.insert(out.end(), installed_as_.begin(), installed_as_.end());
    return out;
}

std::vector<std::string_view> StepReader::versions_of(std::string_view driver) const {
    const bool any = driver.empty() || installed_as_.find(driver) != installed_as_.end() ||
                     std::none_of(scenario_.drivers.begin(), scenario_.drivers.end(),
                                  [&](const DriverDecl& d) { return d.name == driver; });
    std::vector<std::string_view> out;
    for (const auto& d : scenario_.drivers)
        if (any || d.name == driver)
            for (const auto& v : d.versions) out.push_back(v.version);
    return out;
}

void StepReader::finish() {
    if (unsure_.drivers) return;
    for (const auto& mention : mentions_) {
        const auto is_declared = [&](const DriverDecl& d) { return d.name == mention.driver; };
        if (mention.version.empty()) {
            // A driver from an absolute path, or one linked in, is known to the scenario only by what its calls say.
            const bool known = std::any_of(scenario_.drivers.begin(), scenario_.drivers.end(), is_declared) ||
                               installed_as_.find(mention.driver) != installed_as_.end() ||
                               texts_.mentioned(mention.driver);
            if (known) continue;
            context_.mistake(mention.place, fmt::format("no driver of this story is called {}", quote(mention.driver)),
                             did_you_mean(mention.driver, driver_names()));
            continue;
        }
        const auto versions = versions_of(mention.driver);
        if (std::find(versions.begin(), versions.end(), mention.version) != versions.end()) continue;
        context_.mistake(mention.place,
                         fmt::format("{} has no version {}", mention.driver.empty() ? "no driver" : mention.driver,
                                     quote(mention.version)),
                         did_you_mean(mention.version, versions));
    }
}

} // namespace ddll::scenario
