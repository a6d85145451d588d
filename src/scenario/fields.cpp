#include "scenario/fields.h"

#include "base/text.h"
#include "base/time.h"
#include "scenario/process_name.h"
#include "words/release.h"

#include <algorithm>
#include <array>

namespace ddll::scenario {
namespace {

using Form = Type::Form;
using Words = std::string_view;

// --- spellings
// ----------------------------------------------------------------------------------------------------------

bool is_plain(char c) {
    return is_word(c) || c == '.' || c == '@' || c == '+' || c == '-';
}

bool is_driver_character(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && std::string_view(":()\"|").find(c) == std::string_view::npos;
}

bool is_small(char c) {
    return is_lower(c) || is_digit(c);
}

template <class Good>
bool all(std::string_view s, Good good) {
    return !s.empty() && std::all_of(s.begin(), s.end(), good);
}

bool has_no_zero(std::string_view s) {
    return s.find('\0') == s.npos;
}

constexpr Spelling process_spelling{"^[a-z][A-Za-z0-9_]*$", is_process_name,
                                    "it begins with a-z, then come letters, digits and _"};
constexpr Spelling variable_spelling{"^[A-Z][A-Za-z0-9_]*$",
                                     [](std::string_view s) { return all(s, is_word) && is_upper(s[0]); },
                                     "it begins with A-Z, then come letters, digits and _"};
constexpr Spelling plain_spelling{"^[A-Za-z0-9_.@+-]+$", [](std::string_view s) { return all(s, is_plain); },
                                  "letters, digits and _ . @ + -"};
// A driver's name is also the name of its file, and may lie in a folder: sub/deep.
constexpr Spelling driver_spelling{"^(?!(.*/)?\\.\\.?(/|$))[^\\u0000-\\u001f/:()\"|]+(/[^\\u0000-\\u001f/:()\"|]+)*$",
                                   [](std::string_view s) {
                                       for (;;) {
                                           const std::string_view part = s.substr(0, s.find('/'));
                                           if (part == "." || part == ".." || !all(part, is_driver_character))
                                               return false;
                                           if (part.size() == s.size()) return true;
                                           s.remove_prefix(part.size() + 1);
                                       }
                                   },
                                   "it has no : ( ) | or quotes, and no empty, . or .. part between /"};
constexpr Spelling path_spelling{"^[^\\u0000]+$", [](std::string_view s) { return !s.empty() && has_no_zero(s); },
                                 "it is not empty and has no zero byte"};
constexpr Spelling no_zero_spelling{"^[^\\u0000]*$", has_no_zero, "it has no zero byte"};
constexpr Spelling variable_name_spelling{
    "^[^=\\u0000]+$", [](std::string_view s) { return !s.empty() && s.find('=') == s.npos && has_no_zero(s); },
    "it is not empty and has no ="};
constexpr Spelling line_spelling{
    "^[^\\r\\n]*[^\\r\\n ][^\\r\\n]*$",
    [](std::string_view s) { return s.find_first_of("\r\n") == s.npos && s.find_first_not_of(' ') != s.npos; },
    "one line, not empty"};
constexpr Spelling tag_spelling{
    "^[A-Za-z0-9_.:/+-]+$",
    [](std::string_view s) { return all(s, [](char c) { return (is_plain(c) && c != '@') || c == ':' || c == '/'; }); },
    "letters, digits and _ . : / + -"};
constexpr Spelling rule_spelling{"^[a-z0-9]+(-[a-z0-9]+)*$",
                                 [](std::string_view s) {
                                     return all(s, [](char c) { return is_small(c) || c == '-'; }) &&
                                            s.front() != '-' && s.back() != '-' && s.find("--") == s.npos;
                                 },
                                 "small letters and digits with - in between"};
constexpr Spelling errno_spelling{"^e[a-z0-9]+$",
                                  [](std::string_view s) { return s.size() > 1 && s[0] == 'e' && all(s, is_small); },
                                  "as Erlang writes it: econnrefused"};
constexpr Spelling sha256_spelling{
    "^[0-9a-f]{64}$",
    [](std::string_view s) { return s.size() == 64 && all(s, [](char c) { return is_small(c) && c <= 'f'; }); },
    "64 small hexadecimal digits"};
constexpr Spelling duration_spelling{"^([0-9]+(\\.[0-9]+)?(ns|us|ms|s|min|h)|0+(\\.0+)?)$",
                                     [](std::string_view s) { return static_cast<bool>(parse_duration(s)); },
                                     "a number and a unit: 250ms, 1.5s, 20us, 3min"};

// --- words
// --------------------------------------------------------------------------------------------------------------

constexpr Words compared_words[] = {"returns", "unblocks", "receives", "exits", "driver_calls"};
constexpr Words how_words[] = {"rename", "overwrite", "remove"};
constexpr Words status_words[] = {"not_loaded", "loaded", "unload_pending", "reload_pending", "permanent", "linked_in"};
constexpr Words peer_kind_words[] = {"tcp", "unix", "fifo"};
constexpr Words close_words[] = {"all", "writing", "reset"};
constexpr Words error_text_words[] = {"preset", "empty"};
constexpr Words thread_mode_words[] = {"serial", "free"};
constexpr Words signal_words[] = {"SIGSEGV", "SIGABRT", "SIGBUS",  "SIGFPE",  "SIGILL",  "SIGTRAP",
                                  "SIGSYS",  "SIGKILL", "SIGTERM", "SIGINT",  "SIGHUP",  "SIGQUIT",
                                  "SIGPIPE", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGXCPU", "SIGXFSZ"};

constexpr CallbackRow callbacks[] = {
    {"start", 2},        {"stop", 1},       {"flush", 1},           {"timeout", 1},      {"ready_async", 1},
    {"output", 2},       {"outputv", 2},    {"control", 3},         {"call", 3},         {"ready_input", 2},
    {"ready_output", 2}, {"init", 0},       {"finish", 0},          {"process_exit", 1}, {"stop_select", 1},
    {"async_invoke", 0}, {"async_free", 0}, {"emergency_close", 1}, {"driver_init", 0},  {"dlopen", 0},
    {"dlclose", 0},      {"thread", 0},
};
constexpr auto callback_words = [] {
    std::array<Words, std::size(callbacks)> out;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = callbacks[i].name;
    return out;
}();

// --- types
// --------------------------------------------------------------------------------------------------------------

constexpr std::int64_t million = 1'000'000;

constexpr Type list_of(const Type& element, std::string_view what, std::int64_t least = 0) {
    return {.form = Form::list, .what = what, .element = &element, .least = least};
}
constexpr Type map_of(const Type& key, const Type& element, std::string_view what, std::int64_t least = 0) {
    return {.form = Form::map, .what = what, .key = &key, .element = &element, .least = least};
}
constexpr Type object_of(const Shape& shape, std::string_view what) {
    return {.form = Form::object, .what = what, .shape = &shape};
}

constexpr Type text{.form = Form::text, .what = "a text"};
constexpr Type line{.form = Form::text, .what = "a line of text", .spelling = &line_spelling};
constexpr Type lines = list_of(text, "a list of lines");
constexpr Type text_or_lines{.form = Form::text, .what = "a text or a list of lines", .other = &lines};
constexpr Type flag{.form = Form::flag, .what = "true or false"};
constexpr Type yes{.form = Form::flag, .what = "true", .only_true = true};
constexpr Type format_version{.form = Form::whole, .what = "the number 1", .least = 1, .most = 1};
constexpr Type exit_status{.form = Form::whole, .what = "an exit status (0 to 255)", .most = 255};
constexpr Type count{.form = Form::whole, .what = "a number (0 or more)", .most = 4'294'967'295};
constexpr Type times{.form = Form::whole, .what = "a number (1 to 1000000)", .least = 1, .most = million};
constexpr Type duration{.form = Form::text, .what = "a duration", .spelling = &duration_spelling};

constexpr Type tag{.form = Form::text, .what = "a tag", .spelling = &tag_spelling};
constexpr Type tags = list_of(tag, "a list of words");
constexpr Type release{.form = Form::whole,
                       .what = "a release (25 to 29)",
                       .least = words::number_of(words::oldest_release),
                       .most = words::number_of(words::newest_release)};
constexpr Type releases = list_of(release, "a list of releases", 1);
constexpr Type release_or_releases{.form = Form::whole,
                                   .what = "a release (25 to 29) or a list of them",
                                   .least = words::number_of(words::oldest_release),
                                   .most = words::number_of(words::newest_release),
                                   .other = &releases};
constexpr Type rule{.form = Form::text, .what = "a rule id", .spelling = &rule_spelling};
constexpr Type rules = list_of(rule, "a list of rule ids");
constexpr Type path_variable{.form = Form::text, .what = "a variable of \"paths\"", .spelling = &variable_spelling};
constexpr Type folder{.form = Form::text, .what = "the name of a folder", .spelling = &path_spelling};
constexpr Type paths = map_of(path_variable, folder, "an object: variable to folder");
constexpr Type file_path{.form = Form::text, .what = "the path of a file", .spelling = &path_spelling};
constexpr Type variable_name{
    .form = Form::text, .what = "the name of an environment variable", .spelling = &variable_name_spelling};
constexpr Type variable_value{.form = Form::text, .what = "a text", .spelling = &no_zero_spelling};
constexpr Type environment = map_of(variable_name, variable_value, "an object: name to value");
constexpr Type file_name{.form = Form::text, .what = "a file name without .so", .spelling = &driver_spelling};

constexpr Type peer_name{.form = Form::text, .what = "the name of a peer", .spelling = &process_spelling};
constexpr Type peer_kind{.form = Form::text, .what = "a kind of peer", .words = peer_kind_words};
constexpr Type peers = map_of(peer_name, peer_kind, "an object: peer to its kind");
constexpr Type close_way{.form = Form::text, .what = "a way to close", .words = close_words};
constexpr Type errno_name{.form = Form::text, .what = "the name of an error", .spelling = &errno_spelling};
constexpr Type bytes_size{.form = Form::whole, .what = "a number of bytes (0 or more)"};
constexpr Type sha256_digits{.form = Form::text, .what = "a SHA-256", .spelling = &sha256_spelling};
constexpr Type parts = list_of(text, "a list of texts", 1);
constexpr Type part_or_parts{.form = Form::text, .what = "a text or a list of texts", .other = &parts};

constexpr Type compared_part{.form = Form::text, .what = "what a step shows", .words = compared_words};
constexpr Type compared_parts = list_of(compared_part, "a list of keys such as \"returns\"", 1);
constexpr Type how{.form = Form::text, .what = "a way to install", .words = how_words};
constexpr Type status{.form = Form::text, .what = "a status", .words = status_words};
constexpr Type pool_size{.form = Form::whole, .what = "a number (1 to 1024)", .least = 1, .most = 1024};
constexpr Type thread_mode{.form = Form::text, .what = "\"serial\" or \"free\"", .words = thread_mode_words};
constexpr Type error_texts{.form = Form::text, .what = "\"preset\" or \"empty\"", .words = error_text_words};
constexpr Type signal_name{.form = Form::text, .what = "the name of a signal", .words = signal_words};
constexpr Type callback{.form = Form::text, .what = "the name of a callback", .words = callback_words};

constexpr Type expression{.form = Form::text, .what = "an Erlang expression (a text)"};
constexpr Type expressions = list_of(expression, "a list of Erlang expressions", 1);
constexpr Type held = list_of(expression, "a list of expressions");
constexpr Type pattern{.form = Form::text, .what = "a pattern (a text)"};
constexpr Type raised{.form = Form::text, .what = "an exception (a text): badarg, exit:Reason, throw:Term"};
constexpr Type messages = list_of(pattern, "a list of patterns");
constexpr Type log_line{.form = Form::text, .what = "a line of the log (a text)"};
constexpr Type log_lines = list_of(log_line, "a list of lines of the log");
constexpr Type driver_call{.form = Form::text, .what = "a callback (a text)"};
constexpr Type driver_calls = list_of(driver_call, "a list of callbacks");

constexpr Field raises_fields[] = {
    {"raises", &raised, true, "The exception this call ends with."},
};
constexpr Shape raises_shape{"an outcome", "A call of a batch, or one that was blocked, that raises an exception.",
                             raises_fields};
constexpr Type raises_object = object_of(raises_shape, "an object with \"raises\"");
constexpr Type outcome{.form = Form::text, .what = "a pattern (a text) or {\"raises\": ...}", .other = &raises_object};
constexpr Type outcomes = list_of(outcome, "a list with one pattern for each of \"calls\"", 1);

} // namespace

constexpr Type process_name{.form = Form::text, .what = "the name of a process", .spelling = &process_spelling};
constexpr Type driver_name{.form = Form::text, .what = "the name of a driver", .spelling = &driver_spelling};
constexpr Type version_name{.form = Form::text, .what = "a version", .spelling = &plain_spelling};

namespace {

constexpr Type receives = map_of(process_name, messages, "an object: process to list of patterns");
constexpr Type by_process = map_of(process_name, pattern, "an object: process to pattern");
constexpr Type outcome_by_process = map_of(process_name, outcome, "an object: process to pattern");
constexpr Type user_counts = map_of(process_name, count, "an object: process to number");

constexpr Field driver_file_fields[] = {
    {"file", &file_path, true, "The library file."},
    {"broken", &flag, false, "It is no usable driver, on purpose: not looked at beforehand."},
};
constexpr Shape driver_file_shape{"a driver file", "A library file with options.", driver_file_fields};
constexpr Type driver_file_object = object_of(driver_file_shape, "an object with \"file\"");
constexpr Type driver_file{.form = Form::text,
                           .what = "the path of a file or {\"file\": ...}",
                           .spelling = &path_spelling,
                           .other = &driver_file_object};
constexpr Type versions = map_of(version_name, driver_file, "an object: version to file", 1);
constexpr Type drivers = map_of(driver_name, versions, "an object: driver to its versions");

constexpr Field process_fields[] = {
    {"trap_exit", &flag, false, "The process begins with process_flag(trap_exit, true)."},
};
constexpr Shape process_shape{"a process", "Options of a process.", process_fields};
constexpr Type process = object_of(process_shape, "an object with the options of the process");
constexpr Type processes = map_of(process_name, process, "an object: process to options", 1);

constexpr Field crash_fields[] = {
    {"signal", &signal_name, false, "The driver dies by this signal."},
    {"exit", &exit_status, false, "The driver ends the program with this status."},
    {"hang", &yes, false, "A callback does not return in time."},
    {"exception", &yes, false, "A C++ exception leaves a callback."},
    {"memory", &yes, false, "The memory limit is passed."},
    {"deadlock", &yes, false, "Every thread waits for another one."},
    {"callback", &callback, false, "The callback that runs at that moment."},
};
constexpr Words crash_ways[] = {"signal", "exit", "hang", "exception", "memory", "deadlock"};
constexpr Choice crash_choices[] = {{crash_ways, false, "a story ends in one way"}};
constexpr Shape crash_shape{"an expected crash", "How the driver is to die in the last step.", crash_fields,
                            crash_choices, 1};
constexpr Type crash = object_of(crash_shape, "an object such as {\"signal\": \"SIGSEGV\"}");

constexpr Field expectation_fields[] = {
    {"driver", &driver_name, true, "The driver to look at."},
    {"status", &status, false, "Where it is in its life."},
    {"forced", &flag, false, "Whether ports were killed for the pending unload or reload."},
    {"image", &version_name, false, "The version whose code runs."},
    {"replaced", &flag, false, "Whether the last reload really replaced the code."},
    {"unloaded", &flag, false, "Whether the last unload really removed the library from memory."},
    {"port_count", &count, false, "Number of open ports."},
    {"held_by", &held, false, "What keeps the code besides its users: ports, \"{async, N}\"; in any order."},
    {"users", &user_counts, false, "Loads by process."},
};
constexpr Shape expectation_shape{
    "a look at the state", "What must be true of a driver now.", expectation_fields, {}, 2};
constexpr Type expectation = object_of(expectation_shape, "an object with \"driver\" or \"file\"");

constexpr Field file_expectation_fields[] = {
    {"file", &file_path, true, "The file to look at; a relative path lies in the work folder."},
    {"exists", &flag, false, "Whether it is there; it must be when its contents are looked at."},
    {"size", &bytes_size, false, "How many bytes it has."},
    {"bytes", &pattern, false, "Pattern for its contents, which are one binary."},
    {"contains", &part_or_parts, false, "Texts that stand in it somewhere."},
    {"sha256", &sha256_digits, false, "SHA-256 of its contents."},
};
constexpr Shape file_expectation_shape{
    "a look at a file", "What must be true of a file now.", file_expectation_fields, {}, 2};
constexpr Type file_expectation = object_of(file_expectation_shape, "an object with \"driver\" or \"file\"");

constexpr Type steps{.form = Form::steps, .what = "a list of steps", .least = 1};

constexpr Field note_field{"note", &text, false, "A sentence printed with the step."};
constexpr Field by_field{"by", &process_name, true, "The process that does it."};

constexpr Field effect_fields[] = {
    {"unblocks", &outcome_by_process, false,
     "Calls blocked in an earlier step that return now, with their values, or {\"raises\": ...}."},
    {"receives", &receives, false,
     "All messages that arrive because of this step, for each process named, in order; \"|\" is the return of the "
     "call. For a peer: the bytes as one binary, closed, reset."},
    {"exits", &by_process, false, "Processes that end because of this step, with their reasons."},
    {"driver_calls", &driver_calls, false,
     "The callbacks that run because of this step, in order; \"|\" is the return of the call."},
    {"logs", &log_lines, false,
     "All lines that a node would log because of this step, in order; * is any run of characters."},
    {"await", &duration, false,
     "Real time that may pass until the expectations of the step hold: for an outside world that is not part of the "
     "story. The run cannot be repeated exactly then."},
    {"not_compared", &compared_parts, false,
     "Keys of what this step does by chance: ddlltool verify does not compare it with a node."},
    note_field,
};

template <std::size_t N>
constexpr auto with_effects(const Field (&own)[N]) {
    std::array<Field, N + std::size(effect_fields)> out{};
    std::copy(std::begin(effect_fields), std::end(effect_fields),
              std::copy(std::begin(own), std::end(own), out.begin()));
    return out;
}

constexpr auto call_fields = with_effects({
    by_field,
    {"call", &expression, true, "One Erlang expression."},
    {"returns", &pattern, false, "Pattern for the value."},
    {"raises", &raised, false, "The exception: badarg, error:Reason, exit:Reason or throw:Term."},
    {"blocks", &yes, false, "The call does not return in this step."},
});
constexpr Words ending_keys[] = {"returns", "raises", "blocks"};
constexpr Choice call_choices[] = {{ending_keys, false, "a call either returns, raises or blocks"}};

constexpr auto batch_fields = with_effects({
    by_field,
    {"calls", &expressions, true, "Erlang expressions done without a pause."},
    {"returns", &outcomes, false, "One pattern, or {\"raises\": ...}, for each of the calls."},
});

constexpr auto install_fields = with_effects({
    {"install", &driver_name, true, "The driver whose file is put in place."},
    {"version", &version_name, true, "Which of its files."},
    {"into", &path_variable, true, "The folder: a variable of \"paths\"."},
    {"as", &file_name, false, "Another name for the file, without .so."},
    {"how", &how, false, "rename (default): written beside and renamed; overwrite: written into the existing file."},
});
constexpr auto removal_fields = with_effects({
    {"install", &driver_name, true, "The driver whose file is removed."},
    {"into", &path_variable, true, "The folder: a variable of \"paths\"."},
    {"as", &file_name, false, "Another name of the file, without .so."},
    {"how", &how, true, "remove: the file is deleted."},
});
constexpr auto advance_fields = with_effects({
    {"advance", &duration, true, "How far the clock moves."},
});
constexpr Field expect_fields[] = {
    {"expect", &expectation, true, "What must be true now."},
    note_field,
};
constexpr Field expect_file_fields[] = {
    {"expect", &file_expectation, true, "What must be true of a file now."},
    note_field,
};
constexpr auto peer_fields = with_effects({
    {"peer", &peer_name, true, "The peer that acts."},
    {"connect", &expression, false, "Expression: a TCP port, {Address, Port}, or the path of a UNIX socket or fifo."},
    {"listen", &expression, false,
     "On TCP a pattern for the port that the system chooses; else an expression: the path."},
    {"accept", &peer_name, false, "The listening peer whose oldest waiting connection becomes this one's."},
    {"send", &expression, false, "Expression: the bytes, an iolist."},
    {"close", &close_way, false,
     "all; writing: the other side reads to the end, and may still answer; reset: TCP only."},
    {"fails", &errno_name, false, "The error it must end with: econnrefused."},
});
constexpr Words peer_verbs[] = {"connect", "listen", "accept", "send", "close"};
constexpr Choice peer_choices[] = {{peer_verbs, true, "a peer does one thing in a step"}};

constexpr Field repeat_fields[] = {
    {"repeat", &times, true, "How often."},
    {"steps", &steps, true, "What is done each time."},
    note_field,
};
constexpr Field note_fields[] = {
    {"note", &text, true, "A sentence printed between the steps."},
};

constexpr Field scenario_fields[] = {
    {"$schema", &text, false, "For editors; ignored."},
    {"scenario", &format_version, true, "Version of the format: 1."},
    {"title", &line, true, "What the story is, in one line."},
    {"description", &text_or_lines, false, "What the story shows; printed in front of it."},
    {"tags", &tags, false, "Words to choose stories by."},
    {"paths", &paths, false, "Variables that hold names of folders."},
    {"drivers", &drivers, false, "Driver to version to library file."},
    {"processes", &processes, true, "The processes of the story."},
    {"peers", &peers, false, "The other side of what drivers connect to, listen on and open."},
    {"environment", &environment, false,
     "The environment variables of the driver's process, and what erl_drv_getenv finds."},
    {"strict", &flag, false, "Every process counts as listed in receives and exits, every step has driver_calls."},
    {"time_limit", &duration, false, "Real time for the whole story."},
    {"async_takes", &duration, false, "Virtual time that one async job occupies its thread."},
    {"async_threads", &pool_size, false, "Number of threads in the emulator's async pool (+A)."},
    {"threads", &thread_mode, false,
     "Whether threads of drivers take turns, the same in every run, or run as they would on a node."},
    {"open_error_texts", &error_texts, false,
     "Whether the emulator's own dlopen text is already in the list of texts."},
    {"otp", &release_or_releases, false,
     "The releases whose answers the scenario expects, where they differ: it is run for these only."},
    {"expected_findings", &rules, false, "Exactly these findings must be reported."},
    {"node_dies", &flag, false, "A real node crashes or hangs in this story: ddlltool verify sees to it that it does."},
    {"not_judged", &line, false, "Why ddlltool verify must not compare this story with a real node."},
    {"expected_crash", &crash, false, "How the driver is to die in the last step."},
    {"steps", &steps, true, "The story."},
};

} // namespace

constexpr Shape call_step{"a call", "A process calls a function.", call_fields, call_choices};
constexpr Shape batch_step{"a batch of calls", "A process calls several functions without a pause.", batch_fields};
constexpr Shape install_step{
    "an install step", "A driver file is put in place.", install_fields, {}, 0, "how", "remove", false};
constexpr Shape removal_step{"an install step with \"how\": \"remove\"",
                             "A driver file is deleted.",
                             removal_fields,
                             {},
                             0,
                             "how",
                             "remove",
                             true};
constexpr Shape advance_step{"an advance of the clock", "Virtual time passes.", advance_fields};
constexpr Shape expect_step{"an expect step", "A look at the state.", expect_fields};
constexpr Shape expect_file_step{"an expect step for a file", "A look at a file.", expect_file_fields};
constexpr Shape peer_step{"a peer's step", "A peer does something.", peer_fields, peer_choices};
constexpr Shape repeat_step{"a repeat", "Steps done again and again.", repeat_fields};
constexpr Shape note_step{"a remark", "A sentence between the steps.", note_fields};
constexpr Shape scenario_shape{"a scenario", "A story about drivers being loaded, used, reloaded and unloaded.",
                               scenario_fields};

const Field* Shape::find(std::string_view key) const {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.key == key; });
    return found == fields.end() ? nullptr : &*found;
}

std::span<const Shape* const> step_shapes() {
    static constexpr const Shape* shapes[] = {&call_step,    &batch_step,  &install_step,     &removal_step,
                                              &advance_step, &expect_step, &expect_file_step, &peer_step,
                                              &repeat_step,  &note_step};
    return shapes;
}

std::span<const CallbackRow> callback_rows() {
    return callbacks;
}

} // namespace ddll::scenario
