#include "analysis/association/call_collector.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <future>
#include <map>
#include <tuple>

#include "analysis/asked_format.h"
#include "analysis/association/chat_examples.h"
#include "analysis/association/few_shot.h"
#include "analysis/tally.h"
#include "base/hash.h"
#include "model/error_class.h"

namespace sonde {
namespace {

// Prompts from this size on may be worth caching; providers start at 1024 tokens.
constexpr size_t kLongPromptBytes = 3'500;
constexpr size_t kLongPromptBytesMax = 32 * 1024;
constexpr size_t kLongPromptsOfTemplate = 4;
constexpr size_t kDocumentsMax = 50;
constexpr int kParameterDepthMax = 4;
constexpr size_t kParameterBytesMax = 120;
// How many times calls_max are kept at first, as an expected number is only about right.
constexpr double kExpectedSpare = 1.25;

void flatten(const rapidjson::Value& object, const std::string& prefix, int depth,
             std::vector<ParameterValue>& values) {
  if (depth > kParameterDepthMax) return;
  for (const auto& [key, value] : object.GetObject()) {
    const std::string name = prefix + std::string(key.GetString(), key.GetStringLength());
    if (value.IsObject()) {
      flatten(value, name + ".", depth + 1, values);
      continue;
    }
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer> writer(text);
    value.Accept(writer);
    if (text.GetSize() > kParameterBytesMax) continue;
    ParameterValue read{name, std::string(text.GetString(), text.GetSize()), std::nullopt};
    if (value.IsNumber()) read.number = value.GetDouble();
    values.push_back(std::move(read));
  }
}

// The table's own text of a class, so that rows need no string.
std::string_view static_class(std::string_view name) {
  for (const ErrorClass& row : error_classes()) {
    if (row.name == name) return row.name;
  }
  return name.empty() ? std::string_view() : error_classes().back().name;
}

// Prompts whose skeleton is the same share their samples: what changes in front of a stable part
// makes each text another.
uint64_t long_key(uint64_t template_key) { return hash_text("long", group_of(template_key)); }

// Keeps the samples with the smallest hashes.
void join_samples(const std::vector<LongPrompt>& from, std::vector<LongPrompt>& into) {
  for (const LongPrompt& sample : from) {
    const auto place = std::ranges::lower_bound(into, sample.hash, {}, &LongPrompt::hash);
    if (place != into.end() && place->hash == sample.hash) continue;
    if (into.size() == kLongPromptsOfTemplate && place == into.end()) continue;
    into.insert(place, sample);
    if (into.size() > kLongPromptsOfTemplate) into.pop_back();
  }
}

uint64_t hash_or_zero(std::string_view text) { return text.empty() ? 0 : hash_bytes(text); }

const std::string& first_of(const std::string& one, const std::string& other) {
  return one.empty() ? other : one;
}

}  // namespace

std::vector<ParameterValue> read_parameter_values(std::string_view json) {
  std::vector<ParameterValue> values;
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) return values;
  flatten(document, "", 0, values);
  std::ranges::sort(values, {}, &ParameterValue::name);
  return values;
}

void CallCollector::Retrieved::add(const Retrieved& other) {
  known = known || other.known;
  documents.insert(documents.end(), other.documents.begin(), other.documents.end());
  std::ranges::sort(documents);
  documents.erase(std::unique(documents.begin(), documents.end()), documents.end());
}

void CallCollector::Context::add(const Context& other) {
  // A dislike outweighs: someone took the trouble.
  if (feedback == 0 || other.feedback < 0) feedback = other.feedback;
  retrieved.add(other.retrieved);
}

