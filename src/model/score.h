// What a person or a program said about a span, a trace or a session: a judgement, an opinion, a
// label. Plain data. Null (nullopt, or an empty string) means "the log does not say".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sonde {

struct Score {
  std::string id;  // A score of the same id replaces the earlier one.

  // Its target: the span, else the trace, else the session. A span's trace is not always said.
  std::string trace_id;
  std::string span_id;
  std::string session_id;

  std::string name;
  std::optional<double> value;
  std::string label;            // In place of a value, or beside one: a category, "true", a text.
  std::string comment;          // Why.
  std::string source;           // Who: "api", "eval", "annotation", "human", "llm", "code".
  std::optional<int64_t> time;  // Microseconds since the epoch, UTC.

  friend bool operator==(const Score&, const Score&) = default;
};

}  // namespace sonde
