// Lets spans and their texts go when their time is over, or the disk budget is: `sonde retention`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/settings.h"
#include "ingest/history.h"

namespace sonde {

// What went, or would go, of one project.
struct RetentionStep {
  enum class Reason : uint8_t { Age, Budget };
  std::string project;
  RemovalKind kind = RemovalKind::Expire;  // Expire or Content.
  Reason reason = Reason::Age;
  uint32_t before = 0;  // Spans filed earlier, seconds since the epoch.
  uint64_t spans = 0;
  uint64_t months = 0;  // Of Expire: those dropped as a whole.
  uint64_t bytes = 0;   // On disk; of a dry run, those of the whole months.
};

struct RetentionReport {
  std::vector<RetentionStep> steps;  // In the order in which they are taken.
  uint64_t bytes = 0;                // That the spans take on disk afterwards.
  // What is left and over a budget: the current month is never dropped. A project, or "" for all.
  std::vector<std::string> over_budget;
};

struct RetentionRequest {
  int64_t now = 0;      // Microseconds since the epoch.
  std::string project;  // Only this one; empty is all.
  bool is_dry_run = false;
};

// By `settings` (retention_of() and history_bytes_max): first what is too old, then texts that are,
// then the oldest months while a budget is exceeded. Where a span is filed decides (FiledSpan):
// its first known start, whatever was said later. Counted in the ledger; interrupted, a step is
// finished when the history is opened next. Without a setting nothing goes. On a server only
// projects go that were imported from this data folder, whose ledger counts them.
Result<RetentionReport> apply_retention(History& history, const Settings& settings,
                                        const RetentionRequest& request);

}  // namespace sonde
