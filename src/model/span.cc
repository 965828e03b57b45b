#include "model/span.h"

#include <algorithm>
#include <span>

#include "model/columns.h"

namespace sonde {
namespace {

constexpr std::string_view kKinds[] = {"span",  "llm",      "embedding", "retrieval", "tool", "agent",
                                       "chain", "workflow", "guardrail", "evaluator", "event"};
constexpr std::string_view kStatuses[] = {"unknown", "ok", "error", "cancelled", "pending"};
constexpr std::string_view kLevels[] = {"call", "node", "message", "run", "session"};

template <class Enum>
std::optional<Enum> find(std::span<const std::string_view> names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

void Span::clear() {
  for (const Column& c : span_columns()) {
    if (const auto* text = std::get_if<TextMember>(&c.member)) {
      (this->**text).clear();
    } else if (const auto* number = std::get_if<NumberMember>(&c.member)) {
      (this->**number).reset();
    }
  }
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
