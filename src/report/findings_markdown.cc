#include <fmt/format.h>

#include <algorithm>

#include "report/finding_formats.h"
#include "report/finding_text.h"
#include "report/format_number.h"
#include "report/markdown_text.h"

namespace sonde {
namespace {

void append_finding(size_t number, const Finding& finding, std::string& out) {
  out += fmt::format("\n### {}. {}\n\n{}", number, markdown_text(finding_title(finding)),
                     markdown_facts(finding_facts(finding)));
  if (finding.patch.text.empty()) return;
  const bool is_diff = finding.patch.kind == Patch::Kind::Diff;
  out += "\n" + markdown_code(is_diff ? "diff" : "text", patch_lines(finding.patch));
}

void append_prompts(const OptimizeResult& result, size_t limit, std::string& out) {
  out += "\n## Failed prompts\n\n";
  out += markdown_row({"times", "prompt", "where", "cause"});
  out += markdown_row({"---:", "---", "---", "---"});
  const size_t shown = limit == 0 ? result.prompts.size() : std::min(limit, result.prompts.size());
  for (size_t i = 0; i < shown; ++i) {
    const FailedPrompt& prompt = result.prompts[i];
    out +=
        markdown_row({format_count(prompt.count), markdown_text(prompt.prompt),
                      markdown_text(where_text(prompt.where)), markdown_text(cause_text(prompt))});
  }
  if (shown < result.prompts.size()) {
    out += fmt::format("\nand {} more: `--limit 0` shows all\n",
                       format_count(result.prompts.size() - shown));
  }
}

void append_list(std::string_view title, const std::vector<std::string>& lines, std::string& out) {
  if (lines.empty()) return;
  out += fmt::format("\n## {}\n\n", title);
  for (const std::string& line : lines) out += fmt::format("- {}\n", markdown_text(line));
}

}  // namespace

std::string findings_markdown(const OptimizeResult& result, const OptimizeScope& scope,
                              const ReadReport& read, const RenderOptions& options) {
  std::string out = "# What to change\n\n" + markdown_facts(optimize_facts(result, scope, read));
  out += "\n## Findings\n";
  if (result.findings.empty()) out += "\nNone.\n";
  for (size_t i = 0; i < result.findings.size(); ++i) {
    append_finding(i + 1, result.findings[i], out);
  }
  if (!result.associations.empty()) out += "\n## Associations\n";
  for (size_t i = 0; i < result.associations.size(); ++i) {
    append_finding(result.findings.size() + i + 1, result.associations[i], out);
  }
  append_list("Not enough data yet", undecided_lines(result), out);
  if (!result.prompts.empty()) append_prompts(result, options.groups_shown, out);
  append_list("Checks that the log does not allow", idle_check_lines(result), out);
  append_list("Notes", optimize_notes(result, read), out);
  return out;
}

}  // namespace sonde
