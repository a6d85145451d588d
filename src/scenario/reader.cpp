#include "scenario/reader.h"

#include "base/text.h"
#include "scenario/driver_files.h"
#include "scenario/process_name.h"
#include "scenario/reader_steps.h"
#include "words/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace ddll::scenario {
namespace {

class Reader {
public:
    Reader(ReadScope& context, bool check_files) : context_(context), texts_(context), check_files_(check_files) {}

    Scenario read(const Node& root) {
        out_.file = context_.document.file();
        header(root);
        const StepReader::Unsure unsure{unread(root, "paths"), unread(root, "drivers"),
                                        unread(root, "processes") || !root.find("processes"), unread(root, "peers")};
        if (const Node* node = context_.good(root, "paths")) paths(*node);
        if (const Node* node = context_.good(root, "processes")) processes(*node);
        if (const Node* node = context_.good(root, "peers")) peers(*node);
        if (const Node* node = context_.good(root, "drivers")) drivers(*node);
        if (const Node* node = context_.good(root, "expected_crash")) crash(*node);
        if (const Node* node = context_.good(root, "steps")) {
            StepReader steps(context_, texts_, out_, unsure);
            out_.steps = steps.read(*node);
            steps.finish();
        }
        return std::move(out_);
    }

private:
    // Something of this sort stands there and is wrong: its names cannot be held against the rest of the file.
    bool unread(const Node& root, std::string_view key) const {
        const Node* node = root.find(key);
        return node != nullptr &&
               (context_.bad.contains(node) || std::any_of(node->children.begin(), node->children.end(),
                                                           [&](const Node* n) { return context_.bad.contains(n); }));
    }

