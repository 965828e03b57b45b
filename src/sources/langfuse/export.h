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

  std::optional<simdjson::dom::element> get(std::string_view key) const;
  std::string text(std::string_view key) const;
  std::optional<int64_t> time(std::string_view key) const;
};

struct Export {
  std::vector<Row> traces;
  std::vector<Row> observations;
  std::vector<simdjson::dom::object> scores;
};

// Emits the spans of an export, traces first.
void emit(const Export& rows, std::string_view source, ReadContext& context);

}  // namespace sonde::langfuse
