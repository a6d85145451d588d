/// `ddlltool init`: a driver project that builds, runs and passes, to begin with.
#include "base/text.h"
#include "cli/commands.h"

#include <embedded/cli.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace ddll::cli {

namespace fs = std::filesystem;

namespace {

constexpr const char* init_footer =
    R"(examples:
  ddlltool init counter               makes counter/ with a driver called counter
  ddlltool init . --name counter      the same in this folder
  cd counter && make check            builds it, plays its stories, asks whether it can be replaced

No file is overwritten: where one of them exists, nothing is written.

exit codes: 0 all files were written, 2 wrong usage, 3 a file exists or cannot be written.)";

constexpr std::size_t longest_name = 40;

/// The files that it writes, carried inside the executable. They lie in init/.
struct Template {
    std::string_view path; ///< below the project's folder; @name@ stands for the driver's name, here and in the text
    std::string_view text;
    std::string_view doc; ///< one line
};

const std::vector<Template>& init_templates() {
    static const std::vector<Template> all = {
        {"c_src/@name@.c", embedded::driver_c_in(), "a driver that adds numbers up, and hands its state over"},
        {"stories/use.json", embedded::use_json_in(), "what it answers, and what it refuses"},
        {"stories/reload.json", embedded::reload_json_in(), "how its owner replaces it, and keeps the state"},
        {"Makefile", embedded::Makefile_in(), "make, make check"},
        {"CMakeLists.txt", embedded::CMakeLists_txt_in(), "the same with CMake and CTest"},
        {".github/workflows/reload-check.yml", embedded::workflow_yml_in(), "the same on a CI machine"},
    };
    return all;
}

/// Names that the emulator's own drivers have, and those that CMake keeps for itself.
constexpr std::string_view taken[] = {
    "fd",       "forker",  "ram_file_drv", "sctp_inet",     "spawn",      "tcp_inet",     "tty_sl",
    "udp_inet", "vanilla", "all",          "clean",         "help",       "install",      "package",
    "test",     "tests",   "edit_cache",   "rebuild_cache", "continuous", "experimental", "nightly"};

/// Why a driver cannot be called so; empty when it can.
std::string_view objection(std::string_view name) {
    if (name.empty() || !is_lower(name.front())) return "must begin with a letter from a to z";
    for (const char c : name)
        if (!is_word(c) || is_upper(c)) return "may consist of a to z, digits and _ only";
    if (name.size() > longest_name) return "is too long";
    if (std::find(std::begin(taken), std::end(taken), name) != std::end(taken))
        return "is one that the emulator or CMake keeps for itself";
    return {};
}

std::string filled(std::string_view text, std::string_view name) {
    constexpr std::string_view placeholder = "@name@";
    std::string out;
    for (;;) {
        const auto at = text.find(placeholder);
        out += text.substr(0, at);
        if (at == std::string_view::npos) return out;
        out += name;
        text.remove_prefix(at + placeholder.size());
    }
}

bool write_new(const fs::path& path, const std::string& text) {
    std::error_code error;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    if (error) {
        complain(path.parent_path().string(), fmt::format("cannot be made: {}", error.message()));
        return false;
    }
    std::FILE* file = std::fopen(path.c_str(), "wbx");
    const bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const int reason = errno;
    const bool closed = file == nullptr || std::fclose(file) == 0;
    if (!written || !closed) complain(path.string(), fmt::format("cannot be written: {}", std::strerror(reason)));
    return written && closed;
}

struct InitParser final : Parser {
    InitParser()
        : Parser("Writes a small driver that can be replaced on a live node, stories about it, and what builds and "
                 "tests it.",
                 "ddlltool init") {
        footer(init_footer);
        add_option("DIR", folder, "the folder, which may be new (default: this one)")->takes({Takes::folder});
        add_option("--name", name, "the driver's name (default: that of the folder)")->type_name("NAME");
    }
    ExitCode run() override;

    std::string folder = ".", name;
};

ExitCode InitParser::run() {
    std::error_code error;
    if (name.empty()) {
        fs::path whole = fs::weakly_canonical(folder, error);
        if (!whole.has_filename()) whole = whole.parent_path();
        name = whole.filename().string();
    }
    if (const auto why = objection(name); !why.empty())
        return wrong_usage("init", fmt::format("a driver cannot be called {}: its name {}", name, why),
                           "--name NAME gives another");

    const fs::path root = fs::path(folder).lexically_normal();
    const auto place = [&](const Template& file) { return (root / filled(file.path, name)).lexically_normal(); };
    ExitCode code = ExitCode::ok;
    for (const Template& file : init_templates()) {
        if (fs::symlink_status(place(file), error).type() == fs::file_type::not_found) continue;
        complain(place(file).string(), "exists, and is not overwritten", "nothing was written");
        code = ExitCode::unusable_input;
    }
    if (code != ExitCode::ok) return code;
    std::size_t width = 0;
    for (const Template& file : init_templates()) width = std::max(width, place(file).string().size());
    for (const Template& file : init_templates()) {
        if (!write_new(place(file), filled(file.text, name))) return ExitCode::unusable_input;
        std::puts(fmt::format("{:<{}}  {}", place(file).string(), width, file.doc).c_str());
    }
    std::puts("\nNext:");
    if (root != "." && root != "./") std::puts(fmt::format("  cd {}", root.string()).c_str());
    std::puts("  make check                        builds it, plays the stories, asks whether it can be replaced\n"
              "  cmake -S . -B build && cmake --build build && ctest --test-dir build\n"
              "The workflow names your-organisation/ddlltool: put the place of your copy there.");
    return ExitCode::ok;
}

} // namespace

std::unique_ptr<Parser> init_parser() {
    return std::make_unique<InitParser>();
}

} // namespace ddll::cli