CallCollector::CallCollector(const CallLimits& limits)
    : limits_(limits),
      templates_(limits.templates),
      parameters_(limits.parameter_sets_max),
      context_(limits.context_max),
      long_prompts_(limits.long_templates_max) {
  const double share = kExpectedSpare * static_cast<double>(limits.calls_max) /
                       static_cast<double>(std::max<uint64_t>(limits.calls_expected, 1));
  if (share < 1) unit_first_max_ = static_cast<uint64_t>(share * 0x1p64);
  unit_max_ = unit_first_max_;
  // Growing would move the rows; the memory is taken as they come.
  if (limits.calls_expected > limits.calls_max) {
    rows_.reserve(limits.calls_max + limits.calls_max / 4 + 1);
  }
}

uint64_t CallCollector::named(std::string_view text) {
  if (text.empty()) return 0;
  const uint64_t hash = hash_bytes(text);
  const auto [place, is_new] = names_.try_emplace(hash);
  if (is_new) place->second = text;
  return hash;
}

uint64_t CallCollector::parameter_set(const std::string& json) {
  if (json.empty()) return 0;
  const uint64_t hash = hash_bytes(json);
  std::vector<ParameterValue>* set = parameters_.get(hash);
  if (set != nullptr && set->empty()) *set = read_parameter_values(json);
  return hash;
}

void CallCollector::fill_identity(const Span& span, Call& call) {
  call.location = span.location;
  call.id = example_of(span).id;
  const std::string& app = first_of(span.app_name, span.app_id);
  call.app = named(app);
  const std::string_view node = span.node_id.empty() ? std::string_view() : span.name;
  call.place = node.empty()
                   ? call.app
                   : named(app.empty() ? std::string(node) : app + " / " + std::string(node));
  call.category = named(span.category);
  call.model = named(first_of(span.model, span.model_requested));
  call.provider = named(span.provider);
  call.user = named(span.user_id);
  call.session = hash_or_zero(span.session_id);  // Never shown.
  call.trace = hash_or_zero(span.trace_id);
  call.prompt_name = named(span.prompt_name);
  call.prompt_version = named(span.prompt_version);
  call.currency = named(span.currency);
  call.parameters = parameter_set(span.parameters);
}

void CallCollector::fill_content(const Execution& execution, Row& row) {
  const Span& span = execution.span();
  Call& call = row.call;
  call.answer = hash_or_zero(span.output);
  if (span.input.empty() && span.system.empty()) return;
  call.prompt = hash_text(span.input, hash_text(span.system, 11));
  call.question = hash_or_zero(execution.user());
  call.prompt_tokens = execution.has_wording() || span.input_tokens ? execution.prompt_tokens() : 0;
  call.json_mode = execution.parameters().json_mode;
  call.asks_for_json =
      call.json_mode || asks_for_json(execution.instructions()) || asks_for_json(execution.user());
  const FewShot examples = few_shot_of(execution);
  call.examples = examples.count;
  call.example_tokens = examples.tokens;
  call.repeated_example_tokens = examples.repeated_tokens;
  call.pairs = chat_pairs_of(execution);
  if (!span.output.empty() && !execution.user().empty()) {
    const uint64_t answer =
        span.output_form == Form::Text ? call.answer : hash_bytes(execution.answer());
    call.exchange = exchange_of(call.question, answer);
  }
  if (row.template_key != 0) keep_long_prompt(execution, row.template_key);
}

void CallCollector::keep_long_prompt(const Execution& execution, uint64_t template_key) {
  if (!execution.has_wording() || execution.prompt().size() < kLongPromptBytes) return;
  std::vector<LongPrompt>* kept = long_prompts_.get(long_key(template_key));
  if (kept == nullptr) return;
  const std::string_view text = std::string_view(execution.prompt()).substr(0, kLongPromptBytesMax);
  const uint64_t hash = hash_bytes(text);
  // Most texts are not among the smallest, and need no copy.
  if (kept->size() == kLongPromptsOfTemplate && hash >= kept->back().hash) return;
  join_samples({{hash, std::string(text)}}, *kept);
}

