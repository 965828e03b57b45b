#include "report/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "metrics/metric_table.h"
#include "report/format_number.h"
#include "report/time_text.h"
#include "stats/sketch.h"

namespace sonde {
namespace {

constexpr size_t kRejectsShown = 3;
constexpr size_t kFileErrorsShown = 3;

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string files_text(const ReadReport& read) {
  std::map<std::string, uint64_t> sources;
  for (const FileReport& file : read.files) {
    for (const auto& [source, documents] : file.sources) sources[source] += documents;
  }
  std::vector<std::string> parts;
  for (const auto& [source, documents] : sources) {
    parts.push_back(fmt::format("{} {}", source, format_count(documents)));
  }
  std::string text = read.files.size() == 1
                         ? read.files.front().path
                         : fmt::format("{} files", format_count(read.files.size()));
  if (!parts.empty()) text += fmt::format(" (records: {})", joined(parts, ", "));
  return text;
}

std::string period_text(const Analysis& analysis) {
  const ZoneClock clock(analysis.time_zone);
  if (!analysis.total.first_time || !analysis.total.last_time)
    return "the log has no times; time zone " + analysis.time_zone;
  return fmt::format("{} to {}, {}", clock.minute(*analysis.total.first_time),
                     clock.minute(*analysis.total.last_time), analysis.time_zone);
}

void add_left_out(std::vector<Fact>& facts, const Analysis& analysis) {
  if (analysis.excluded > 0) {
    facts.push_back(
        {"left out",
         {fmt::format("{} on purpose; the notes say which", format_count(analysis.excluded))}});
  }
  if (!analysis.other_levels.empty()) {
    facts.push_back({"not counted", {"of other levels: " + counts_text(analysis.other_levels)}});
  }
}

void add_not_understood(std::vector<Fact>& facts, const ReadReport& read) {
  if (read.rejected > 0) {
    Fact fact{"rejected",
              {fmt::format("{} not understood:",
                           read.rejected == 1 ? "1 record was"
                                              : format_count(read.rejected) + " records were")}};
    for (const Reject& reject : read.rejects) {
      if (fact.lines.size() > kRejectsShown) break;
      fact.lines.push_back(reject_text(read, reject));
    }
    if (read.rejected > kRejectsShown) {
      fact.lines.push_back(fmt::format("and {} more: --rejects FILE keeps them all",
                                       format_count(read.rejected - kRejectsShown)));
    }
    facts.push_back(std::move(fact));
  }
  Fact broken{"not read", {}};
  uint64_t errors = 0;
  for (const FileReport& file : read.files) {
    if (file.error.empty()) continue;
    if (++errors <= kFileErrorsShown) broken.lines.push_back(file.path + ": " + file.error);
  }
  if (errors > kFileErrorsShown) {
    broken.lines.push_back(
        fmt::format("and {} files more", format_count(errors - kFileErrorsShown)));
  }
  if (errors > 0) facts.push_back(std::move(broken));
}

std::string outcomes_text(const GroupSummary& total) {
  const std::pair<uint64_t, std::string_view> outcomes[] = {{total.ok, "ok"},
                                                            {total.error, "failed"},
                                                            {total.cancelled, "cancelled"},
                                                            {total.pending, "pending"},
                                                            {total.unknown, "not stated"}};
  std::vector<std::string> parts;
  for (const auto& [count, word] : outcomes) {
    if (count > 0) parts.push_back(fmt::format("{} {}", format_count(count), word));
  }
  return parts.empty() ? "none" : joined(parts, ", ");
}

// "1.83 s (0.9 s to 2 s)"
std::string with_interval(double micros, const Interval& interval) {
  return fmt::format("{} ({})", format_micros(micros), format_micros_interval(interval));
}

std::vector<std::string> distribution_lines(const Distribution& times, uint64_t records) {
  std::vector<std::string> lines = {
      fmt::format("p50 {}, p95 {}", with_interval(times.p50, times.p50_interval),
                  with_interval(times.p95, times.p95_interval)),
      fmt::format("mean {}, p99 {}, longest {}", format_micros(times.mean),
                  times.p99_enough ? format_micros(times.p99) : "too few",
                  format_micros(times.max))};
  if (times.count < records) {
    lines.back() +=
        fmt::format("; known for {} of {}", format_count(times.count), format_count(records));
  }
  return lines;
}

std::string tokens_text(const GroupSummary& total) {
  const auto text = [](const std::optional<uint64_t>& tokens) {
    return tokens ? format_count(*tokens) : std::string(kUnknown);
  };
  std::string line =
      fmt::format("{} in, {} out", text(total.input_tokens), text(total.output_tokens));
  if (total.tokens_known < total.count) {
    line += fmt::format("; both known for {} of {}", format_count(total.tokens_known),
                        format_count(total.count));
  }
  return line;
}

bool is_exact(const GroupSummary& group) {
  return (!group.latency || group.latency->exact) && (!group.ttft || group.ttft->exact);
}

bool all_exact(const Analysis& analysis) {
  if (!is_exact(analysis.total) ||
      !std::all_of(analysis.by_model.begin(), analysis.by_model.end(), is_exact)) {
    return false;
  }
  return std::all_of(analysis.sections.begin(), analysis.sections.end(),
                     [](const Section& section) {
                       return std::all_of(section.groups.begin(), section.groups.end(), is_exact);
                     });
}

}  // namespace

std::vector<Fact> scope_facts(const Analysis& analysis, const ReadReport& read) {
  std::vector<Fact> facts;
  facts.push_back({"counted",
                   {fmt::format("{} {}", format_count(analysis.total.count),
                                level_noun(analysis.level, analysis.total.count))}});
  facts.push_back({"success", {analysis.success}});
  facts.push_back({"times", {period_text(analysis)}});
  if (!analysis.filters.empty()) {
    facts.push_back({"filters",
                     {fmt::format("{} ({} filtered out)", joined(analysis.filters, " and "),
                                  format_count(analysis.filtered_out))}});
  }
  add_left_out(facts, analysis);
  for (Fact& fact : read_facts(read)) facts.push_back(std::move(fact));
  return facts;
}

std::vector<Fact> read_facts(const ReadReport& read) {
  std::vector<Fact> facts = {{"read", {files_text(read)}}};
  add_not_understood(facts, read);
  return facts;
}

std::vector<Fact> total_facts(const Analysis& analysis) {
  const GroupSummary& total = analysis.total;
  std::vector<Fact> facts;
  facts.push_back({"outcomes", {outcomes_text(total)}});
  facts.push_back({"success",
                   {total.success_rate ? format_rate(*total.success_rate, total.success_interval)
                                       : std::string(kUnknown)}});
  if (!total.errors.empty()) facts.push_back({"errors", {counts_text(total.errors)}});
  if (total.latency) {
    facts.push_back({"response time", distribution_lines(*total.latency, total.count)});
  }
  if (total.ttft) facts.push_back({"first token", distribution_lines(*total.ttft, total.count)});
  if (total.input_tokens || total.output_tokens) facts.push_back({"tokens", {tokens_text(total)}});
  if (!total.costs.empty()) facts.push_back({"cost", {cost_text(total)}});
  if (!total.models.empty()) facts.push_back({"models", {counts_text(total.models)}});
  return facts;
}

std::vector<Fact> definition_facts(std::span<const GroupColumn* const> columns, Level level) {
  std::vector<Fact> facts;
  for (const Metric& metric : metrics()) {
    for (const GroupColumn* column : columns) {
      if (column->metric != metric.name) continue;
      std::string text(metric.formula);
      if (!metric.excludes.empty()) text.append("; leaves out ").append(metric.excludes);
      facts.push_back({column_heading(*column, level), {std::move(text)}});
    }
  }
  return facts;
}

std::vector<std::string> note_lines(const Analysis& analysis, const ReadReport& read) {
  std::vector<std::string> lines;
  if (analysis.total.latency) {
    lines.push_back(all_exact(analysis)
                        ? "percentiles are exact"
                        : fmt::format("percentiles are within {:.1f} %, and exact for small groups",
                                      Sketch::kRelativeErrorMax * 100));
  }
  if (analysis.total.success_rate) {
    lines.push_back(fmt::format("intervals hold the true value in {:.0f} of 100 cases{}{}",
                                kConfidence * 100, analysis.clusters.empty() ? "" : "; ",
                                analysis.clusters));
  }
  for (std::string& line : read_notes(read)) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> read_notes(const ReadReport& read) {
  std::vector<std::string> lines;
  for (const FileReport& file : read.files) {
    if (!file.unit_note.empty()) lines.push_back(file.path + ": " + file.unit_note);
  }
  for (const auto& [sentence, note] : read.notes) {
    const bool has_file = note.first.file < read.files.size();
    lines.push_back(fmt::format("{} ({} times{}{})", sentence, format_count(note.count),
                                has_file ? ", first in " : "",
                                has_file ? read.files[note.first.file].path : ""));
  }
  return lines;
}

std::string reject_text(const ReadReport& read, const Reject& reject) {
  const bool has_file = reject.file < read.files.size();
  return fmt::format("{}:{}: {}", has_file ? read.files[reject.file].path : "?", reject.line,
                     reject.reason);
}

std::string section_title(const std::vector<std::string>& by) {
  return fmt::format("by {}", fmt::join(by, " and "));
}

}  // namespace sonde
