// The canonical span: one execution of a prompt, a workflow node, a message or a run, whatever
// the log was called where it came from. Plain data; every reader fills it, everything else reads
// it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sonde {

enum class Kind : uint8_t {
  Span,  // Nothing more is known.
  Llm,
  Embedding,
  Retrieval,
  Tool,
  Agent,
  Chain,
  Workflow,
  Guardrail,
  Evaluator,
  Event,
};

enum class Status : uint8_t {
  Unknown,  // The log does not say; shown, never counted in a rate.
  Ok,
  Error,
  Cancelled,
  Pending,
};

// The unit of counting. A span counts at each level in its `levels`; sessions are derived from
// session_id. Which source counts at which level is settled in sources/all_sources.cc.
enum class Level : uint8_t { Call, Node, Message, Run, Session };
constexpr uint8_t bit(Level level) {
  return static_cast<uint8_t>(1U << static_cast<unsigned>(level));
}

// How `input` and `output` are to be read.
enum class Form : uint8_t {
  None,      // The log has no such content.
  Text,      // Plain text.
  Messages,  // A JSON array of {"role", "content"} objects; see model/message.h.
  Json,      // Any other JSON value.
};

struct Attribute {
  std::string key;
  std::string value;  // Text as sent; arrays and objects as JSON.
};

// Where a span was read, for evidence and error messages.
struct Location {
  uint32_t file = 0;  // Index into ReadReport::files.
  uint64_t byte = 0;  // Offset of the record in the (decompressed) file.
};

// Null (nullopt, or an empty string) means "the log does not say", never zero.
// The fields are described in kSpanColumns (model/columns.h), which names every one of them.
struct Span {
  std::string trace_id;
  std::string span_id;
  std::string parent_span_id;
  Kind kind = Kind::Span;
  uint8_t levels = 0;
  std::string name;
  std::string trace_name;
  std::string source;
  std::string dialect;
  std::string message_id;
  std::string run_id;

  std::optional<int64_t> start_time;           // Microseconds since the epoch, UTC.
  std::optional<int64_t> duration;             // Microseconds.
  std::optional<int64_t> time_to_first_token;  // Microseconds.

  Status status = Status::Unknown;
  std::string status_message;
  std::string error_class;  // A row of kErrorClasses (model/error_class.h).
  std::string finish_reason;
  std::optional<bool> refusal;
  std::string feedback;  // like | dislike

  std::string provider;
  std::string model_requested;
  std::string model;
  std::string parameters;  // JSON object.
  std::string tools;       // JSON array of tool definitions.

  std::string system;
  std::string input;
  std::string output;
  Form input_form = Form::None;
  Form output_form = Form::None;
  bool content_truncated = false;  // The source cut or offloaded a value.

  std::optional<int64_t> input_tokens;   // Inclusive of cached tokens.
  std::optional<int64_t> output_tokens;  // Inclusive of reasoning tokens.
  std::optional<int64_t> total_tokens;   // As reported.
  std::optional<int64_t> cache_read_tokens;
  std::optional<int64_t> cache_write_tokens;
  std::optional<int64_t> input_audio_tokens;
  std::optional<int64_t> reasoning_tokens;
  std::optional<int64_t> output_audio_tokens;

  std::optional<int64_t> cost;  // In billionths (1e-9) of `currency`.
  std::string currency;         // ISO 4217 where known; "RMB" as Dify plugins write it.
  std::string cost_origin;      // reported | computed

  std::string user_id;
  std::string session_id;
  std::string environment;
  std::string release;
  std::string app_id;
  std::string app_name;
  std::string node_id;
  std::string node_type;
  std::string tool_name;
  std::string dataset_id;
  std::string documents;  // A JSON array of names; see model/documents.h.
  std::string invoke_from;
  std::string category;
  std::string tags;  // Comma-separated, in the order sent.
  std::string prompt_name;
  std::string prompt_version;
  std::string template_hash;

  // What won no field. In a raw span (straight from a source that carries a vocabulary), what the
  // dialects have not read yet.
  std::vector<Attribute> attributes;
  Location location;

  // Forgets the values and keeps the memory: readers reuse one Span for millions of records.
  void clear();
};

std::string_view to_string(Kind kind);
std::string_view to_string(Status status);
std::string_view to_string(Level level);
std::optional<Kind> parse_kind(std::string_view text);
std::optional<Status> parse_status(std::string_view text);
std::optional<Level> parse_level(std::string_view text);

}  // namespace sonde
