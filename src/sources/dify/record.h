// Reading the blocks that Dify's rows share: usage, prompts, statuses, text columns that hold JSON.
#pragma once

#include <simdjson.h>

#include <array>
#include <string>
#include <string_view>

#include "sources/dify/join.h"
#include "sources/dify/row.h"
#include "sources/source.h"
#include "sources/value.h"

namespace sonde::dify {

// A row being read, with the parsers for what is JSON inside its strings. One a thread; reused.
class Record {
 public:
  Record(simdjson::dom::object document, ReadContext& context, RowKind kind, Rank rank,
         std::string_view source);

  // The member as an object or array, parsed when it is a string; null, and a note, when it is
  // neither. Each `slot` keeps its value until it is used again.
  enum Slot : uint8_t { kProcessData, kOutputs, kMetadata, kInputs, kOther, kSlotCount };
  std::optional<simdjson::dom::element> nested(std::string_view key, Slot slot);
  std::optional<simdjson::dom::object> nested_object(std::string_view key, Slot slot);

  bool wants(Field field) const { return context_.options.fields.has(field); }

  // An attribute, when they are wanted and the member is there and not empty.
  void keep(std::string_view key);
  void keep(std::string_view key, simdjson::dom::object parent, std::string_view name);

  // Sets the status and its message from the row's `status` and `error`.
  // A status of a newer Dify stays unknown, and a note says so.
  void read_status();
  // The LLM usage block: tokens, cost, time to first token.
  void read_usage(simdjson::dom::object usage);
  // A prompt array, [{"role","text","files"}], as canonical messages. False when it is none.
  bool read_prompt(simdjson::dom::element prompts);
  // A member as the span's input or output: text stays text, anything else is JSON.
  void read_input(std::string_view key);
  void read_output(std::string_view key);
  // The user who caused the row, whichever of Dify's members names it.
  void read_user();

  // Required: fails with InvalidInput when the member is absent.
  Result<std::string> id(std::string_view key) const;

  Result<> put();

  simdjson::dom::object document;
  Row& row;
  Span& span;

 private:
  ReadContext& context_;
};

// Tokens that Dify wrote as 0 because it never learnt them.
void forget_unknown_zeros(Span& span);

// The distinct texts of a member of each object in an array: "a, b".
std::string distinct_of(simdjson::dom::element array, std::string_view key);

}  // namespace sonde::dify
