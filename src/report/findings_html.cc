#include <fmt/format.h>

#include <algorithm>

#include "report/charts.h"
#include "report/finding_formats.h"
#include "report/finding_text.h"
#include "report/format_number.h"
#include "report/html_page.h"
#include "report/html_text.h"

namespace sonde {
namespace {

constexpr size_t kPromptsShown = 100;
constexpr size_t kFindingsShown = 200;

std::string patch_html(const Patch& patch) {
  std::string out = "<pre>";
  for (const std::string& line : patch_lines(patch)) {
    const bool is_header = line.starts_with("---") || line.starts_with("+++");
    const bool is_change = patch.kind == Patch::Kind::Diff && !is_header;
    const std::string_view style = is_change && line.starts_with('+')   ? "ins"
                                   : is_change && line.starts_with('-') ? "del"
                                                                        : "span";
    out += fmt::format("<{0}>{1}</{0}>\n", style, html_text(line));
  }
  return out + "</pre>";
}

std::string finding_card(size_t number, const Finding& finding) {
  std::string body = html_fact_list(finding_facts(finding));
  if (finding.effect.failures_total > 0) {
    body = share_bar(static_cast<double>(finding.effect.failures_explained) /
                     static_cast<double>(finding.effect.failures_total)) +
           body;
  }
  if (!finding.patch.text.empty()) {
    body += "<h3>What to change</h3>" + patch_html(finding.patch);
  }
  return html_card(fmt::format("{}. {}", number, finding_title(finding)), body, "wide");
}

std::string prompts_card(const OptimizeResult& result) {
  std::vector<std::string> rows;
  for (const FailedPrompt& prompt : result.prompts) {
    rows.push_back(fmt::format(
        "<tr><td class=\"number\">{}</td><td class=\"prompt\">{}</td><td class=\"list\">{}</td><td "
        "class=\"list\">{}{}</td></tr>",
        format_count(prompt.count),
        html_text(prompt.prompt.empty() ? std::string(kUnknown) : prompt.prompt),
        html_text(where_text(prompt.where)), html_text(cause_text(prompt)),
        prompt.silent ? " (silent)" : ""));
  }
  return html_card("Failed prompts",
                   html_folded_table("Every prompt that failed, most often first",
                                     "<th scope=\"col\" class=\"number\">times</th>"
                                     "<th scope=\"col\">prompt</th><th scope=\"col\">where</th>"
                                     "<th scope=\"col\">cause</th>",
                                     rows, kPromptsShown),
                   "wide");
}

}  // namespace

std::string html_findings_body(const OptimizeResult& result, const OptimizeScope& scope,
                               const ReadReport& read) {
  std::string out = html_fact_list(optimize_facts(result, scope, read));
  if (result.findings.empty()) {
    out += html_card("No findings", "<p>No check found a fault.</p>", "wide");
  }
  const size_t shown = std::min(result.findings.size(), kFindingsShown);
  for (size_t i = 0; i < shown; ++i) out += finding_card(i + 1, result.findings[i]);
  if (shown < result.findings.size()) {
    out += fmt::format("<p class=\"muted\">and {} findings more, all of them in --format json</p>",
                       format_count(result.findings.size() - shown));
  }
  for (size_t i = 0; i < result.associations.size(); ++i) {
    out += finding_card(result.findings.size() + i + 1, result.associations[i]);
  }
  const std::vector<std::string> undecided = undecided_lines(result);
  if (!undecided.empty()) out += html_card("Not enough data yet", html_list(undecided), "wide");
  if (!result.prompts.empty()) out += prompts_card(result);
  const std::vector<std::string> idle = idle_check_lines(result);
  if (!idle.empty()) {
    out += html_card("Checks that the log does not allow", html_list(idle), "wide");
  }
  const std::vector<std::string> notes = optimize_notes(result, read);
  if (!notes.empty()) out += html_card("Notes", html_list(notes), "wide");
  return out;
}

std::string findings_html(const OptimizeResult& result, const OptimizeScope& scope,
                          const ReadReport& read) {
  return html_page_start("What to change") + html_findings_body(result, scope, read) +
         html_page_end();
}

}  // namespace sonde
