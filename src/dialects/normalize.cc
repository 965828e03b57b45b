#include "dialects/normalize.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "dialects/fields.h"
#include "dialects/indexed.h"
#include "dialects/values.h"
#include "model/documents.h"
#include "model/error_class.h"

namespace sonde {
namespace {

// One claim to a field: one attribute, or all the attributes under one prefix.
struct Claim {
  size_t dialect = 0;
  const Rule* rule = nullptr;
  std::vector<size_t> attributes;  // Indexes into span.attributes.
  std::vector<std::string_view> rests;
};

bool is_model_field(Field field) { return field == Field::Model || field == Field::ModelRequested; }

// Claims under one prefix are one; so are all event messages of a dialect and field, whose order is
// that of the events.
bool joins(const Claim& claim, size_t dialect, const Rule& rule) {
  if (!is_prefix(rule.shape) || claim.dialect != dialect) return false;
  if (claim.rule == &rule) return true;
  return rule.shape == Shape::Event && claim.rule->shape == Shape::Event &&
         claim.rule->field == rule.field;
}

bool wins_over(const Claim& a, const Claim& b) {
  if (a.rule->field != b.rule->field) return a.rule->field < b.rule->field;
  if (a.dialect != b.dialect) return a.dialect < b.dialect;
  if (a.rule->shape != b.rule->shape) return a.rule->shape > b.rule->shape;
  return a.rule->key < b.rule->key;
}

}  // namespace

Normalizer::Normalizer() {
  const auto dialects = all_dialects();
  for (size_t i = 0; i < dialects.size(); ++i) {
    for (const Rule& rule : dialects[i]->rules) rules_.try_emplace(rule.key, Entry{i, &rule});
  }
}

const Normalizer::Entry* Normalizer::find(std::string_view key, std::string_view& rest) const {
  std::string_view prefix = key;
  while (true) {
    const auto found = rules_.find(prefix);
    if (found != rules_.end() &&
        (prefix.size() == key.size() || is_prefix(found->second.rule->shape))) {
      rest = prefix.size() == key.size() ? std::string_view() : key.substr(prefix.size() + 1);
      return &found->second;
    }
    const size_t dot = prefix.rfind('.');
    if (dot == std::string_view::npos) return nullptr;
    prefix = prefix.substr(0, dot);
  }
}

// The state of one apply().
class NormalizerRun {
 public:
  NormalizerRun(const Normalizer& normalizer, Span& span) : normalizer_(normalizer), span_(span) {}

  void run() {
    collect();
    if (claims_.empty()) return;
    std::sort(claims_.begin(), claims_.end(), wins_over);
    used_.assign(span_.attributes.size(), false);
    for (const Claim& claim : claims_) {
      if (apply(claim)) take(claim);
    }
    join_tool_calls();
    finish_kind();
    finish_documents();
    finish_error();
    finish_model();
    erase_used();
  }

 private:
  void collect() {
    for (size_t i = 0; i < span_.attributes.size(); ++i) {
      const Attribute& attribute = span_.attributes[i];
      if (attribute.value.empty()) continue;
      std::string_view rest;
      const auto* entry = normalizer_.find(attribute.key, rest);
      if (entry == nullptr) continue;
      const auto same = std::find_if(claims_.begin(), claims_.end(), [&](const Claim& claim) {
        return joins(claim, entry->dialect, *entry->rule);
      });
      Claim& claim = same != claims_.end() ? *same : claims_.emplace_back();
      if (claim.rule == nullptr) {
        claim.dialect = entry->dialect;
        claim.rule = entry->rule;
      }
      claim.attributes.push_back(i);
      claim.rests.push_back(rest);
    }
  }

  bool apply(const Claim& claim) {
    switch (claim.rule->shape) {
      case Shape::KindName:
        return apply_kind(claim);
      case Shape::AppRoot:
        if (value(claim) == "true") span_.levels |= bit(Level::Run);
        return true;
      case Shape::NoCall:
        no_call_ = value(claim) == "true";
        return true;
      case Shape::Documents:
        find_documents(claim);
        [[fallthrough]];
      case Shape::Indexed:
        return apply_indexed(claim);
      case Shape::Event:
        return apply_events(claim);
      case Shape::ToolList:
        return apply_tools(claim);
      case Shape::Parameter:
        return apply_parameters(claim);
      case Shape::ToolCalls:
        calls_ = &claim;
        return false;
      default:
        break;
    }
    if (claim.rule->field == Field::ErrorClass) {
      error_type_ = value(claim);
      return false;
    }
    return apply_value(claim.rule->field, claim.rule->shape, value(claim), span_);
  }

  bool apply_kind(const Claim& claim) {
    if (kind_known_) return false;
    for (const KindRule& rule : all_dialects()[claim.dialect]->kinds) {
      if (!matches_pattern(value(claim), rule.pattern)) continue;
      span_.kind = rule.kind;
      kind_known_ = true;
      return true;
    }
    return false;
  }

  std::vector<Piece> pieces(const Claim& claim) const {
    std::vector<Piece> result;
    for (size_t i = 0; i < claim.attributes.size(); ++i) {
      result.push_back({claim.rests[i], span_.attributes[claim.attributes[i]].value});
    }
    return result;
  }

  bool apply_indexed(const Claim& claim) {
    const std::vector<Piece> parts = pieces(claim);
    if (parts.size() == 1 && parts[0].rest.empty()) {
      return apply_value(claim.rule->field, Shape::Content, parts[0].value, span_);
    }
    for (const Piece& piece : parts) {
      if (piece.rest.ends_with(".finish_reason") && span_.finish_reason.empty()) {
        span_.finish_reason = parse_finish_reason(piece.value);
      }
    }
    return set_messages(claim.rule->field, messages_from_pieces(parts), span_);
  }

