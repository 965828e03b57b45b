#include "ingest/retention.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "base/time.h"
#include "ingest/removal.h"

namespace sonde {
namespace {

using Reason = RetentionStep::Reason;

constexpr int64_t kSecondsPerDay = 86'400;

// The second `days` before now; 0, before which nothing is filed, for 0 days.
uint32_t seconds_before(int64_t now, int64_t days) {
  if (days == 0) return 0;
  const int64_t second = now / kMicrosPerSecond - days * kSecondsPerDay;
  return static_cast<uint32_t>(
      std::clamp<int64_t>(second, 0, std::numeric_limits<uint32_t>::max()));
}

uint32_t month_of(int64_t micros) {
  const std::time_t second = micros / kMicrosPerSecond;
  std::tm parts{};
  ::gmtime_r(&second, &parts);
  return static_cast<uint32_t>((parts.tm_year + 1900) * 100 + parts.tm_mon + 1);
}

uint64_t sum_bytes(const std::vector<StoredMonth>& months) {
  uint64_t sum = 0;
  for (const StoredMonth& month : months) sum += month.bytes;
  return sum;
}

// Those filed from `from` on: the others went, or would have, with an earlier step.
Result<uint64_t> count_spans(Store& store, const RetentionStep& step, uint32_t from) {
  const std::string count = TRY(store.query(
      {fmt::format(
           "SELECT count() FROM spans FINAL WHERE project_id = {{project:String}} AND "
           "filed_at >= toDateTime({{from:UInt32}}, 'UTC') AND filed_at < "
           "toDateTime({{before:UInt32}}, 'UTC'){}",
           step.kind == RemovalKind::Content ? fmt::format(" AND ({})", content_condition()) : ""),
       {{"project", step.project},
        {"from", std::to_string(from)},
        {"before", std::to_string(step.before)}},
       "TSV"}));
  uint64_t spans = 0;
  std::from_chars(count.data(), count.data() + count.size(), spans);
  return spans;
}

class Retainer {
 public:
  Retainer(History& history, const Settings& settings, const RetentionRequest& request)
      : history_(history), settings_(settings), request_(request) {}

  Result<RetentionReport> run() {
    if (!settings_.store_url.empty()) {
      const std::vector<std::string> imported = TRY(history_.catalog().projects());
      counted_here_.emplace(imported.begin(), imported.end());
    }
    months_ = TRY(read_months(history_.store()));
    std::set<std::string> projects;
    for (const StoredMonth& month : months_) {
      if (is_meant(month.project)) projects.insert(month.project);
    }
    for (const std::string& project : projects) {
      const Retention rule = settings_.retention_of(project);
      const uint32_t spans_before = seconds_before(request_.now, rule.retention_days);
      TRY(take({project, RemovalKind::Expire, Reason::Age, spans_before}));
      const uint32_t texts_before = seconds_before(request_.now, rule.content_days);
      // Those of spans that go as well are not counted apart.
      if (texts_before > spans_before)
        TRY(take({project, RemovalKind::Content, Reason::Age, texts_before}));
    }
    for (const std::string& project : projects) {
      TRY(keep_budget(settings_.retention_of(project).history_bytes_max, project));
    }
    TRY(keep_budget(settings_.history_bytes_max, ""));
    report_.bytes = sum_bytes(months_);
    return std::move(report_);
  }

 private:
  bool is_meant(const std::string& project) const {
    if (counted_here_ && !counted_here_->contains(project)) return false;
    return request_.project.empty() || request_.project == project;
  }

  // The months of the project that end before the step's time.
  static bool is_whole(const RetentionStep& step, const StoredMonth& month) {
    return month.project == step.project && month.last < step.before;
  }

  Result<> take(RetentionStep step) {
    const bool concerns = std::ranges::any_of(months_, [&](const StoredMonth& month) {
      return month.project == step.project && month.first < step.before;
    });
    if (!concerns) return {};
    step.spans = TRY(count_spans(history_.store(), step, gone_[step.project]));
    if (step.spans == 0) return {};
    const uint64_t bytes = sum_bytes(months_);
    if (step.kind == RemovalKind::Expire) {
      gone_[step.project] = step.before;
      const auto is_gone = [&](const StoredMonth& month) { return is_whole(step, month); };
      step.months = static_cast<uint64_t>(std::ranges::count_if(months_, is_gone));
      std::erase_if(months_, is_gone);
    }
    if (!request_.is_dry_run) {
      TRY(carry_out_removal(
          history_,
          {.project = step.project, .kind = step.kind, .before = step.before, .spans = step.spans},
          request_.now));
      months_ = TRY(read_months(history_.store()));
    }
    step.bytes = bytes - std::min(bytes, sum_bytes(months_));
    report_.steps.push_back(std::move(step));
    return {};
  }

  // `project` empty: of all. The current month, and what is filed after it, stays.
  Result<> keep_budget(int64_t bytes_max, const std::string& project) {
    if (bytes_max == 0) return {};
    const auto counts = [&](const StoredMonth& month) {
      return project.empty() || month.project == project;
    };
    uint64_t bytes = 0;
    for (const StoredMonth& month : months_) bytes += counts(month) ? month.bytes : 0;
    std::map<std::string, uint32_t> before;
    for (const StoredMonth& month : months_) {  // The oldest first.
      if (bytes <= static_cast<uint64_t>(bytes_max)) break;
      if (!counts(month) || !is_meant(month.project)) continue;
      if (month.month >= month_of(request_.now)) continue;
      before[month.project] = month.last + 1;
      bytes -= month.bytes;
    }
    if (bytes > static_cast<uint64_t>(bytes_max)) report_.over_budget.push_back(project);
    for (const auto& [name, second] : before)
      TRY(take({name, RemovalKind::Expire, Reason::Budget, second}));
    return {};
  }

  History& history_;
  const Settings& settings_;
  const RetentionRequest& request_;
  std::optional<std::set<std::string>> counted_here_;  // On a server; elsewhere all are.
  std::vector<StoredMonth> months_;
  std::map<std::string, uint32_t> gone_;  // By project: what is filed before it.
  RetentionReport report_;
};

}  // namespace

Result<RetentionReport> apply_retention(History& history, const Settings& settings,
                                        const RetentionRequest& request) {
  return Retainer(history, settings, request).run();
}

}  // namespace sonde
