// What a Langfuse document holds, whichever way it was written down.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sources/source.h"

namespace sonde::langfuse {

// One trace or observation: the bodies of its events, in the order sent. The last one that has a
// member tells its value.
struct Row {
  std::string type;  // Upper case: GENERATION, SPAN, ...; empty for traces.
  std::vector<simdjson::dom::object> bodies;
  std::string_view event_id = {};  // Of the first event; empty for rows.

  bool begins = false;  // One of the events created it, so that it says its parent.

  // What it calls itself, else its event: Dify sends observations without ids.
  std::string id() const;
  std::optional<simdjson::dom::element> get(std::string_view key) const;
  std::string text(std::string_view key) const;
  std::optional<int64_t> time(std::string_view key) const;
};

struct ScoreRow {
  simdjson::dom::object body;
  std::string_view event_id;         // Of the event that brought it; empty for rows.
  std::optional<int64_t> time = {};  // Likewise.
};

struct Export {
  std::vector<Row> traces;
  std::vector<Row> observations;
  std::vector<ScoreRow> scores;
};

// The score as it is, its source in lower case: "api" where it is not said.
Score score_of(const ScoreRow& row);

// Emits the spans of an export, traces first, then its scores. Scores are also told to their spans:
// as feedback, or as an attribute score.<name>.
void emit(const Export& rows, std::string_view source, ReadContext& context);

}  // namespace sonde::langfuse
