#include "report/merge.h"

#include "base/text.h"
#include "report/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace ddll::report {

using Json = nlohmann::ordered_json;
using scenario::Verdict;

namespace {

/// Nothing of ours is nested so deep; what is would be written by a function that calls itself.
constexpr int deepest = 200;

/// From the best to the worst: of two results of one scenario the worse one counts.
constexpr Verdict ranked[] = {Verdict::skipped, Verdict::passed,  Verdict::failed, Verdict::unusable,
                              Verdict::hung,    Verdict::crashed, Verdict::bug};

std::optional<std::size_t> rank(const Json& scenario) {
    const auto verdict = scenario.find("verdict");
    if (verdict == scenario.end() || !verdict->is_string()) return std::nullopt;
    for (std::size_t i = 0; i < std::size(ranked); ++i)
        if (verdict->get_ref<const std::string&>() == scenario::name(ranked[i])) return i;
    return std::nullopt;
}

bool is_count(const Json& value) {
    return value.is_number_unsigned() && value.get<std::uint64_t>() <= UINT32_MAX;
}

std::optional<RunShard> shard_of(const Json& document) {
    const auto found = document.find("shard");
    if (found == document.end()) return std::nullopt;
    return RunShard{found->at("index"), found->at("count"), found->at("of"), found->at("positions")};
}

/// Empty, or what is wrong.
std::string wrong_with_shard(const Json& shard, std::size_t scenarios) {
    if (!shard.is_object()) return "shard is no object";
    for (const char* key : {"index", "count", "of"})
        if (!shard.contains(key) || !is_count(shard.at(key))) return fmt::format("shard has no {}", key);
    const std::uint32_t index = shard.at("index"), count = shard.at("count"), of = shard.at("of");
    if (index < 1 || index > count) return fmt::format("shard {}/{} makes no sense", index, count);
    const auto positions = shard.find("positions");
    if (positions == shard.end() || !positions->is_array() || positions->size() != scenarios)
        return "shard has not one position for each scenario";
    std::set<std::uint32_t> seen;
    for (const Json& position : *positions)
        if (!is_count(position) || position.get<std::uint32_t>() >= of ||
            !seen.insert(position.get<std::uint32_t>()).second)
            return "a position of shard makes no sense";
    return {};
}

std::string wrong_with(const Json& document) {
    if (!document.is_object() || !document.contains("ddlltool") || !document.contains("scenarios"))
        return "is no JSON report of ddlltool run";
    const Json& head = document.at("ddlltool");
    if (!head.is_object() || !head.contains("report")) return "is no JSON report of ddlltool run";
    if (head.at("report") != 1) return fmt::format("is a report of version {}", head.at("report").dump());
    const Json& scenarios = document.at("scenarios");
    if (!scenarios.is_array()) return "scenarios is no list";
    for (const Json& one : scenarios)
        if (!one.is_object() || !one.contains("file") || !one.at("file").is_string() || !rank(one))
            return "a scenario has no file, or no verdict that is known here";
    return document.contains("shard") ? wrong_with_shard(document.at("shard"), scenarios.size()) : std::string();
}

Error about(const std::string& what, std::string why, std::string hint = {}) {
    Error out = error(std::move(why), std::move(hint));
    out.place.file = what;
    return out;
}

} // namespace

Result<ReportPart> ReportPart::read(std::string name, const std::string& text) {
    bool too_deep = false;
    const auto watch = [&too_deep](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > deepest;
        return depth <= deepest;
    };
    Json document = Json::parse(text, watch, false);
    if (document.is_discarded() || too_deep)
        return about(name, "is no JSON", "the parts are what --format json=FILE of ddlltool run writes");
    if (std::string wrong = wrong_with(document); !wrong.empty())
        return about(name, std::move(wrong), "the parts are what --format json=FILE of ddlltool run writes");
    return ReportPart(std::move(name), std::move(document));
}

/// Puts the scenarios of all parts into one list.
class Merging {
public:
    explicit Merging(const std::vector<ReportPart>& parts) : parts_(parts) {}

