#include "scenario/driver_files.h"

#include "base/text.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>

namespace ddll::scenario {
namespace {

bool has_wildcard(std::string_view s) {
    return s.find_first_of("*?") != s.npos;
}

// The usual two pointers: after a mismatch the last * takes one character more.
bool matches(std::string_view pattern, std::string_view name) {
    if (name.starts_with('.') && !pattern.starts_with('.')) return false;
    std::size_t p = 0, n = 0, star = pattern.npos, resume = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*')
            star = p++, resume = n;
        else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n]))
            ++p, ++n;
        else if (star != pattern.npos)
            p = star + 1, n = ++resume;
        else
            return false;
    }
    return pattern.find_first_not_of('*', p) == pattern.npos;
}

std::vector<std::string> entries(const std::string& folder) {
    std::vector<std::string> out;
    DIR* dir = opendir(folder.empty() ? "." : folder.c_str());
    if (dir == nullptr) return out;
    while (const dirent* entry = readdir(dir)) out.emplace_back(entry->d_name);
    closedir(dir);
    std::sort(out.begin(), out.end(), version_less);
    return out;
}

std::string join(const std::string& folder, std::string_view name) {
    if (folder.empty()) return std::string(name);
    return folder.back() == '/' ? folder + std::string(name) : fmt::format("{}/{}", folder, name);
}

// Depth first from the last candidate down: the first file met is the last in version order.
std::optional<std::string> expand(const std::string& base, std::string_view rest) {
    while (!rest.empty() && rest.front() == '/') rest.remove_prefix(1);
    const auto slash = rest.find('/');
    const std::string_view component = rest.substr(0, slash);
    const std::string_view behind = slash == rest.npos ? std::string_view() : rest.substr(slash);
    const auto go_on = [&](const std::string& path) -> std::optional<std::string> {
        if (!behind.empty()) return expand(path, behind);
        struct stat st {};
        if (stat(path.c_str(), &st) == 0 && !S_ISDIR(st.st_mode)) return path;
        return std::nullopt;
    };
    if (!has_wildcard(component)) return go_on(join(base, component));
    const auto names = entries(base);
    for (auto name = names.rbegin(); name != names.rend(); ++name)
        if (matches(component, *name))
            if (auto found = go_on(join(base, *name))) return found;
    return std::nullopt;
}

std::string similar_file(const std::string& path) {
    const auto slash = path.rfind('/');
    const auto names = entries(slash == path.npos ? std::string() : path.substr(0, slash + 1));
    std::vector<std::string_view> libraries;
    for (const auto& name : names)
        if (name.ends_with(".so")) libraries.push_back(name);
    const auto meant = nearest(slash == path.npos ? path : path.substr(slash + 1), libraries);
    return meant.value_or(std::string());
}

} // namespace

bool version_less(std::string_view a, std::string_view b) {
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        if (is_digit(a[i]) && is_digit(b[j])) {
            const std::size_t i0 = std::min(a.find_first_not_of('0', i), a.size()),
                              j0 = std::min(b.find_first_not_of('0', j), b.size());
            std::size_t i1 = i0, j1 = j0;
            while (i1 < a.size() && is_digit(a[i1])) ++i1;
            while (j1 < b.size() && is_digit(b[j1])) ++j1;
            if (i1 - i0 != j1 - j0) return i1 - i0 < j1 - j0;
            if (const int order = a.substr(i0, i1 - i0).compare(b.substr(j0, j1 - j0)); order != 0) return order < 0;
            i = i1, j = j1;
        } else if (a[i] != b[j]) {
            return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
        } else {
            ++i, ++j;
        }
    }
    if (i < a.size() || j < b.size()) return i == a.size();
    return a < b; // 1 and 01
}

std::string folder_of(std::string_view file) {
    const auto slash = file.rfind('/');
    if (slash == file.npos) return ".";
    return std::string(file.substr(0, slash == 0 ? 1 : slash));
}

std::string running_program_folder() {
    char path[PATH_MAX];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path);
    if (n <= 0 || static_cast<std::size_t>(n) >= sizeof path) return {};
    return folder_of(std::string_view(path, static_cast<std::size_t>(n)));
}

Result<std::string> find_driver_file(std::string_view written, const std::vector<std::string>& folders) {
    const bool absolute = written.starts_with('/');
    const std::vector<std::string> here = absolute ? std::vector<std::string>{"/"} : folders;
    std::string looked, meant;
    for (const auto& folder : here) {
        const std::string path = absolute ? std::string(written) : join(folder, written);
        std::string found = path;
        if (has_wildcard(written)) found = expand(folder, written).value_or(std::string());
        struct stat st {};
        if (!found.empty() && stat(found.c_str(), &st) == 0) {
            if (S_ISDIR(st.st_mode)) return error(fmt::format("{} is a folder, not a library file", found));
            if (!S_ISREG(st.st_mode)) return error(fmt::format("{} is not a regular file", found));
            if (access(found.c_str(), R_OK) != 0)
                return error(fmt::format("{} cannot be read: {}", found, std::strerror(errno)));
            return found;
        }
        if (!has_wildcard(written) && meant.empty()) meant = similar_file(path);
        looked += fmt::format("{}{}", looked.empty() ? "" : ", ", folder);
    }
    std::string hint =
        absolute ? std::string() : fmt::format("looked in {}; --driver-path names further folders", looked);
    if (!meant.empty()) hint = fmt::format("did you mean {}?{}{}", meant, hint.empty() ? "" : " ", hint);
    return error((has_wildcard(written) ? "no file matches " : "there is no file ") + std::string(written),
                 std::move(hint));
}

} // namespace ddll::scenario
