// Flat message logs: one JSON object a call, in whatever words the program that wrote it chose,
// and the workshop's five-key logs.json. The one reader on the fast path: it walks a record once
// and reads only the fields that are wanted.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/columns.h"
#include "model/span.h"
#include "sources/flat_record.h"
#include "sources/source.h"

namespace sonde {

// What a key of a flat log means; see kFlatRules in flat_rules.cc.
enum class FlatShape : uint8_t {
  Text,        // A string for `field`.
  Prompt,      // Text, or a message array.
  Answer,      // Text or JSON.
  Duration,    // A number for `field`, in `unit`.
  Count,       // A whole number for `field`.
  Money,       // A number or decimal string.
  Time,        // ISO 8601 or an epoch number.
  Success,     // true/false.
  StatusText,  // "success", "error", 200, ...
  ErrorValue,  // null/false/"" or what went wrong.
  Rating,      // like/dislike, thumbs, +1/-1, {"rating": ..}.
  Parameter,   // Becomes a member of `parameters`.
  Parameters,  // A JSON object of parameters.
  Tags,        // An array of strings, or text.
  Document,    // One document's name or id, or an object or list of them.
  Documents,   // The same; a bare number is how many there were, which tells that there were none.
  Foreign,     // A sign that the record may be of another format.
};

struct FlatRule {
  std::string_view key;
  FlatShape shape;
  Field field = Field::Attributes;
  TimeUnit unit = TimeUnit::Infer;  // Of a Duration, where the key's name says it.
  bool workshop = false;            // One of the workshop's five keys.
};

// By key in lower case; null when the key has no meaning here. When two keys of one record claim a
// field, the row further up in the table wins.
const FlatRule* find_flat_rule(std::string_view key);

// A status as text: a word in any case, or an HTTP code. Unknown when it is neither.
Status flat_status_of(std::string_view text);
// What stands in an error field when there was none: "", false, None, ...
bool is_flat_no_error(std::string_view text);

// How a file's response times are to be read.
struct FlatUnits {
  TimeUnit unit = TimeUnit::Infer;  // Infer: not safe to tell; response times stay unknown.
  std::string sentence;             // For the report: what was inferred and from what.
};

// Tells seconds from milliseconds by the values of the sample's records: below 50 at the 90th
// percentile can only be seconds, a median of 300 and more only milliseconds; anything between is
// left unknown, unless most values have decimals. `override` (--time-unit) wins.
FlatUnits infer_flat_units(std::span<const std::string_view> records, TimeUnit override);

enum class FlatOutcome : uint8_t {
  Read,
  OtherFormat,  // Let the other sources look at it first.
  Unknown,      // Too little of a call in it.
};

// One worker's reader. Not thread-safe.
class FlatReader {
 public:
  explicit FlatReader(FieldSet fields, size_t nesting_max = 512);

  // Reads one JSON object of `length` bytes, with SIMDJSON_PADDING readable bytes behind it.
  // `certain`: the other sources have already declined.
  // Fails with InvalidInput on malformed JSON.
  enum class Certainty : uint8_t { Maybe, Certain };
  Result<FlatOutcome> read(const char* data, size_t length, const FlatUnits& units,
                           Certainty certainty, Span& span, Notes& notes, const Location& location);

 private:
  // The key with its closing quote, as it stood in the last record, so that comparing is a few
  // instructions. A longer key is not learned: nothing matches, as in the beginning.
  struct LearnedKey {
    uint64_t text[4] = {1, 0, 0, 0};
    uint64_t mask[4] = {};
    size_t name_size = 0;  // Without the quote.
    const FlatRule* rule = nullptr;
    bool ignored = false;  // Nothing hangs on its value.

    bool matches(const char* raw) const {
      uint64_t seen[4];
      std::memcpy(seen, raw, sizeof(seen));
      uint64_t differ = 0;
      for (size_t i = 0; i < 4; ++i) differ |= (seen[i] & mask[i]) ^ text[i];
      return differ == 0;
    }
  };
  struct Pass;

  const LearnedKey& learn(const char* raw, size_t position);
  bool is_ignored(const FlatRule* rule) const;
  simdjson::error_code apply(const FlatRule& rule, FlatValue value, Pass& pass);
  simdjson::error_code apply_duration(const FlatRule& rule, FlatValue value, Pass& pass);
  simdjson::error_code apply_outcome(const FlatRule& rule, FlatValue value, Pass& pass);
  simdjson::error_code apply_content(const FlatRule& rule, FlatValue value, Pass& pass);
  simdjson::error_code apply_field(const FlatRule& rule, FlatValue value, Pass& pass);
  simdjson::error_code apply_time(const FlatRule& rule, FlatValue value, Pass& pass);
  simdjson::error_code apply_documents(const FlatRule& rule, FlatValue value, Pass& pass);
  simdjson::error_code apply_rating(FlatValue value, Span& span);
  simdjson::error_code apply_parameter(const FlatRule& rule, FlatValue value, Span& span);
  simdjson::error_code keep_attribute(std::string_view name, FlatValue value, Span& span);
  void finish(Pass& pass);

  FieldSet fields_;
  FlatIndex index_;
  std::vector<LearnedKey> learned_;  // By position; the last is for all beyond.
  std::string scratch_;
};

}  // namespace sonde