void CallCollector::add(const Execution& execution, uint64_t call_key, const CallMarks& marks) {
  const Span& span = execution.span();
  ++seen_;
  const bool has_prompt = !span.input.empty() || !span.system.empty();
  const uint64_t unit = span.session_id.empty() ? hash_text("call", call_key)
                                                : hash_text("session", hash_bytes(span.session_id));
  if (unit > unit_first_max_) return;
  const uint64_t template_key = has_prompt ? templates_.add(span) : 0;
  if (unit > unit_max_) return;
  Row& row = rows_.emplace_back();
  row.unit = unit;
  row.template_key = template_key;
  fill_identity(span, row.call);
  if (has_prompt) row.call.call = call_key;
  fill_content(execution, row);
  Call& call = row.call;
  call.start_time = span.start_time;
  if (span.duration && *span.duration >= 0) call.duration = span.duration;
  if (span.input_tokens && *span.input_tokens >= 0) call.input_tokens = span.input_tokens;
  if (span.output_tokens && *span.output_tokens >= 0) call.output_tokens = span.output_tokens;
  call.cache_read_tokens = span.cache_read_tokens;
  if (span.cost && *span.cost >= 0) call.cost = span.cost;
  call.failed = marks.failed || marks.silent;
  call.silent = marks.silent;
  call.group_of_place = marks.groups.place;
  call.group_of_template = marks.groups.combined;
  call.error_class = static_class(execution.error_class());
  call.invalid_json = marks.invalid_json || call.error_class == "parse_error";
  call.feedback = span.feedback == "like" ? 1 : span.feedback == "dislike" ? -1 : 0;
  row.message = hash_or_zero(first_of(span.message_id, span.run_id));
  read_documents(span, row.retrieved);
  if (rows_.size() > limits_.calls_max + limits_.calls_max / 4) trim();
}

void CallCollector::note(const Span& span) {
  Context context;
  context.feedback = span.feedback == "like" ? 1 : span.feedback == "dislike" ? -1 : 0;
  read_documents(span, context.retrieved);
  if (context.feedback == 0 && !context.retrieved.known) return;
  for (const std::string* id : {&span.trace_id, &span.message_id, &span.run_id}) {
    if (id->empty()) continue;
    if (Context* known = context_.get(hash_bytes(*id))) known->add(context);
  }
}

// Drops what exceeds the limit, whole units only.
void CallCollector::trim() {
  if (rows_.size() <= limits_.calls_max) return;
  std::vector<uint64_t> units;
  units.reserve(rows_.size());
  for (const Row& row : rows_) units.push_back(row.unit);
  const auto last = units.begin() + static_cast<std::ptrdiff_t>(limits_.calls_max);
  std::nth_element(units.begin(), last, units.end());
  // The unit that does not fit as a whole goes too.
  unit_max_ = std::min(unit_max_, *last - 1);
  std::erase_if(rows_, [this](const Row& row) { return row.unit > unit_max_; });
  boost::unordered_flat_map<uint64_t, std::string> used;
  const auto keep = [&](uint64_t hash) {
    const auto found = names_.find(hash);
    if (found != names_.end()) used.try_emplace(hash, std::move(found->second));
    names_.erase(hash);
  };
  for (const Row& row : rows_) {
    const Call& call = row.call;
    for (const uint64_t hash : {call.app, call.place, call.category, call.model, call.provider,
                                call.user, call.prompt_name, call.prompt_version, call.currency}) {
      if (hash != 0) keep(hash);
    }
    for (const uint64_t document : row.retrieved.documents) keep(document);
  }
  context_.for_each([&](const Context& context) {
    for (const uint64_t document : context.retrieved.documents) keep(document);
  });
  names_ = std::move(used);
}

void CallCollector::merge(CallCollector&& other) {
  seen_ += other.seen_;
  templates_.merge(std::move(other.templates_));
  names_.merge(std::move(other.names_));
  parameters_.merge(std::move(other.parameters_), [](auto&, auto&&) {});
  context_.merge(std::move(other.context_),
                 [](Context& mine, Context&& theirs) { mine.add(theirs); });
  long_prompts_.merge(std::move(other.long_prompts_),
                      [](auto& mine, auto&& theirs) { join_samples(theirs, mine); });
  unit_max_ = std::min(unit_max_, other.unit_max_);
  std::ranges::move(other.rows_, std::back_inserter(rows_));
  std::erase_if(rows_, [this](const Row& row) { return row.unit > unit_max_; });
  trim();
}

