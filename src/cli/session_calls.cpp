#include "cli/session_calls.h"

#include "base/time.h"
#include "scenario/process_name.h"
#include "term/text.h"

#include <fmt/format.h>

#include <filesystem>

namespace ddll::cli {

using session::Request;

namespace {

std::string atom(const std::string& name) {
    return term::print_atom(name);
}

/// The bytes as an Erlang binary, or the words as they are.
std::string data(const StepArguments& values, std::size_t at) {
    const std::string text = values.words.size() > at ? values.words[at] : std::string();
    if (values.term) return text.empty() ? "[]" : text;
    return term::print(term::Term::binary(text));
}

/// As the system's own functions would find it from here, spelled as it was written.
std::string absolute(std::string folder) {
    while (folder.starts_with("./")) folder.erase(0, 2);
    if (folder.starts_with('/')) return folder;
    std::error_code ignored;
    const std::string here = std::filesystem::current_path(ignored).string();
    return folder.empty() || folder == "." ? here : here + "/" + folder;
}

std::string options_list(const std::vector<std::string>& options) {
    return fmt::format("[{}]", fmt::join(options, ", "));
}

Request calling(std::string call) {
    Request request;
    request.kind = Request::Kind::call;
    request.call = std::move(call);
    return request;
}

std::vector<std::string> load_options(const StepArguments& values, bool reload) {
    std::vector<std::string> options;
    if (reload) options.emplace_back(values.pending ? "{reload, pending}" : "{reload, pending_driver}");
    if (values.monitor || values.wait)
        options.emplace_back(values.pending ? "{monitor, pending}" : "{monitor, pending_driver}");
    if (values.kill_ports) options.emplace_back("{driver_options, [kill_ports]}");
    return options;
}

} // namespace

Result<session::Request> load_request(const StepArguments& values) {
    Request request = calling(fmt::format("erl_ddll:try_load(@folder, {}, {})", atom(values.words[1]),
                                          options_list(load_options(values, false))));
    request.into = absolute(values.words[0]);
    request.starts = true;
    request.wait = values.wait;
    return request;
}

Result<session::Request> reload_request(const StepArguments& values) {
    Request request = calling(fmt::format("erl_ddll:try_load(@folder, {}, {})", atom(values.words.back()),
                                          options_list(load_options(values, true))));
    if (values.words.size() == 2)
        request.into = absolute(values.words[0]);
    else
        request.driver = values.words[0];
    request.wait = values.wait;
    return request;
}

Result<session::Request> unload_request(const StepArguments& values) {
    std::vector<std::string> options;
    if (values.kill_ports) options.emplace_back("kill_ports");
    if (values.monitor || values.wait)
        options.emplace_back(values.pending ? "{monitor, pending}" : "{monitor, pending_driver}");
    Request request = calling(fmt::format("erl_ddll:try_unload({}, {})", atom(values.words[0]), options_list(options)));
    request.wait = values.wait;
    return request;
}

Result<session::Request> open_request(const StepArguments& values) {
    const std::string command = fmt::format("{}", fmt::join(values.words, " "));
    std::string settings = values.settings.empty() ? "[]" : values.settings;
    if (values.settings.empty() && values.binary) settings = "[binary]";
    Request request =
        calling(fmt::format("open_port({{spawn_driver, {}}}, {})", term::print(term::Term::string(command)), settings));
    request.pattern = values.let;
    return request;
}

Result<session::Request> close_request(const StepArguments& values) {
    return calling(fmt::format("port_close({})", values.words[0]));
}

Result<session::Request> control_request(const StepArguments& values) {
    return calling(fmt::format("port_control({}, {}, {})", values.words[0], values.words[1], data(values, 2)));
}

Result<session::Request> call_request(const StepArguments& values) {
    return calling(fmt::format("erlang:port_call({}, {}, {})", values.words[0], values.words[1], values.words[2]));
}

Result<session::Request> command_request(const StepArguments& values) {
    return calling(fmt::format("port_command({}, {})", values.words[0], data(values, 1)));
}

Result<session::Request> connect_request(const StepArguments& values) {
    return calling(fmt::format("port_connect({}, {})", values.words[0], scenario::process_variable(values.words[1])));
}

Result<session::Request> monitor_request(const StepArguments& values) {
    const char* what = values.unloaded_only ? "unloaded_only" : values.unloaded ? "unloaded" : "loaded";
    Request request = calling(fmt::format("erl_ddll:monitor(driver, {{{}, {}}})", atom(values.words[0]), what));
    request.pattern = values.let;
    return request;
}

Result<session::Request> demonitor_request(const StepArguments& values) {
    return calling(fmt::format("erl_ddll:demonitor({})", values.words[0]));
}

Result<session::Request> info_request(const StepArguments& values) {
    std::vector<std::string> names;
    for (const std::string& word : values.words) names.push_back(atom(word));
    return calling(fmt::format("erl_ddll:info({})", fmt::join(names, ", ")));
}

Result<session::Request> exit_request(const StepArguments& values) {
    const std::string reason = values.words.empty() ? "normal" : values.words[0];
    return calling(values.to.empty() ? fmt::format("exit({})", reason)
                                     : fmt::format("exit({}, {})", scenario::process_variable(values.to), reason));
}

Result<session::Request> spawn_request(const StepArguments& values) {
    Request request;
    request.kind = Request::Kind::spawn;
    request.by = values.words[0];
    request.trap_exit = values.trap_exit;
    request.starts = true;
    return request;
}

Result<session::Request> install_request(const StepArguments& values) {
    Request request;
    request.kind = Request::Kind::install;
    request.starts = true;
    if (values.overwrite && values.remove) return error("--overwrite and --remove exclude each other");
    request.how = values.remove      ? scenario::InstallHow::remove
                  : values.overwrite ? scenario::InstallHow::overwrite
                                     : scenario::InstallHow::rename;
    if (values.remove) {
        request.into = absolute(values.words[0]);
        request.as = values.words[1];
    } else {
        request.file = absolute(values.words[0]);
        request.into = absolute(values.words[1]);
        request.as = values.words.size() > 2 ? values.words[2] : std::filesystem::path(request.file).stem().string();
    }
    if (request.as.ends_with(".so")) request.as.resize(request.as.size() - 3);
    return request;
}

Result<session::Request> advance_request(const StepArguments& values) {
    Request request;
    request.kind = Request::Kind::advance;
    auto by = parse_duration(values.words[0]);
    if (!by) return std::move(by).error();
    request.by_how_much = *by;
    if (values.await.empty()) return request;
    auto await = parse_duration(values.await);
    if (!await) return std::move(await).error();
    request.await = *await;
    return request;
}

std::vector<std::string> files_to_load(const StepArguments& values) {
    if (values.words.size() != 2) return {};
    return {values.words[0], fmt::format("{}/{}.so", values.words[0], values.words[1])};
}

std::vector<std::string> files_to_install(const StepArguments& values) {
    if (values.remove) return {};
    return {values.words[0]};
}

} // namespace ddll::cli
