#include "findings/finding.h"

#include "base/prose.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ddll::findings {

std::string title_of(Rule rule, const std::string& subject) {
    const std::string_view title = words::row(rule).title;
    return prose(subject.empty() ? std::string(title) : fmt::format("{}: {}", subject, title));
}

std::string listed(const std::vector<std::string>& words, std::size_t most) {
    if (words.size() <= most) return fmt::format("{}", fmt::join(words, ", "));
    return fmt::format("{} and {} more",
                       fmt::join(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(most), ", "),
                       words.size() - most);
}

Finding finding_of(Rule rule, std::string subject, std::string evidence) {
    Finding out;
    out.rule = rule;
    out.severity = words::row(rule).severity;
    out.title = title_of(rule, subject);
    out.subject = std::move(subject);
    out.evidence = prose(std::move(evidence));
    return out;
}

Finding* FindingList::add(Finding finding) {
    const auto [place, fresh] = index_.try_emplace({finding.rule, finding.subject}, findings_.size());
    if (!fresh) {
        ++counts_[place->second];
        return nullptr;
    }
    counts_.push_back(1);
    return &findings_.emplace_back(std::move(finding));
}

std::vector<Finding> FindingList::take() {
    for (std::size_t i = 0; i < findings_.size(); ++i)
        if (counts_[i] > 1) findings_[i].evidence += fmt::format(" ({} times)", counts_[i]);
    return std::move(findings_);
}

} // namespace ddll::findings
