#include <fmt/format.h>

#include <algorithm>

#include "report/finding_formats.h"
#include "report/finding_text.h"
#include "report/format_number.h"
#include "report/prose.h"
#include "report/text_width.h"

namespace sonde {
namespace {

constexpr size_t kPromptWidthMin = 16;
constexpr size_t kCauseWidthMin = 16;
constexpr size_t kPromptWidthMax = 60;
constexpr size_t kLinesMax = 3;

Tone tone_of(const Patch& patch, const std::string& line) {
  if (patch.kind != Patch::Kind::Diff) return Tone::Good;
  if (line.starts_with("---") || line.starts_with("+++") || line.starts_with("@@")) {
    return Tone::Dim;
  }
  return line.starts_with('+') ? Tone::Good : line.starts_with('-') ? Tone::Bad : Tone::Plain;
}

void write_finding(Prose& prose, size_t number, const Finding& finding) {
  prose.heading(fmt::format("{}. {}", number, finding_title(finding)));
  std::vector<Fact> facts = finding_facts(finding);
  const bool is_diff = finding.patch.kind == Patch::Kind::Diff;
  if (!finding.patch.text.empty()) {
    facts.push_back({"change", {is_diff ? "the prompt, as follows" : finding.patch.text}});
  }
  prose.facts(facts);
  if (!is_diff) return;
  for (const std::string& line : patch_lines(finding.patch)) {
    // A diff must not be wrapped: it is there to be applied.
    prose.append("    " + toned(sanitize_line(line), tone_of(finding.patch, line), prose.color()) +
                 "\n");
  }
}

void write_prompts(Prose& prose, const OptimizeResult& result, const RenderOptions& options) {
  prose.heading("Failed prompts");
  const std::vector<LayoutColumn> columns = {
      {"times", Align::Right, Keep::Always, 0, 1},
      {"prompt", Align::Left, Keep::Always, kPromptWidthMin, kLinesMax},
      {"where", Align::Left, Keep::Fourth, kPromptWidthMin, kLinesMax},
      {"cause", Align::Left, Keep::Always, kCauseWidthMin, kLinesMax}};
  const size_t shown = options.groups_shown == 0
                           ? result.prompts.size()
                           : std::min(options.groups_shown, result.prompts.size());
  std::vector<std::vector<Cell>> rows;
  for (size_t i = 0; i < shown; ++i) {
    const FailedPrompt& prompt = result.prompts[i];
    Where where = prompt.where;
    where.prompt_template.clear();  // Beside the prompt it says little.
    rows.push_back(
        {{format_count(prompt.count)},
         {fit_width(sanitize_line(prompt.prompt.empty() ? std::string(kUnknown) : prompt.prompt),
                    kPromptWidthMax)},
         {sanitize_line(where_text(where))},
         {sanitize_line(cause_text(prompt) + (prompt.silent ? " (silent)" : "")),
          prompt.cause == nullptr ? Tone::Dim : Tone::Plain}});
  }
  prose.append(lay_out(columns, rows, prose.width(), prose.color()).text);
  if (shown < result.prompts.size()) {
    prose.paragraph("",
                    fmt::format("and {} more: --limit 0 shows all",
                                format_count(result.prompts.size() - shown)),
                    Tone::Dim);
  }
}

}  // namespace

std::string findings_table(const OptimizeResult& result, const OptimizeScope& scope,
                           const ReadReport& read, const RenderOptions& options) {
  Prose prose(options);
  prose.facts(optimize_facts(result, scope, read));
  if (result.records == 0) {
    prose.append("\nThere is nothing to report: nothing was counted.\n");
  } else if (result.not_counted == result.records) {
    prose.append("\nThe log states no outcome, so there is no failure to look into.\n");
  } else if (result.failed + result.silent_failures == 0) {
    prose.append("\nNothing failed, so nothing needs to change.\n");
  }
  const size_t shown = options.groups_shown == 0
                           ? result.findings.size()
                           : std::min(options.groups_shown, result.findings.size());
  for (size_t i = 0; i < shown; ++i) write_finding(prose, i + 1, result.findings[i]);
  if (shown < result.findings.size()) {
    prose.append("\n");
    prose.paragraph("",
                    fmt::format("and {} findings more: --limit 0 shows all",
                                format_count(result.findings.size() - shown)),
                    Tone::Dim);
  }
  for (size_t i = 0; i < result.associations.size(); ++i) {
    write_finding(prose, result.findings.size() + i + 1, result.associations[i]);
  }
  if (!result.prompts.empty()) write_prompts(prose, result, options);
  const std::vector<std::string> undecided = undecided_lines(result);
  if (!undecided.empty()) prose.heading("Not enough data yet");
  for (const std::string& line : undecided) prose.paragraph("- ", line, Tone::Dim);
  const std::vector<std::string> idle = idle_check_lines(result);
  if (!idle.empty()) prose.heading("Checks that the log does not allow");
  for (const std::string& line : idle) prose.paragraph("- ", line, Tone::Dim);
  const std::vector<std::string> notes = optimize_notes(result, read);
  if (!notes.empty()) prose.heading("Notes");
  for (const std::string& note : notes) prose.paragraph("- ", note, Tone::Dim);
  return prose.take();
}

}  // namespace sonde