  // Whichever attribute gives the output, the documents are these.
  void find_documents(const Claim& claim) {
    if (!span_.documents.empty()) return;
    const std::vector<Piece> parts = pieces(claim);
    const bool whole = parts.size() == 1 && parts[0].rest.empty();
    span_.documents = whole ? documents_of_json(parts[0].value) : documents_from_pieces(parts);
  }

  bool apply_events(const Claim& claim) {
    std::vector<EventPiece> parts;
    for (size_t i = 0; i < claim.attributes.size(); ++i) {
      const Attribute& attribute = span_.attributes[claim.attributes[i]];
      const std::string_view rest = claim.rests[i];
      const std::string_view key = attribute.key;
      if (rest.empty()) continue;
      parts.push_back({key.substr(0, key.size() - rest.size() - 1), rest, attribute.value});
    }
    return set_messages(claim.rule->field, messages_from_events(parts), span_);
  }

  bool apply_tools(const Claim& claim) {
    if (!span_.tools.empty()) return false;
    span_.tools = tools_from_pieces(pieces(claim));
    return !span_.tools.empty();
  }

  bool apply_parameters(const Claim& claim) {
    if (!span_.parameters.empty()) return false;
    std::vector<Piece> parts = pieces(claim);
    std::erase_if(parts, [](const Piece& piece) { return piece.rest.empty(); });
    if (parts.empty()) return false;
    span_.parameters = parameters_from_pieces(parts);
    return true;
  }

  // An answer may be text, tool calls or both.
  void join_tool_calls() {
    if (calls_ == nullptr || span_.output_form > Form::Text) return;
    std::string calls = parse_tool_calls(value(*calls_));
    if (calls.empty()) return;
    span_.output = to_json({Message{"assistant", span_.output, std::move(calls)}});
    span_.output_form = Form::Messages;
    take(*calls_);
  }

  void finish_kind() {
    const bool has_model = std::any_of(claims_.begin(), claims_.end(), [](const Claim& claim) {
      return is_model_field(claim.rule->field);
    });
    if (!kind_known_ && span_.kind == Kind::Span) {
      if (!span_.tool_name.empty()) {
        span_.kind = Kind::Tool;
      } else if (has_model) {
        span_.kind = Kind::Llm;
      }
    }
    const bool call = span_.kind == Kind::Llm || span_.kind == Kind::Embedding;
    if (call && !no_call_) span_.levels |= bit(Level::Call);
    if (dialect_votes_ == std::array<unsigned, kDialectsMax>{}) return;
    const auto best = std::max_element(dialect_votes_.begin(), dialect_votes_.end());
    span_.dialect = all_dialects()[static_cast<size_t>(best - dialect_votes_.begin())]->name;
  }

  // A retrieval whose vocabulary has no place for documents answers with them.
  void finish_documents() {
    if (span_.kind != Kind::Retrieval || !span_.documents.empty()) return;
    if (span_.output_form == Form::Json) span_.documents = documents_of_json(span_.output);
  }

  void finish_error() {
    const auto http = parse_count(error_type_);
    const bool failed = span_.status == Status::Error;
    if (!failed) return;
    forget_zeros();
    if (span_.status_message.empty()) span_.status_message = error_type_;
    if (span_.error_class.empty()) {
      std::string text = span_.status_message;
      if (text != error_type_ && !error_type_.empty()) text += " " + std::string(error_type_);
      span_.error_class =
          classify_error(text, http && *http >= 100 && *http < 600 ? static_cast<int>(*http) : 0);
    }
  }

  // A failed call whose client reports zeros has reported nothing: it is not known to be free.
  void forget_zeros() {
    if (span_.cost == 0) {
      span_.cost.reset();
      span_.currency.clear();
      span_.cost_origin.clear();
    }
    const auto is_zero = [](std::optional<int64_t> count) { return count.value_or(0) == 0; };
    if (!is_zero(span_.input_tokens) || !is_zero(span_.output_tokens) ||
        !is_zero(span_.total_tokens)) {
      return;
    }
    for (auto* const count : {&span_.input_tokens, &span_.output_tokens, &span_.total_tokens}) {
      count->reset();
    }
  }

  void finish_model() {
    if (span_.model.empty()) span_.model = span_.model_requested;
  }

  void take(const Claim& claim) {
    for (const size_t index : claim.attributes) used_[index] = true;
    if (claim.dialect < kDialectsMax) ++dialect_votes_[claim.dialect];
  }

  void erase_used() {
    size_t kept = 0;
    for (size_t i = 0; i < span_.attributes.size(); ++i) {
      if (used_[i]) continue;
      if (kept != i) span_.attributes[kept] = std::move(span_.attributes[i]);
      ++kept;
    }
    span_.attributes.resize(kept);
  }

  std::string_view value(const Claim& claim) const {
    return span_.attributes[claim.attributes.front()].value;
  }

  static constexpr size_t kDialectsMax = 16;

  const Normalizer& normalizer_;
  Span& span_;
  std::vector<Claim> claims_;
  std::vector<bool> used_;
  std::array<unsigned, kDialectsMax> dialect_votes_{};
  const Claim* calls_ = nullptr;
  std::string error_type_;
  bool kind_known_ = false;
  bool no_call_ = false;
};

void Normalizer::apply(Span& span) const {
  if (!span.attributes.empty()) NormalizerRun(*this, span).run();
}

}  // namespace sonde
