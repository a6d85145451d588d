#include "findings/examples.h"

#include "base/check.h"
#include "words/findings.h"

#include <embedded/findings.h>

#include <algorithm>
#include <vector>

namespace ddll::findings {

namespace {

std::string_view take_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

// A section opens with "[rule]"; lines of a difference never do.
std::vector<Example> read_examples(std::string_view text) {
    std::vector<Example> out;
    while (text.starts_with('[')) {
        const std::string_view head = take_line(text);
        const auto rule = words::named<words::Rule>(head.substr(1, head.size() - 2));
        DDLL_CHECK(rule); // examples.txt names rules of findings.def
        Example one{*rule, take_line(text), {}};
        const char* begin = text.data();
        while (!text.empty() && !text.starts_with('[')) take_line(text);
        one.difference = std::string_view(begin, static_cast<std::size_t>(text.data() - begin));
        out.push_back(one);
    }
    return out;
}

} // namespace

const Example* example(words::Rule rule) {
    static const std::vector<Example> all = read_examples(embedded::examples_txt());
    const auto it = std::find_if(all.begin(), all.end(), [&](const Example& e) { return e.rule == rule; });
    return it == all.end() ? nullptr : &*it;
}

} // namespace ddll::findings
