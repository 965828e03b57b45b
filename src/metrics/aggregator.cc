#include "metrics/aggregator.h"

#include <algorithm>

#include "base/hash.h"
#include "metrics/claims.h"

namespace sonde {
namespace {

// Parts of a key of two dimensions; no log holds it as text.
constexpr char kKeySeparator = '\x1f';

// Groups beyond groups-max are told apart up to this number, in 16 MB at most.
constexpr size_t kDroppedCountedMax = 1'000'000;

// What suits a source when --by does not say: rows are tried from the top.
struct DefaultGrouping {
  std::string_view source_prefix;
  std::vector<std::string_view> by;
};
const std::vector<DefaultGrouping>& default_groupings() {
  static const std::vector<DefaultGrouping> kGroupings = {
      {"workshop", {"category"}}, {"flat", {"category"}}, {"dify", {"app", "node"}},
      {"otlp", {"app", "node"}},  {"langfuse", {"node"}}, {"", {"model"}},
  };
  return kGroupings;
}

std::vector<std::string> split_key(std::string_view key, size_t parts) {
  std::vector<std::string> values;
  for (size_t at = 0; values.size() + 1 < parts;) {
    const size_t end = std::min(key.find(kKeySeparator, at), key.size());
    values.emplace_back(key.substr(at, end - at));
    at = std::min(end + 1, key.size());
    key.remove_prefix(at);
    at = 0;
  }
  values.emplace_back(key);
  return values;
}

template <class Sum>
void add_known(std::optional<Sum>& into, const std::optional<Sum>& value) {
  if (value) into = into.value_or(0) + *value;
}

}  // namespace

size_t TextHash::hash_value(std::string_view text) { return hash_bytes(text); }

Aggregator::Aggregator(const AggregatorOptions& options) : options_(options) {
  const auto dimension = [&](std::string_view name) {
    Result<Dimension> parsed = Dimension::parse(name, options_.zone);
    CHECK(parsed.has_value());
    return *parsed;
  };
  default_dimensions_.reserve(16);  // Tables point into it.
  if (!options_.by.empty()) {
    Table table;
    for (const Dimension& d : options_.by) table.by.push_back(&d);
    tables_.push_back(std::move(table));
  } else {
    for (const DefaultGrouping& grouping : default_groupings()) {
      Table table;
      for (const std::string_view name : grouping.by) {
        default_dimensions_.push_back(dimension(name));
        table.by.push_back(&default_dimensions_.back());
      }
      tables_.push_back(std::move(table));
    }
  }
  default_dimensions_.push_back(dimension("model"));
  by_model_.by.push_back(&default_dimensions_.back());
}

FieldSet Aggregator::fields(const AggregatorOptions& options) {
  FieldSet fields{Field::Status,      Field::ErrorClass,   Field::Duration, Field::TimeToFirstToken,
                  Field::InputTokens, Field::OutputTokens, Field::Cost,     Field::Currency,
                  Field::Model,       Field::SessionId,    Field::UserId,   Field::StartTime,
                  Field::Category,    Field::AppName,      Field::Name,     Field::Source};
  for (const Dimension& dimension : options.by) fields.add(dimension.fields());
  if (options.where) fields.add(options.where->fields());
  fields.add(options.success.fields());
  // What tells turns apart, and which of them came first.
  if (options.level == Level::Session) fields.add(FieldSet{Field::MessageId, Field::SpanId});
  return fields;
}

void Aggregator::add(const Span& span) {
  for (unsigned level = 0; level < 4; ++level) level_counts_[level] += (span.levels >> level) & 1U;
  if (options_.level == Level::Session) {
    // What a person waited for: messages, or runs where there are no messages.
    const bool is_turn = (span.levels & bit(Level::Message)) != 0 ||
                         ((span.levels & bit(Level::Run)) != 0 && span.message_id.empty());
    if (!is_turn) return;
  } else if ((span.levels & bit(options_.level)) == 0) {
    return;
  }
  if (options_.where && options_.where->evaluate(span) != Truth::True) {
    ++filtered_out_;
    return;
  }
  const Outcome outcome = options_.success.outcome(span);
  if (options_.level == Level::Session) {
    add_to_session(span, outcome);
  } else {
    count(span, outcome);
  }
}

void Aggregator::count(const Span& span, Outcome outcome) {
  const ClusterKeys clusters = cluster_keys_of(span);
  Table& table = table_of(span);
  key_.clear();
  for (size_t i = 0; i < table.by.size(); ++i) {
    if (i > 0) key_ += kKeySeparator;
    table.by[i]->append(span, key_);
  }
  group_of(table, key_).add(span, outcome, clusters);
  group_of(by_model_, span.model).add(span, outcome, clusters);
  if (options_.charts) charts_.add(span, outcome);
}

Aggregator::Table& Aggregator::table_of(const Span& span) {
  if (!options_.by.empty()) return tables_[0];
  const auto& groupings = default_groupings();
  size_t i = 0;
  while (!std::string_view(span.source).starts_with(groupings[i].source_prefix)) ++i;
  return tables_[i];
}

Group& Aggregator::group_of(Table& table, std::string_view key) {
  const auto found = table.index.find(key);
  if (found != table.index.end()) return table.groups[found->second];
  if (table.groups.size() == options_.groups_max) {
    if (!table.other) table.other.emplace(options_.exact_values_max);
    if (table.dropped.size() < kDroppedCountedMax) table.dropped.insert(hash_bytes(key));
    return *table.other;
  }
  table.index.emplace(std::string(key), static_cast<uint32_t>(table.groups.size()));
  return table.groups.emplace_back(options_.exact_values_max);
}

void Aggregator::add_to_session(const Span& span, Outcome outcome) {
  if (span.session_id.empty()) {
    ++without_session_;
    return;
  }
  auto at = sessions_.find(std::string_view(span.session_id));
  const bool is_new = at == sessions_.end();
  if (is_new) at = sessions_.emplace(span.session_id, SessionState{}).first;
  SessionState& state = at->second;
  state.any_ok |= outcome == Outcome::Ok;
  state.any_open |= outcome == Outcome::Cancelled || outcome == Outcome::Pending;
  add_amounts(span, state);
  Place place = place_of(span);
  if (outcome == Outcome::Failed && (!state.failed || place < state.first_failed)) {
    state.first_failed = place;
    state.error_class = span.error_class;
    state.failed = true;
  }
  if (is_new || place < state.first) {
    take_texts(span, state.sum);
    state.first = std::move(place);
  }
}

Aggregator::Place Aggregator::place_of(const Span& span) {
  return {span.start_time.value_or(INT64_MAX), span.location.file, span.location.byte,
          span.span_id};
}

void Aggregator::add_amounts(const Span& from, SessionState& into) {
  Span& sum = into.sum;
  add_known(sum.duration, from.duration);
  add_known(sum.input_tokens, from.input_tokens);
  add_known(sum.output_tokens, from.output_tokens);
  if (!from.cost) return;
  into.mixed_currencies |= sum.cost && sum.currency != from.currency;
  add_known(sum.cost, from.cost);
  sum.currency = from.currency;
}

void Aggregator::take_texts(const Span& from, Span& into) {
  for (const Column& c : span_columns()) {
    if (const auto* text = std::get_if<TextMember>(&c.member)) {
      if (c.field != Field::Currency) into.** text = from.**text;
    }
  }
  into.attributes = from.attributes;
  into.input_form = from.input_form;
  into.output_form = from.output_form;
  into.start_time = from.start_time;
  into.kind = from.kind;
}

void Aggregator::merge_session(SessionState& from, SessionState& into) {
  into.any_ok |= from.any_ok;
  into.any_open |= from.any_open;
  into.mixed_currencies |= from.mixed_currencies;
  add_amounts(from.sum, into);
  if (from.failed && (!into.failed || from.first_failed < into.first_failed)) {
    into.first_failed = std::move(from.first_failed);
    into.error_class = std::move(from.error_class);
    into.failed = true;
  }
  if (from.first < into.first) {
    take_texts(from.sum, into.sum);
    into.first = std::move(from.first);
  }
}

void Aggregator::finish_sessions() {
  std::vector<std::pair<std::string_view, SessionState*>> sorted;
  for (auto& [id, state] : sessions_) sorted.emplace_back(id, &state);
  std::sort(sorted.begin(), sorted.end());
  for (const auto& [id, state] : sorted) {
    state->sum.error_class = state->error_class;
    if (state->mixed_currencies) state->sum.cost.reset();
    count(state->sum, state->failed     ? Outcome::Failed
                      : state->any_open ? Outcome::Cancelled
                      : state->any_ok   ? Outcome::Ok
                                        : Outcome::Unknown);
  }
  sessions_.clear();
}

void Aggregator::merge_table(Table& from, Table& into) {
  std::vector<std::pair<std::string_view, uint32_t>> sorted;
  for (const auto& [key, at] : from.index) sorted.emplace_back(key, at);
  std::sort(sorted.begin(), sorted.end());
  for (const auto& [key, at] : sorted) group_of(into, key).merge(from.groups[at]);
  into.dropped.insert(from.dropped.begin(), from.dropped.end());
  if (from.other) {
    if (!into.other) into.other.emplace(options_.exact_values_max);
    into.other->merge(*from.other);
  }
}

void Aggregator::merge(Aggregator&& other) {
  for (size_t i = 0; i < tables_.size(); ++i) merge_table(other.tables_[i], tables_[i]);
  merge_table(other.by_model_, by_model_);
  charts_.merge(other.charts_);
  for (auto& [id, theirs] : other.sessions_) {
    const auto at = sessions_.find(std::string_view(id));
    if (at == sessions_.end()) {
      sessions_.emplace(id, std::move(theirs));
    } else {
      merge_session(theirs, at->second);
    }
  }
  without_session_ += other.without_session_;
  filtered_out_ += other.filtered_out_;
  for (size_t i = 0; i < std::size(level_counts_); ++i) level_counts_[i] += other.level_counts_[i];
}

Section Aggregator::section_of(const Table& table) const {
  Section section;
  for (const Dimension* d : table.by) section.by.push_back(d->name());
  if (options_.shared_risk_count_min) {
    const auto sharing = std::count_if(
        table.groups.begin(), table.groups.end(),
        [&](const Group& group) { return group.count() >= *options_.shared_risk_count_min; });
    section.confidence = 1 - (1 - kConfidence) / static_cast<double>(std::max<int64_t>(sharing, 1));
  }
  for (const auto& [key, at] : table.index) {
    section.groups.push_back(
        table.groups[at].summary(split_key(key, table.by.size()), section.confidence));
  }
  std::sort(section.groups.begin(), section.groups.end(),
            [](const GroupSummary& a, const GroupSummary& b) {
              return a.count != b.count ? a.count > b.count : a.key < b.key;
            });
  if (table.other) {
    std::vector<std::string> key(table.by.size());
    key[0] = "(other)";
    section.groups.push_back(table.other->summary(std::move(key), section.confidence));
    // A group that one thread kept and another could not is there, if not whole.
    section.groups_dropped = table.dropped.size();
    for (const auto& [name, at] : table.index) {
      section.groups_dropped -= table.dropped.contains(hash_bytes(name)) ? 1 : 0;
    }
  }
  return section;
}

Analysis Aggregator::finish() {
  if (options_.level == Level::Session) finish_sessions();
  Analysis analysis;
  analysis.level = options_.level;
  analysis.success = options_.success.to_string();
  analysis.time_zone = options_.zone->name();
  analysis.filtered_out = filtered_out_;
  constexpr Level kLevels[] = {Level::Call, Level::Node, Level::Message, Level::Run};
  for (const Level level : kLevels) {
    const uint64_t spans = level_counts_[static_cast<size_t>(level)];
    if (level != options_.level && spans > 0)
      analysis.other_levels.emplace_back(to_string(level), spans);
  }
  if (without_session_ > 0)
    analysis.other_levels.emplace_back("without a session", without_session_);

  Group total(options_.exact_values_max);
  bool has_models = false;
  for (const Table& table : tables_) {
    for (const Group& group : table.groups) total.merge(group);
    if (table.other) total.merge(*table.other);
    if (table.index.empty()) continue;
    Section section = section_of(table);
    // A log without categories says nothing by category: its models say more, once.
    const bool is_blank = options_.by.empty() && section.groups.size() == 1 &&
                          std::all_of(section.groups[0].key.begin(), section.groups[0].key.end(),
                                      [](const std::string& part) { return part.empty(); });
    if (!is_blank) {
      analysis.sections.push_back(std::move(section));
    } else if (!has_models) {
      analysis.sections.push_back(section_of(by_model_));
      has_models = true;
    }
  }
  analysis.total = total.summary({});
  analysis.by_model = section_of(by_model_).groups;
  switch (total.clustered_by()) {
    case Group::ClusteredBy::Nothing:
      analysis.clusters = "calls are as good as independent";
      break;
    case Group::ClusteredBy::Sessions:
      analysis.clusters = "intervals allow for calls of one session (or user) being alike";
      break;
    case Group::ClusteredBy::TimeBlocks:
      analysis.clusters = "intervals allow for failures coming in bursts (blocks of ten minutes)";
      break;
  }
  if (options_.charts) charts_.write(analysis);
  analysis.claims = claims_of(analysis);
  return analysis;
}

}  // namespace sonde
