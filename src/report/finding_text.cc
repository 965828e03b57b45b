#include "report/finding_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "report/association_text.h"
#include "report/format_number.h"
#include "report/group_columns.h"

namespace sonde {
namespace {

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string with_subject(std::string_view title, const std::string& subject) {
  return subject.empty() ? std::string(title) : fmt::format("{}: {}", title, subject);
}

std::vector<std::string> frequency_lines(const Finding& finding) {
  const Effect& effect = finding.effect;
  std::string first =
      fmt::format("explains {} of {} failures", format_count(effect.failures_explained),
                  format_count(effect.failures_total));
  if (finding.support != effect.failures_explained) {
    first += fmt::format("; seen in {}", format_count(finding.support));
  }
  if (finding.silent > 0) {
    first += fmt::format("; the log calls {} of them a success", format_count(finding.silent));
  }
  std::vector<std::string> lines = {std::move(first)};
  if (effect.group_calls && effect.group_failures && *effect.group_calls > 0) {
    std::string second =
        fmt::format("{} of {} calls there fail", format_count(*effect.group_failures),
                    format_count(*effect.group_calls));
    if (effect.group_failure_rate) {
      const double rate =
          static_cast<double>(*effect.group_failures) / static_cast<double>(*effect.group_calls);
      second += ": " + format_rate(rate, *effect.group_failure_rate);
    }
    lines.push_back(std::move(second));
  }
  return lines;
}

}  // namespace

std::string finding_title(const Finding& finding) {
  return fmt::format("{} ({})", with_subject(finding.check->title, finding.subject),
                     to_string(finding.check->kind));
}

std::string where_text(const Where& where) {
  const std::pair<std::string_view, const std::string&> members[] = {
      {"app", where.app},
      {"node", where.node},
      {"category", where.category},
      {"model", where.model},
      {"prompt", where.prompt_template}};
  std::vector<std::string> parts;
  for (const auto& [name, value] : members) {
    if (!value.empty()) parts.push_back(fmt::format("{} {}", name, value));
  }
  return parts.empty() ? "anywhere in the log" : joined(parts, ", ");
}

// A few of the ids: enough to look with `sonde show`; JSON and CSV have all that were kept.
std::string ids_text(const Finding& finding) {
  constexpr size_t kShown = 5;
  const auto& ids = finding.evidence_ids;
  if (ids.size() <= kShown) return joined(ids, ", ");
  return joined({ids.begin(), ids.begin() + kShown}, ", ") +
         fmt::format(" and {} more", finding.support - kShown);
}

std::vector<Fact> finding_facts(const Finding& finding) {
  std::vector<Fact> facts = {{"where", {where_text(finding.where)}}};
  if (finding.association) {
    facts.push_back({"seen", {finding.evidence}});
    std::ranges::move(association_facts(finding), std::back_inserter(facts));
    facts.push_back({"how often", {format_count(finding.support) + " calls show it"}});
  } else {
    facts.push_back({"how often", frequency_lines(finding)});
    facts.push_back({"seen", {finding.evidence}});
  }
  if (!finding.evidence_ids.empty()) {
    facts.push_back({"evidence", {ids_text(finding)}});
  }
  const Precision& precision = finding.check->precision;
  if (precision.flagged > 0) {
    facts.push_back({"precision",
                     {fmt::format("right in {} of the {} examples it flags", precision.right,
                                  precision.flagged)}});
  }
  return facts;
}

std::vector<std::string> undecided_lines(const OptimizeResult& result) {
  std::vector<std::string> lines;
  for (const Finding& finding : result.undecided) lines.push_back(undecided_text(finding));
  return lines;
}

std::vector<std::string> patch_lines(const Patch& patch) {
  std::vector<std::string> lines;
  std::string_view rest = patch.text;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

std::string cause_text(const FailedPrompt& prompt) {
  if (prompt.cause == nullptr) return prompt.sentence;
  return with_subject(prompt.cause->title, prompt.subject);
}

std::vector<Fact> optimize_facts(const OptimizeResult& result, const OptimizeScope& scope,
                                 const ReadReport& read) {
  std::vector<Fact> facts;
  facts.push_back({"counted",
                   {fmt::format("{} {}: {} succeeded, {} failed", format_count(result.records),
                                level_noun(scope.level, result.records),
                                format_count(result.succeeded), format_count(result.failed))}});
  if (result.silent_failures > 0) {
    facts.back().lines.push_back(
        fmt::format("{} that the log calls a success are unusable (silent failures)",
                    format_count(result.silent_failures)));
  }
  if (result.not_counted > 0) {
    facts.back().lines.push_back(
        fmt::format("{} are cancelled, pending or not stated", format_count(result.not_counted)));
  }
  if (result.unexplained > 0) {
    facts.back().lines.push_back(
        fmt::format("{} failures have no visible cause", format_count(result.unexplained)));
  }
  facts.push_back({"success", {scope.success}});
  facts.push_back({"time zone", {scope.time_zone}});
  if (!scope.filters.empty()) facts.push_back({"filters", {joined(scope.filters, " and ")}});
  if (read.excluded > 0) {
    facts.push_back(
        {"left out",
         {fmt::format("{} on purpose; the notes say which", format_count(read.excluded))}});
  }
  for (Fact& fact : read_facts(read)) facts.push_back(std::move(fact));
  facts.push_back({"checks", {result.applicability}});
  if (result.association_tests > 0) {
    facts.back().lines.push_back(
        fmt::format("association tests: {}; p is adjusted for their number",
                    format_count(result.association_tests)));
  }
  return facts;
}

std::vector<std::string> idle_check_lines(const OptimizeResult& result) {
  std::vector<std::string> lines;
  for (const CheckStatus& status : result.checks) {
    if (status.applies || status.check->kind == FindingKind::Association) continue;
    lines.push_back(fmt::format("{}: needs {}", status.check->title, status.check->needs_words));
  }
  return lines;
}

std::vector<std::string> optimize_notes(const OptimizeResult& result, const ReadReport& read) {
  std::vector<std::string> notes = result.notes;
  for (std::string& note : read_notes(read)) notes.push_back(std::move(note));
  return notes;
}

}  // namespace sonde
