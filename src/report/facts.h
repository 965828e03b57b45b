// What every report says around its tables: what was counted and what was not, the totals, and how
// each figure is defined. Plain text, not neutralised; each format prints it its own way.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/group_columns.h"
#include "report/report.h"

namespace sonde {

struct Fact {
  std::string label;
  std::vector<std::string> lines;
};

// What is counted, what success means, time zone, files; then filters, what was left out and what
// was not understood, where there is any, with the first rejects as file:line: reason.
std::vector<Fact> scope_facts(const Analysis& analysis, const ReadReport& read);

// The last part of these: files, and what of them was not understood.
std::vector<Fact> read_facts(const ReadReport& read);

// Outcomes, success rate, errors, response times with their intervals, tokens, cost, models.
std::vector<Fact> total_facts(const Analysis& analysis);

// "success: ok / (ok + error) ...; without cancelled, ..." for each column shown.
std::vector<Fact> definition_facts(std::span<const GroupColumn* const> columns, Level level);

// How exact percentiles and intervals are, and what the readers have to say.
std::vector<std::string> note_lines(const Analysis& analysis, const ReadReport& read);

// The readers' part of these.
std::vector<std::string> read_notes(const ReadReport& read);

// "logs.json:12: reason"
std::string reject_text(const ReadReport& read, const Reject& reject);

// "by app and model"
std::string section_title(const std::vector<std::string>& by);

}  // namespace sonde
