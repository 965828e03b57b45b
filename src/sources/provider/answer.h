// What a model provider answered, whichever API it was: read by a table of response shapes.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/message.h"
#include "model/span.h"

namespace sonde {

// Where one API keeps things in a whole answer and in the events of a stream. Paths as in path.h;
// of alternatives, the first that has a value counts.
struct AnswerShape {
  std::string_view name = {};
  std::string_view marker = {};        // Only this shape has a value there ...
  std::string_view marker_value = {};  // ... and it starts with this.
  std::string_view text[4] = {};
  std::string_view calls[4] = {};
  std::string_view finish[4] = {};
  std::string_view input_tokens[3] = {};
  std::string_view output_tokens[3] = {};
  std::string_view total_tokens = {};
  std::string_view cache_read[2] = {};
  std::string_view cache_write = {};
  std::string_view reasoning[2] = {};
  std::string_view refusal = {};    // Of text.
  std::string_view unwrap[2] = {};  // Events keep the whole answer there.
  std::string_view delta_type =
      {};                       // Only events whose type is this have text by the last alternative.
  bool cache_separate = false;  // input_tokens leaves cached tokens out.
  bool reasoning_separate = false;  // output_tokens leaves reasoning out.
  Kind kind = Kind::Llm;
  std::string_view provider = {};  // When only that provider has this shape.
};

struct Answer {
  const AnswerShape* shape = nullptr;  // Null: the body is none of the shapes.
  std::string text;
  std::vector<ToolCall> calls;
  std::string finish;  // As the provider wrote it.
  std::string status;  // Of APIs that answer before they are done: completed, in_progress, ...
  std::string error;
  std::string model;
  std::string id;
  bool refusal = false;
  bool cut = false;  // The log cut the body.
  std::optional<int64_t> input_tokens;
  std::optional<int64_t> output_tokens;
  std::optional<int64_t> total_tokens;
  std::optional<int64_t> cache_read_tokens;
  std::optional<int64_t> cache_write_tokens;
  std::optional<int64_t> reasoning_tokens;
  std::optional<int64_t> duration;  // Microseconds, as the server measured it.
};

// Reads a body: JSON, server-sent events, JSON lines, or AWS event stream frames in base64 after
// "base64:". Text that is none of them comes back as `error`, at most 2,000 bytes of it.
Answer read_answer(std::string_view body);
Answer read_answer(simdjson::dom::element body);

}  // namespace sonde
