#include "model/span.h"

#include <algorithm>
#include <span>

#include "model/columns.h"

namespace sonde {
namespace {

constexpr std::string_view kKinds[] = {"span",      "llm",       "embedding", "retrieval",
                                       "tool",      "agent",     "chain",     "workflow",
                                       "guardrail", "evaluator", "event"};
constexpr std::string_view kStatuses[] = {"unknown", "ok", "error", "cancelled", "pending"};
constexpr std::string_view kLevels[] = {"call", "node", "message", "run", "session"};

template <class Enum>
std::optional<Enum> find(std::span<const std::string_view> names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

struct Members {
  Members() {
    for (const Column& c : span_columns()) {
      if (const auto* text = std::get_if<TextMember>(&c.member)) texts.push_back(*text);
      if (const auto* number = std::get_if<NumberMember>(&c.member)) numbers.push_back(*number);
    }
  }
  std::vector<TextMember> texts;
  std::vector<NumberMember> numbers;
};

}  // namespace

void Span::clear() {
  // Once a record: the table is walked at start, not here.
  static const Members kMembers;
  for (const TextMember member : kMembers.texts) {
    if (!(this->*member).empty()) (this->*member).clear();  // Most are: reading is cheaper.
  }
  for (const NumberMember member : kMembers.numbers) (this->*member).reset();
  kind = Kind::Span;
  levels = 0;
  status = Status::Unknown;
  refusal.reset();
  input_form = Form::None;
  output_form = Form::None;
  content_truncated = false;
  attributes.clear();
  location = {};
}

std::string_view to_string(Kind kind) { return kKinds[static_cast<size_t>(kind)]; }
std::string_view to_string(Status status) { return kStatuses[static_cast<size_t>(status)]; }
std::string_view to_string(Level level) { return kLevels[static_cast<size_t>(level)]; }
std::optional<Kind> parse_kind(std::string_view text) { return find<Kind>(kKinds, text); }
std::optional<Status> parse_status(std::string_view text) { return find<Status>(kStatuses, text); }
std::optional<Level> parse_level(std::string_view text) { return find<Level>(kLevels, text); }

}  // namespace sonde
