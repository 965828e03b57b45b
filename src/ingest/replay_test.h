// The recorded requests of real clients (tests/golden/captures), replayed into merged rows.
#pragma once

#include <simdjson.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/score.h"
#include "store/filed_span.h"

namespace sonde {

// What a server holds after some requests.
struct Replayed {
  std::map<std::pair<std::string, std::string>, FiledSpan> rows;  // By trace and span key.
  std::map<std::string, Score> scores;                            // By id.

  std::vector<const Span*> trace(std::string_view trace_id) const;
  const Span* span(std::string_view trace_id, std::string_view span_id) const;
};

// Reads the requests (their files below the client's folder) in the order given, which must not
// matter. A request that is none for telemetry (prompts, media) is passed over.
enum class Batches : uint8_t { AsSent, OneEventEach };
Replayed replay(const std::string& folder, const std::vector<simdjson::dom::element>& requests,
                Batches batches = Batches::AsSent);

// Every row and score as a line, for comparison.
std::string text_of(const Replayed& replayed);

}  // namespace sonde
