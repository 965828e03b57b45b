// What several events said about one span, as one row. The rules are Langfuse's: fields that are
// said again change, tags and metadata are gathered, the beginning of a span never changes.
#pragma once

#include <string_view>

#include "model/columns.h"
#include "store/filed_span.h"

namespace sonde {

// Attributes that are a point in time, and the field that is the time to it from the span's start.
struct InstantField {
  std::string_view attribute;
  Field field;
};
inline constexpr InstantField kInstants[] = {
    {"langfuse.observation.completion_start_time", Field::TimeToFirstToken},
    {"langfuse.observation.end_time", Field::Duration},
};

// A row that one event makes: a span as a source read it, with when that was said: when it ended,
// where that is known, else when it started, else 0, which is before everything.
FiledSpan row_of_event(Span span);

// Merges `other`, the same span by its keys, into `row`. True when that changed anything; merging
// the same again changes nothing. Version and filed_at stay as they are in `row`.
//
// The result does not depend on the order of events, whether they are merged one by one or in
// groups:
// - a field is what the latest event that had it said; of two events at one time, the longer or
//   greater value, and of statuses the one that is final;
// - environment is what the first event that had it said; start_time the earliest;
// - levels and content_truncated are gathered; so are tags, then in order of the alphabet;
// - input and output bring their form, cost its currency and origin;
// - an end, or a first token, that was said without a start (kInstants) stays an attribute; with
// the
//   earliest start it gives duration and time_to_first_token, whatever else said those;
// - attributes are fields of their own, then in order of their keys. Two JSON objects are merged
//   key by key, however deep, each key from the later of the two: here alone a third event that
//   comes late, and says again what both of the others did, is taken as old as the attribute it is
//   in.
// Nothing, and an empty object, never replaces something.
bool merge_into(FiledSpan& row, const FiledSpan& other);

}  // namespace sonde
