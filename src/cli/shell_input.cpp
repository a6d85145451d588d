#include "cli/shell_input.h"

#include "cli/shell_text.h"

#include <histedit.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace ddll::cli {

namespace {

class Pipe final : public ShellInput {
public:
    std::optional<std::string> line(const std::string&) override {
        char* text = nullptr;
        std::size_t room = 0;
        const ssize_t n = getline(&text, &room, stdin);
        std::optional<std::string> out;
        if (n > 0) out.emplace(text, static_cast<std::size_t>(n));
        std::free(text);
        return out;
    }
};

/// Kept from one shell to the next: $XDG_STATE_HOME/ddlltool/history, or below ~/.local/state. Empty: nowhere.
std::string history_file() {
    const char* state = std::getenv("XDG_STATE_HOME");
    const char* home = std::getenv("HOME");
    std::string folder;
    if (state != nullptr && *state == '/')
        folder = state;
    else if (home != nullptr && *home == '/')
        folder = std::string(home) + "/.local/state";
    if (folder.empty()) return {};
    folder += "/ddlltool";
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    return code ? std::string() : folder + "/history";
}

class Terminal final : public ShellInput {
public:
    explicit Terminal(std::function<std::vector<std::string>()> words)
        : words_(std::move(words)), editor_(el_init("ddlltool", stdin, stdout, stderr)), history_(history_init()),
          file_(history_file()) {
        HistEvent event;
        history(history_, &event, H_SETSIZE, 1000);
        history(history_, &event, H_SETUNIQUE, 1);
        if (!file_.empty()) history(history_, &event, H_LOAD, file_.c_str());
        el_set(editor_, EL_CLIENTDATA, this);
        el_set(editor_, EL_PROMPT, prompt_of);
        el_set(editor_, EL_SIGNAL, 1);
        el_set(editor_, EL_EDITOR, "emacs");
        el_set(editor_, EL_HIST, history, history_);
        el_set(editor_, EL_ADDFN, "complete", "complete the word", complete);
        el_set(editor_, EL_BIND, "^I", "complete", nullptr);
        // Ctrl-C is a key here: it takes back what was typed, as in other shells.
        el_set(editor_, EL_SETTY, "-d", "-isig", nullptr);
        el_set(editor_, EL_ADDFN, "abandon", "forget what was typed", abandon);
        el_set(editor_, EL_BIND, "^C", "abandon", nullptr);
        el_set(editor_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
        el_source(editor_, nullptr); // ~/.editrc, as in other programs
    }
    ~Terminal() override {
        history_end(history_);
        el_end(editor_);
    }
    Terminal(const Terminal&) = delete;

    std::optional<std::string> line(const std::string& prompt) override {
        prompt_ = prompt;
        abandoned_ = false;
        int count = 0;
        const char* text = el_gets(editor_, &count);
        if (abandoned_) return "\n";
        if (text == nullptr || count <= 0) return std::nullopt;
        return std::string(text, static_cast<std::size_t>(count));
    }

    void remember(const std::string& expression) override {
        HistEvent event;
        history(history_, &event, H_ENTER, expression.c_str());
        if (!file_.empty()) history(history_, &event, H_SAVE, file_.c_str());
    }

    bool abandoned() const override { return abandoned_; }
    bool terminal() const override { return true; }

private:
    static Terminal* self(EditLine* editor) {
        void* data = nullptr;
        el_get(editor, EL_CLIENTDATA, &data);
        return static_cast<Terminal*>(data);
    }

    static char* prompt_of(EditLine* editor) { return self(editor)->prompt_.data(); }

    static unsigned char abandon(EditLine* editor, int) {
        self(editor)->abandoned_ = true;
        std::fputs("^C\n", stdout);
        return CC_NEWLINE;
    }

    static unsigned char complete(EditLine* editor, int) {
        const LineInfo* line = el_line(editor);
        const std::string_view text(line->buffer, static_cast<std::size_t>(line->lastchar - line->buffer));
        const std::string begun(word_before(text, static_cast<std::size_t>(line->cursor - line->buffer)));
        const auto found = completions(begun, self(editor)->words_());
        if (found.empty()) return CC_ERROR;
        std::string rest = common_rest(begun, found);
        if (!rest.empty()) return el_insertstr(editor, rest.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
        if (found.size() == 1) return CC_NORM;
        std::fputc('\n', stdout);
        for (const std::string& word : found) std::printf("%s  ", word.c_str());
        std::fputc('\n', stdout);
        return CC_REDISPLAY;
    }

    std::function<std::vector<std::string>()> words_;
    EditLine* editor_;
    History* history_;
    std::string file_, prompt_;
    bool abandoned_ = false;
};

} // namespace

std::unique_ptr<ShellInput> shell_input(std::function<std::vector<std::string>()> words) {
    if (isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1) return std::make_unique<Terminal>(std::move(words));
    return std::make_unique<Pipe>();
}

} // namespace ddll::cli
