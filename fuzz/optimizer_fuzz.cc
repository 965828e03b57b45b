// Spans of any contents, normalized and examined: attributes do not vanish, the result does not
// depend on how the records are split between threads, patches apply to the text they change, and
// a quick look never misses a silent failure.
//
// Records are separated by 0x1E, fields by 0x1F. A field is a letter (see kMembers) and its text;
// 'K' is an attribute as key=value, anything else sets outcome and form.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "analysis/optimizer.h"
#include "analysis/suspicion.h"
#include "dialects/normalize.h"
#include "properties.h"

namespace {

using namespace sonde;

struct MemberLetter {
  char letter;
  TextMember member;
};

constexpr MemberLetter kMembers[] = {
    {'a', &Span::app_name},      {'c', &Span::category}, {'e', &Span::status_message},
    {'f', &Span::finish_reason}, {'i', &Span::input},    {'m', &Span::model},
    {'n', &Span::name},          {'o', &Span::output},   {'p', &Span::parameters},
    {'s', &Span::system},        {'t', &Span::tools},    {'x', &Span::error_class},
};

struct Record {
  Span span;
  Outcome outcome = Outcome::Failed;
};

void read_field(std::string_view field, Record& record) {
  if (field.empty()) return;
  Span& span = record.span;
  const std::string_view text = field.substr(1);
  for (const MemberLetter& row : kMembers) {
    if (row.letter == field[0]) span.*row.member = text;
  }
  if (field[0] == 'K') {
    const size_t equals = std::min(text.find('='), text.size());
    span.attributes.push_back({std::string(text.substr(0, equals)),
                               std::string(text.substr(std::min(equals + 1, text.size())))});
  } else if (field[0] < 'A') {
    const auto bits = static_cast<unsigned char>(field[0]);
    record.outcome = static_cast<Outcome>(bits % 3);
    span.status = record.outcome == Outcome::Failed ? Status::Error : Status::Ok;
    span.kind = (bits & 4) != 0 ? Kind::Llm : Kind::Span;
    span.input_form = static_cast<Form>(bits / 8 % 4);
    span.output_tokens = static_cast<int64_t>(text.size());
  }
}

std::vector<Record> read_records(std::string_view text) {
  std::vector<Record> records;
  for (const std::string_view part : fuzz::split(text, '\x1E', 12)) {
    Record& record = records.emplace_back();
    Span& span = record.span;
    span.span_id = std::to_string(records.size());
    span.location.byte = records.size();
    for (const std::string_view field : fuzz::split(part, '\x1F', 64)) read_field(field, record);
    if (!span.input.empty() && span.input_form == Form::None) span.input_form = Form::Text;
    if (!span.output.empty()) span.output_form = Form::Text;
  }
  return records;
}

// No attribute is made up, and none goes without a field or mark to show for it.
void check_normalize(const Normalizer& normalizer, Span& span) {
  const Span before = span;
  normalizer.apply(span);
  auto at = before.attributes.begin();
  size_t gone = 0;
  for (const Attribute& kept : span.attributes) {
    const auto same = [&](const Attribute& a) {
      return a.key == kept.key && a.value == kept.value;
    };
    const auto found = std::find_if(at, before.attributes.end(), same);
    CHECK(found != before.attributes.end());
    gone += static_cast<size_t>(found - at);
    at = found + 1;
  }
  gone += static_cast<size_t>(before.attributes.end() - at);
  CHECK(gone == 0 || !span.dialect.empty());
  Span again = before;
  normalizer.apply(again);
  CHECK(to_json(again) == to_json(span));
  const size_t left = span.attributes.size();
  fuzz::check_span(span);
  CHECK(left <= before.attributes.size());
}

// Applies a diff of one hunk, as `patch` does without fuzz.
std::string applied(std::string_view before, std::string_view diff) {
  const auto next_line = [](std::string_view& text) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end);
    return line;
  };
  CHECK(next_line(diff).starts_with("--- "));
  CHECK(next_line(diff).starts_with("+++ "));
  const std::string_view range = next_line(diff);
  CHECK(range.starts_with("@@ -"));
  const size_t comma = range.find(',');
  CHECK(comma != std::string_view::npos);
  size_t start = std::stoul(std::string(range.substr(4)));
  const size_t count = std::stoul(std::string(range.substr(comma + 1)));
  if (count > 0) --start;
  std::string after;
  while (start-- > 0) after += next_line(before);
  while (!diff.empty()) {
    const std::string_view line = next_line(diff);
    std::string_view body = line.substr(1);
    if (diff.starts_with("\\ No newline")) {
      next_line(diff);
      body.remove_suffix(1);
    }
    if (line[0] == '+') {
      after += body;
      continue;
    }
    CHECK(!before.empty());
    CHECK(next_line(before) == body);
    if (line[0] == ' ') after += body;
  }
  return after += before;
}

void check_patches(const Record& record) {
  const Execution execution(record.span, record.outcome);
  bool silent = false;
  for (const Check& check : all_checks()) {
    const auto seen = check.run(execution);
    if (!seen) continue;
    silent |= check.stage == Stage::Answer;
    CHECK(!seen->patch.text.empty());
    if (seen->patch.kind != Patch::Kind::Diff) continue;
    const std::string& text = execution.instructions();
    CHECK(applied(text, seen->patch.text) != text);
  }
  if (record.outcome == Outcome::Ok && silent) CHECK(may_be_silent_failure(record.span));
}

std::string print(const OptimizeResult& result) {
  std::string text =
      fmt::format("{} {} {} {} {} {}\n", result.records, result.succeeded, result.failed,
                  result.silent_failures, result.unexplained, result.applicability);
  for (const Finding& f : result.findings) {
    text += fmt::format("{} {} {} {} {} {} {} {} {}\n", f.id, f.subject, f.support, f.silent,
                        fmt::join(f.evidence_ids, ","), f.evidence, f.patch.text,
                        f.effect.failures_explained, f.effect.group_calls.value_or(0));
  }
  for (const FailedPrompt& p : result.prompts) {
    text += fmt::format("{} {} {} {} {}\n", p.count, p.prompt, p.sentence,
                        fmt::join(p.example_ids, ","), p.cause == nullptr ? "-" : p.cause->id);
  }
  return text + fmt::format("{}", fmt::join(result.notes, "\n"));
}

OptimizeResult optimize(const std::vector<Record>& records, size_t parts, size_t limit) {
  const OptimizerOptions options{
      .evidence_max = 2, .groups_max = limit, .templates_max = limit, .calls_max = limit};
  std::vector<Optimizer> optimizers;
  for (size_t i = 0; i < parts; ++i) optimizers.emplace_back(options);
  for (size_t i = 0; i < records.size(); ++i) {
    optimizers[i % parts].add(records[i].span, records[i].outcome);
  }
  for (size_t i = parts - 1; i > 0; --i) optimizers[i - 1].merge(std::move(optimizers[i]));
  return optimizers.front().finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Normalizer kNormalizer;
  if (size == 0) return 0;
  std::vector<Record> records = read_records({reinterpret_cast<const char*>(data + 1), size - 1});
  for (Record& record : records) {
    check_normalize(kNormalizer, record.span);
    if (record.outcome != Outcome::Cancelled) check_patches(record);
  }
  const size_t limit = (data[0] & 1) != 0 ? 3 : 1'000;
  const std::string one = print(optimize(records, 1, limit));
  fuzz::check_equal({print(optimize(records, 2, limit))}, {one});
  fuzz::check_equal({print(optimize(records, 3, limit))}, {one});
  return 0;
}
