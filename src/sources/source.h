// What every reader of a log format is given, and the table they are listed in.
//
// A source turns one document (a JSON object: a line of JSONL, an element of a top-level array, or
// a whole file) into canonical spans. Formats with fixed fields fill the span's fields themselves;
// formats that carry an attribute vocabulary (OTLP, Langfuse) put it in Span::attributes, and the
// dialects read it afterwards.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/columns.h"
#include "model/score.h"
#include "model/span.h"

namespace sonde {

// Takes the spans that a reader finds. One a worker thread; never shared between threads.
class SpanSink {
 public:
  virtual ~SpanSink() = default;
  // The span is borrowed for the call; the reader reuses it.
  virtual void add(Span& span) = 0;
  // What was said about a span, trace or session; sinks that only count spans pass it over.
  virtual void add_score(const Score& score) { static_cast<void>(score); }
};

// Things the reader must be told: how many values were cut, which unit was inferred, what was left
// out. Counted by sentence; the first place is kept.
struct Note {
  uint64_t count = 0;
  Location first;
};
using Notes = std::map<std::string, Note, std::less<>>;
void add_note(Notes& notes, std::string_view sentence, const Location& where);

enum class TimeUnit : uint8_t { Infer, Microseconds, Milliseconds, Seconds };
enum class Debugger : uint8_t { Exclude, Include };
// What becomes of messages that come in a document without the span they belong to.
enum class Strays : uint8_t {
  Exclude,  // Left out, and said so.
  Emit,  // A span of its ids and messages alone, for a sink that merges what is said of one span.
};

struct ReadOptions {
  FieldSet fields = FieldSet::all();
  TimeUnit time_unit = TimeUnit::Infer;
  Debugger debugger = Debugger::Exclude;  // Dify runs started from the editor.
  Strays strays = Strays::Exclude;        // OTLP log records, scores.
  uint64_t spans_max = 1'000'000;         // Of one OTLP request; those beyond it are rejected.
  unsigned threads = 0;                   // 0: as many as there are processors.
  uint64_t document_bytes_max = uint64_t{256} << 20;
  size_t nesting_max = 512;
  uint64_t memory_bytes_max = uint64_t{512} << 20;  // Joins beyond it spill to temporary files.
};

class DifyJoin;  // sources/dify/join.h

// One worker's view while it reads one document.
struct ReadContext {
  const ReadOptions& options;
  SpanSink& sink;
  Notes& notes;
  DifyJoin& dify;              // Shared between workers; thread-safe.
  Location location;           // Of the document.
  std::string_view raw;        // The document's bytes.
  uint64_t excluded = 0;       // Spans left out on purpose (debugger runs); said by a note too.
  uint64_t unmatched = 0;      // Parts of the document that no source knows.
  Span span;                   // Scratch: clear() it, fill it, sink.add() it.
  uint64_t rejected = 0;       // Parts that were broken, each at its own cost: spans, log records.
  std::string rejection = {};  // What was wrong with the first of them, and where.
};

// The document's top-level keys, for detection.
class Keys {
 public:
  void assign(simdjson::dom::object object);
  bool has(std::string_view key) const;
  bool has_all(std::initializer_list<std::string_view> keys) const;
  const std::vector<std::string_view>& list() const { return keys_; }

 private:
  std::vector<std::string_view> keys_;  // Views into the document.
};

// Whether a source's spans carry an attribute vocabulary for the dialects to read.
enum class Vocabulary : uint8_t { None, Attributes };

struct Source {
  std::string_view name;   // Span::source, and in reports: dify-messages, langfuse-trace, ...
  std::string_view title;  // "Dify messages (SQL dump)"
  // True when the keys can only be this format. `document` is there for formats whose keys alone
  // do not tell (a "data" array whose rows must be looked at).
  bool (*matches)(const Keys& keys, simdjson::dom::object document);
  // Emits the document's spans. Fails with InvalidInput when the document is broken beyond use;
  // spans emitted before that stay.
  Result<> (*read)(simdjson::dom::object document, ReadContext& context);
  Vocabulary vocabulary = Vocabulary::None;
};

// The table, in the order in which they are tried.
std::span<const Source> all_sources();

// At which levels a source's records count; --help and the documentation print it.
struct SourceLevels {
  std::string_view sources;
  std::string_view counts;
};
std::span<const SourceLevels> source_levels();

// The first source that matches, or null.
const Source* detect_source(simdjson::dom::object document);

// Detects and reads; for envelopes whose elements are documents of another format. Fails with
// InvalidInput, naming the keys that were found, when no source matches.
Result<> read_document(simdjson::dom::object document, ReadContext& context);

}  // namespace sonde