    void header(const Node& root) {
        if (const Node* n = context_.good(root, "title")) out_.title = n->text;
        if (const Node* n = context_.good(root, "description"))
            out_.description = n->is(Node::Kind::text) ? std::vector{n->text} : words(*n);
        if (const Node* n = context_.good(root, "tags")) out_.tags = words(*n);
        if (const Node* n = context_.good(root, "strict")) out_.strict = n->boolean;
        if (const Node* n = context_.good(root, "open_error_texts"))
            out_.emulator.open_error_preset = n->text == "preset";
        if (const Node* n = context_.good(root, "otp")) releases(*n);
        if (const Node* n = context_.good(root, "async_threads"))
            out_.async_threads = static_cast<unsigned>(n->integer);
        if (const Node* n = context_.good(root, "threads")) out_.emulator.free_threads = n->text == "free";
        if (const Node* n = context_.good(root, "async_takes")) out_.async_takes = *parse_duration(n->text);
        if (const Node* n = context_.good(root, "time_limit")) {
            const Duration limit = *parse_duration(n->text);
            if (limit.ns == 0)
                context_.mistake(*n, "the time limit must be longer than nothing", "leave it out for the usual 10s");
            out_.time_limit = std::chrono::milliseconds((limit.ns + 999'999) / 1'000'000);
        }
        if (const Node* n = context_.good(root, "environment"))
            for (const Node* value : n->children)
                if (!context_.bad.contains(value)) out_.environment.emplace(value->key, value->text);
        if (const Node* n = context_.good(root, "expected_findings")) findings(*n);
        if (const Node* n = context_.good(root, "node_dies")) out_.node_dies = n->boolean;
        if (const Node* n = context_.good(root, "not_judged")) out_.not_compared = n->text;
    }

    std::vector<std::string> words(const Node& list) const {
        std::vector<std::string> out;
        for (const Node* item : list.children)
            if (!context_.bad.contains(item)) out.push_back(item->text);
        return out;
    }

    void releases(const Node& node) {
        const auto add = [this](const Node& number) {
            if (const auto release = ddll::words::named<words::Release>(std::to_string(number.integer)))
                out_.releases.push_back(*release);
        };
        if (node.is(Node::Kind::integer)) return add(node);
        for (const Node* item : node.children)
            if (!context_.bad.contains(item)) add(*item);
        std::ranges::sort(out_.releases);
        out_.releases.erase(std::unique(out_.releases.begin(), out_.releases.end()), out_.releases.end());
    }

    void findings(const Node& list) {
        for (const Node* item : list.children) {
            if (context_.bad.contains(item)) continue;
            if (const auto rule = ddll::words::named<words::Rule>(item->text))
                out_.expected_findings.push_back(*rule);
            else
                context_.mistake(
                    *item, fmt::format("there is no rule {}", quote(item->text)),
                    did_you_mean(item->text, ddll::words::rule_ids, "ddlltool run --list-rules prints them all"));
        }
    }

    void paths(const Node& object) {
        for (const Node* node : object.children) {
            if (context_.bad.contains(node)) {
                texts_.scope.bind(node->key);
                continue;
            }
            if (climbs_out(node->text))
                context_.mistake(
                    *node, fmt::format("the folder {} lies outside the work folder of the run", quote(node->text)),
                    "an absolute path may lie anywhere");
            texts_.scope.declare(node->key, fmt::format("the path {}", node->key));
            out_.paths.push_back({node->key, node->text});
        }
    }

    void processes(const Node& object) {
        for (const Node* node : object.children) {
            if (context_.bad.contains(node)) {
                texts_.assume_bound(*node);
                continue;
            }
            const std::string variable = process_variable(node->key);
            if (const auto* other = texts_.scope.declared(variable)) {
                context_.mistake(
                    context_.document.place_of_key(*node),
                    fmt::format("the process {} would be the variable {}, which is {}", node->key, variable, *other),
                    "rename one of the two");
            }
            texts_.scope.declare(variable, fmt::format("the process {}", node->key));
            const Node* trap = context_.good(*node, "trap_exit");
            out_.processes.push_back({node->key, variable, trap != nullptr && trap->boolean});
        }
    }

    void peers(const Node& object) {
        for (const Node* node : object.children) {
            if (context_.bad.contains(node)) continue;
            const auto& processes = out_.processes;
            if (std::any_of(processes.begin(), processes.end(), [&](const auto& p) { return p.name == node->key; }))
                context_.mistake(context_.document.place_of_key(*node),
                                 fmt::format("{} is a process already", node->key), "rename one of the two");
            out_.peers.push_back({node->key, node->text == "unix"   ? PeerKind::unix_socket
                                             : node->text == "fifo" ? PeerKind::fifo
                                                                    : PeerKind::tcp});
        }
    }

    void drivers(const Node& object) {
        for (const Node* node : object.children) {
            if (context_.bad.contains(node)) continue;
            DriverDecl driver{node->key, {}};
            for (const Node* version : node->children)
                if (!context_.bad.contains(version)) driver.versions.push_back(driver_file(*version));
            out_.drivers.push_back(std::move(driver));
        }
    }

    DriverFile driver_file(const Node& node) {
        const Node* file = node.is(Node::Kind::object) ? context_.good(node, "file") : &node;
        DriverFile out{node.key, {}, {}, false, context_.document.place_of(node)};
        if (file == nullptr) return out;
        out.written = out.file = file->text;
        out.place = context_.document.place_of(*file);
        if (const Node* broken = context_.good(node, "broken")) out.broken = broken->boolean;
        if (!check_files_) return out;
        auto found = find_driver_file(file->text, folders());
        if (!found) {
            context_.mistake(*file, found.error().message, found.error().hint);
            return out;
        }
        out.file = *std::move(found);
        if (out.broken || !context_.options.examine_driver) return out;
        if (const auto examined = context_.options.examine_driver(out.file); !examined) {
            Error e = examined.error();
            e.place = out.place;
            if (!context_.full()) context_.mistakes.push_back(std::move(e));
        }
        return out;
    }

    std::vector<std::string> folders() const {
        std::vector<std::string> out{folder_of(context_.document.file())};
        const auto& further = context_.options.driver_path;
        out.insert(out.end(), further.begin(), further.end());
        const std::string& given = context_.options.program_folder;
        const std::string program = given.empty() ? running_program_folder() : given;
        if (!program.empty()) out.push_back(program + "/drivers");
        return out;
    }

    void crash(const Node& object) {
        ExpectedCrash crash;
        crash.place = context_.document.place_of(object);
        if (const Node* n = context_.good(object, "signal")) crash.signal = n->text;
        if (const Node* n = context_.good(object, "callback")) crash.callback = n->text;
        if (const Node* n = context_.good(object, "exit")) crash.exit = static_cast<int>(n->integer);
        crash.hang = context_.good(object, "hang") != nullptr;
        crash.deadlock = context_.good(object, "deadlock") != nullptr;
        crash.exception = context_.good(object, "exception") != nullptr;
        crash.memory = context_.good(object, "memory") != nullptr;
        out_.expected_crash = std::move(crash);
    }

    ReadScope& context_;
    Texts texts_;
    bool check_files_;
    Scenario out_;
};

} // namespace

ReadResult read_scenario(const std::string& text, const std::string& name, const ReadOptions& options,
                         bool check_files) {
    ReadResult result;
    if (text.size() > options.max_bytes) {
        result.mistakes.push_back(
            {fmt::format("the scenario is larger than {} bytes", options.max_bytes), {}, {name, 0, 0, {}}, {}});
        return result;
    }
    Document document(text, name);
    if (const Node* root = document.parse(result.mistakes)) {
        ReadScope context{document, options, result.mistakes};
        check_shapes(context, *root);
        Scenario scenario;
        if (root->is(Node::Kind::object)) scenario = Reader(context, check_files).read(*root);
        if (result.mistakes.empty()) result.scenario = std::move(scenario);
    }
    std::stable_sort(result.mistakes.begin(), result.mistakes.end(), [](const Error& a, const Error& b) {
        return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
    });
    if (result.mistakes.size() >= max_mistakes)
        result.mistakes.push_back(
            {fmt::format("more than {} mistakes: the rest is not listed", max_mistakes), {}, {name, 0, 0, {}}, {}});
    return result;
}

ReadResult read_scenario_file(const std::string& path, const ReadOptions& options) {
    auto text = read_file(path, options.max_bytes);
    if (text) return read_scenario(*text, path, options);
    ReadResult result;
    Error e = std::move(text).error();
    e.place.file = path;
    result.mistakes.push_back(std::move(e));
    return result;
}

} // namespace ddll::scenario
