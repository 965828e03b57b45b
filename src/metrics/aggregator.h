// Spans in, figures out, in one pass and bounded memory: the engine of `sonde analyze`.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/result.h"
#include "filter/filter.h"
#include "metrics/analysis.h"
#include "metrics/charts.h"
#include "metrics/dimension.h"
#include "metrics/group.h"
#include "metrics/success.h"

namespace sonde {

struct AggregatorOptions {
  Level level = Level::Call;
  // Empty: by what suits each source (category; app and node; service and span; model).
  std::vector<Dimension> by;
  std::optional<Filter> where;
  SuccessRule success;
  const date::time_zone* zone = nullptr;
  size_t groups_max = 10'000;
  size_t exact_values_max = 4'096;
  bool charts = false;
  // Set: the groups with at least so many records share the risk of their intervals (Bonferroni),
  // so that all of these hold together in 95 of 100 cases. Each group is a chance to stand out by
  // luck.
  std::optional<uint64_t> shared_risk_count_min;
};

// A string-keyed hash map that looks up views.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return hash_value(text); }
  static size_t hash_value(std::string_view text);
};
template <class Value>
using TextMap = boost::unordered_flat_map<std::string, Value, TextHash, std::equal_to<>>;

// One a thread; merged at the end. `options` is shared, immutable and must outlive it.
class Aggregator {
 public:
  explicit Aggregator(const AggregatorOptions& options);

  // The fields that the options need of every span.
  static FieldSet fields(const AggregatorOptions& options);

  void add(const Span& span);
  void merge(Aggregator&& other);
  // The figures; the header's texts that the options do not hold are the caller's to fill in.
  Analysis finish();

 private:
  // Groups under one list of dimensions.
  struct Table {
    std::vector<const Dimension*> by;
    TextMap<uint32_t> index;  // Key, its parts parted by kKeySeparator -> groups.
    std::deque<Group> groups;
    std::optional<Group> other;                   // Beyond groups_max.
    boost::unordered_flat_set<uint64_t> dropped;  // Hashes of the keys in `other`.
  };
  // Where a turn stands in its session: by time, then by place in the log.
  using Place = std::tuple<int64_t, uint32_t, uint64_t, std::string>;
  struct SessionState {
    Span sum;
    Place first;  // Of the turn that gave `sum` its texts.
    Place first_failed;
    std::string error_class;  // Of the first failed turn.
    bool failed = false;
    bool any_ok = false;
    bool any_open = false;          // Cancelled or pending.
    bool mixed_currencies = false;  // Then the session's cost is not known.
  };

  Table& table_of(const Span& span);
  Group& group_of(Table& table, std::string_view key);
  void count(const Span& span, Outcome outcome);
  void add_to_session(const Span& span, Outcome outcome);
  static void add_amounts(const Span& from, SessionState& into);
  static void take_texts(const Span& from, Span& into);
  static void merge_session(SessionState& from, SessionState& into);
  static Place place_of(const Span& span);
  void finish_sessions();
  void merge_table(Table& from, Table& into);
  Section section_of(const Table& table) const;

  const AggregatorOptions& options_;
  std::vector<Dimension> default_dimensions_;
  std::vector<Table> tables_;
  Table by_model_;
  std::string key_;
  Charts charts_;
  TextMap<SessionState> sessions_;
  uint64_t without_session_ = 0;
  uint64_t filtered_out_ = 0;
  uint64_t level_counts_[4] = {};
};

}  // namespace sonde
