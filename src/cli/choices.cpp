#include "cli/choices.h"

#include "base/text.h"
#include "base/time.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace ddll::cli {

namespace {

Result<std::vector<Output>> outputs_of(const std::vector<std::string>& texts, std::span<const std::string_view> names) {
    std::vector<Output> outputs;
    bool stdout_taken = false;
    for (const auto& text : texts) {
        for (std::size_t at = 0; at <= text.size();) {
            const auto end = std::min(text.find(',', at), text.size());
            const std::string part = text.substr(at, end - at);
            at = end + 1;
            const auto equals = part.find('=');
            const std::string name = part.substr(0, equals);
            if (auto known = choice("--format", name, names); !known) return std::move(known).error();
            Output output{name, equals == std::string::npos ? "" : part.substr(equals + 1)};
            if (equals != std::string::npos && output.file.empty())
                return about("--format " + part, "names no file", "write --format " + name + "=FILE");
            if (output.file.empty() && stdout_taken)
                return about("--format " + text, "only one report can go to the terminal",
                             "give the others a file: " + name + "=FILE");
            stdout_taken = stdout_taken || output.file.empty();
            outputs.push_back(std::move(output));
        }
    }
    if (outputs.empty()) outputs.push_back({"text", ""});
    return outputs;
}

Result<words::Release> release_of(std::string_view word) {
    std::vector<std::string_view> words;
    for (const words::Release release : words::all<words::Release>) words.emplace_back(words::name(release));
    const auto at = choice("--otp", word, words);
    if (!at) return at.error();
    return words::all<words::Release>[*at];
}

Value one_release() {
    Value value{Takes::choice, "", {}};
    for (const words::Release release : words::all<words::Release>) value.choices.push_back({words::name(release), ""});
    return value;
}

} // namespace

bool wants_color(Color color) {
    if (color != Color::automatic) return color == Color::always;
    const char* no_color = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    return isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0') &&
           !(term != nullptr && std::string_view(term) == "dumb");
}

Error about(std::string what, std::string why, std::string hint) {
    Error e = error(std::move(why), std::move(hint));
    e.place.file = std::move(what);
    return e;
}

Result<std::size_t> choice(std::string_view option, std::string_view word, std::span<const std::string_view> words) {
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i] == word) return i;
    const auto meant = nearest(word, words);
    return about(fmt::format("{} {}", option, word), fmt::format("must be {}", one_of(words)),
                 meant ? fmt::format("did you mean {}?", *meant) : "");
}

void add_color(Parser& app, Color& into, const std::string& doc) {
    app.add_choice("--color", into, color_words, doc)->type_name("WHEN");
}

void add_fail_on(Parser& app, report::FailOn& into, const std::string& doc) {
    app.add_choice("--fail-on", into, severities, doc)->type_name("SEVERITY");
}

void add_jobs(Parser& app, unsigned& into, unsigned most, const std::string& doc) {
    into = std::max(1U, std::thread::hardware_concurrency());
    app.add_option("-j,--jobs", into, doc)->type_name("N")->range(1U, most);
}

void add_driver_path(Parser& app, std::vector<std::string>& into, const std::string& doc) {
    app.add_option("--driver-path", into, doc)->each()->takes("DIR", {Takes::folder});
}

void add_outputs(Parser& app, std::vector<Output>& into, const std::string& doc, std::vector<Value::Choice> formats) {
    const auto texts = std::make_shared<std::vector<std::string>>();
    app.add_check([=, &into]() -> Result<void> {
        std::vector<std::string_view> names;
        for (const Value::Choice& format : formats) names.push_back(format.word);
        auto outputs = outputs_of(*texts, names);
        if (!outputs) return std::move(outputs).error();
        into = *std::move(outputs);
        return {};
    });
    app.add_option("--format", *texts, doc)->each()->takes("NAME[=FILE]", {Takes::reports, "", formats});
}

void add_release(Parser& app, std::optional<words::Release>& into, const std::string& doc) {
    const auto text = std::make_shared<std::string>();
    app.add_check([=, &into]() -> Result<void> {
        if (text->empty()) return {};
        auto release = release_of(*text);
        if (!release) return std::move(release).error();
        into = *release;
        return {};
    });
    app.add_option("--otp", *text,
                   doc.empty() ? fmt::format("the release of Erlang/OTP that is simulated, {} to {} (default {})",
                                             words::name(words::oldest_release), words::name(words::newest_release),
                                             words::name(words::newest_release))
                               : doc)
        ->takes("RELEASE", one_release());
}

void add_releases(Parser& app, std::vector<words::Release>& into, const std::string& doc) {
    const auto text = std::make_shared<std::string>();
    app.add_check([=, &into]() -> Result<void> {
        into.clear();
        if (text->empty()) return {};
        for (std::size_t at = 0; at <= text->size();) {
            const auto end = std::min(text->find(',', at), text->size());
            auto release = release_of(std::string_view(*text).substr(at, end - at));
            if (!release) return std::move(release).error();
            into.push_back(*release);
            at = end + 1;
        }
        std::ranges::sort(into);
        into.erase(std::unique(into.begin(), into.end()), into.end());
        return {};
    });
    app.add_option("--otp", *text, doc)->takes("RELEASE,...", one_release());
}

Result<std::chrono::milliseconds> milliseconds_of(const std::string& option, const std::string& text) {
    const auto duration = parse_duration(text);
    if (!duration) return about(option + " " + text, duration.error().message, duration.error().hint);
    if (duration->ns < 1'000'000) return about(option + " " + text, "must be at least 1ms");
    return std::chrono::milliseconds(duration->ns / 1'000'000);
}

std::string meant_file(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code failure;
    const fs::path given(path);
    if (path.empty() || fs::exists(fs::symlink_status(given, failure))) return {};
    const fs::path folder = given.parent_path();
    std::vector<std::string> names;
    // A folder with more names than these is no place to guess in.
    constexpr std::size_t most = 10'000;
    fs::directory_iterator it(folder.empty() ? fs::path(".") : folder, failure), end;
    for (; !failure && it != end && names.size() < most; it.increment(failure))
        names.push_back(it->path().filename().string());
    std::sort(names.begin(), names.end());
    // An ending that many names share would make them look alike: it counts for nothing.
    const std::string ending = given.extension().string(), stem = given.stem().string();
    std::vector<std::string_view> stems, views(names.begin(), names.end());
    for (const std::string_view name : views)
        if (!ending.empty() && name.size() > ending.size() && name.ends_with(ending))
            stems.push_back(name.substr(0, name.size() - ending.size()));
    auto meant = nearest(stem, stems);
    if (meant)
        *meant += ending;
    else
        meant = nearest(given.filename().string(), views);
    return meant ? fmt::format("did you mean {}?", (folder / *meant).string()) : "";
}

Error with_meant_file(Error error, const std::string& path) {
    if (error.hint.empty()) error.hint = meant_file(path);
    return error;
}

} // namespace ddll::cli