void CallCollector::read_documents(const Span& span, Retrieved& into) {
  if (span.documents.empty()) return;
  rapidjson::Document list;
  list.Parse<rapidjson::kParseIterativeFlag>(span.documents.data(), span.documents.size());
  if (list.HasParseError() || !list.IsArray()) return;
  Retrieved found{true, {}};
  for (const auto& entry : list.GetArray()) {
    if (!entry.IsString() || found.documents.size() == kDocumentsMax) continue;
    found.documents.push_back(named({entry.GetString(), entry.GetStringLength()}));
  }
  into.add(found);
}

void CallCollector::apply_context(Row& row) const {
  for (const uint64_t id : {row.call.trace, row.message}) {
    const Context* context = id == 0 ? nullptr : context_.find(id);
    if (context == nullptr) continue;
    if (row.call.feedback == 0) row.call.feedback = context->feedback;
    row.retrieved.add(context->retrieved);
  }
}

CallTable CallCollector::finish(bool parallel) {
  std::future<TemplateSet> aligned =
      std::async(parallel ? std::launch::async : std::launch::deferred,
                 [this] { return templates_.finish(); });
  trim();
  parameters_.trim();
  context_.trim();
  long_prompts_.trim();
  std::ranges::sort(rows_, [](const Row& a, const Row& b) {
    return std::tie(a.call.location.file, a.call.location.byte, a.call.id) <
           std::tie(b.call.location.file, b.call.location.byte, b.call.id);
  });
  const TemplateSet templates = aligned.get();
  CallTable table;
  table.templates = templates.templates();
  table.long_prompts.resize(table.templates.size());
  table.share = seen_ == 0 ? 1 : static_cast<double>(rows_.size()) / static_cast<double>(seen_);
  std::map<std::vector<uint64_t>, uint32_t> lists;
  for (Row& row : rows_) {
    apply_context(row);
    Call& call = row.call;
    if (const PromptTemplate* found =
            row.template_key == 0 ? nullptr : templates.find(row.template_key)) {
      call.prompt_template = static_cast<uint32_t>(found - templates.templates().data());
      if (const auto* kept = long_prompts_.find(long_key(row.template_key))) {
        join_samples(*kept, table.long_prompts[call.prompt_template]);
      }
    }
    if (row.retrieved.known) {
      const auto size = static_cast<uint32_t>(lists.size());
      const auto [place, is_new] = lists.try_emplace(row.retrieved.documents, size);
      if (is_new) table.documents.push_back(row.retrieved.documents);
      call.documents = place->second;
    }
    table.calls.push_back(std::move(call));
  }
  rows_.clear();
  table.names = std::move(names_);
  mark_chat_examples(table);
  for (const auto& [hash, set] : parameters_.values()) table.parameters.try_emplace(hash, set);
  return table;
}

FieldSet CallCollector::fields() {
  return {Field::TraceId,         Field::SpanId,         Field::MessageId,
          Field::RunId,           Field::StartTime,      Field::Duration,
          Field::StatusMessage,   Field::ErrorClass,     Field::Feedback,
          Field::Provider,        Field::ModelRequested, Field::Model,
          Field::Parameters,      Field::System,         Field::Input,
          Field::Output,          Field::InputTokens,    Field::OutputTokens,
          Field::CacheReadTokens, Field::Cost,           Field::Currency,
          Field::UserId,          Field::SessionId,      Field::AppId,
          Field::AppName,         Field::NodeId,         Field::Name,
          Field::Documents,       Field::Category,       Field::PromptName,
          Field::PromptVersion,   Field::TemplateHash,   Field::Kind};
}

}  // namespace sonde