    Result<MergedReport> run() {
        for (const ReportPart& part : parts_) shards_.push_back(shard_of(part.document()));
        if (auto fits = check_shards(); !fits) return std::move(fits).error();
        for (std::size_t i = 0; i < parts_.size(); ++i) add_part(i);
        if (sharded()) {
            std::stable_sort(entries_.begin(), entries_.end(),
                             [](const MergedEntry& a, const MergedEntry& b) { return a.position < b.position; });
            report_missing();
        }
        Json& document = out_.document_;
        document = parts_.front().document();
        document.erase("shard");
        document["interrupted"] = std::any_of(parts_.begin(), parts_.end(), [](const ReportPart& part) {
            return part.document().contains("interrupted") && part.document().at("interrupted") == true;
        });
        Json all = Json::array();
        for (const MergedEntry& entry : entries_) all.push_back(*entry.scenario);
        document["scenarios"] = std::move(all);
        Run counted;
        for (const Verdict verdict : out_.verdicts()) counted.results.emplace_back().verdict = verdict;
        const Counts n = count(counted, FailOn::never);
        document["summary"] = {{"passed", n.passed},     {"failed", n.failed}, {"crashed", n.crashed}, {"hung", n.hung},
                               {"unusable", n.unusable}, {"bugs", n.bugs},     {"skipped", n.skipped}};
        if (!out_.remarks_.empty())
            document["merged"] = {{"parts", parts_.size()}, {"complete", out_.complete_}, {"remarks", out_.remarks_}};
        return std::move(out_);
    }

private:
    struct MergedEntry {
        std::uint32_t position = 0; ///< of sharded runs
        std::size_t part = 0;
        const Json* scenario = nullptr;
    };

    bool sharded() const { return shards_.front().has_value(); }

    Result<void> check_shards() const {
        for (std::size_t i = 1; i < parts_.size(); ++i) {
            if (shards_[i].has_value() != sharded())
                return about(parts_[i].name(),
                             fmt::format("is {} of a run, and {} is {}", shards_[i] ? "a shard" : "the whole",
                                         parts_[0].name(), sharded() ? "a shard" : "the whole"));
            if (!sharded()) continue;
            if (shards_[i]->count != shards_[0]->count)
                return about(parts_[i].name(), fmt::format("is one of {} shards, and {} one of {}", shards_[i]->count,
                                                           parts_[0].name(), shards_[0]->count));
            if (shards_[i]->of != shards_[0]->of)
                return about(parts_[i].name(),
                             fmt::format("is of a run with {} scenarios, and {} of one with {}", shards_[i]->of,
                                         parts_[0].name(), shards_[0]->of),
                             "all machines must be given the same files and filters");
        }
        return {};
    }

    void add_part(std::size_t number) {
        const ReportPart& part = parts_[number];
        if (sharded()) {
            for (std::size_t i = 0; i < number; ++i)
                if (shards_[i]->index == shards_[number]->index) {
                    remark(fmt::format("shard {}/{} is there twice, in {} and {}", shards_[i]->index, shards_[i]->count,
                                       parts_[i].name(), part.name()));
                    break;
                }
        }
        std::size_t n = 0;
        for (const Json& scenario : part.document().at("scenarios")) {
            const std::uint32_t position = sharded() ? shards_[number]->positions[n] : 0;
            ++n;
            // A file that was named twice on one command line was run twice.
            const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const MergedEntry& known) {
                if (known.part == number) return false;
                return sharded() ? known.position == position : known.scenario->at("file") == scenario.at("file");
            });
            if (same == entries_.end()) {
                entries_.push_back({position, number, &scenario});
                continue;
            }
            const std::string file = scenario.at("file");
            if (sharded() && same->scenario->at("file") != scenario.at("file")) {
                out_.complete_ = false;
                remark(fmt::format("{} and {} stand at the same place: the machines had different files",
                                   same->scenario->at("file").get<std::string>(), file));
            } else if (!sharded() || shards_[number]->index != shards_[same->part]->index) {
                remark(fmt::format("{} is there twice, in {} and {}", file, parts_[same->part].name(), part.name()));
            }
            if (*rank(scenario) > *rank(*same->scenario)) same->scenario = &scenario;
        }
    }

    void report_missing() {
        std::set<std::uint32_t> there;
        for (const auto& shard : shards_) there.insert(shard->index);
        const std::uint32_t count = shards_.front()->count;
        std::vector<std::string> missing;
        for (std::uint32_t i = 1; i <= count && missing.size() < 20; ++i)
            if (!there.contains(i)) missing.push_back(fmt::format("{}/{}", i, count));
        if (!missing.empty()) {
            out_.complete_ = false;
            remark(fmt::format("missing: shard{} {}{}", plural(missing.size()), fmt::join(missing, ", "),
                               count - there.size() > missing.size() ? " and more" : ""));
        }
        if (entries_.size() < shards_.front()->of) {
            out_.complete_ = false;
            remark(fmt::format("{} of {} scenarios are there", entries_.size(), shards_.front()->of));
        }
    }

    void remark(std::string text) { out_.remarks_.push_back(std::move(text)); }

    const std::vector<ReportPart>& parts_;
    std::vector<std::optional<RunShard>> shards_; ///< of all parts or of none
    std::vector<MergedEntry> entries_;
    MergedReport out_;

    friend class MergedReport;
};

Result<MergedReport> MergedReport::of(const std::vector<ReportPart>& parts) {
    return Merging(parts).run();
}

std::vector<Verdict> MergedReport::verdicts() const {
    std::vector<Verdict> out;
    for (const Json& scenario : document_.at("scenarios")) out.push_back(ranked[*rank(scenario)]);
    return out;
}

} // namespace ddll::report
