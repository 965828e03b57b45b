#include "sources/phoenix/annotations.h"

#include <algorithm>

#include "sources/value.h"

namespace sonde {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

namespace {

bool is_annotation(object row) {
  return row.at_key("name").is_string() && row.at_key("annotator_kind").is_string() &&
         row.at_key("result").error() == simdjson::SUCCESS;
}

bool matches_annotations(const Keys& keys, object document) {
  object first;
  return keys.has("data") &&
         document.at_pointer("/data/0").get_object().get(first) == simdjson::SUCCESS &&
         is_annotation(first);
}

Score score_of(object row) {
  Score score;
  score.trace_id = text_of(row, "trace_id");
  score.span_id = text_of(row, "span_id");
  score.session_id = text_of(row, "session_id");
  score.name = text_of(row, "name");
  score.source = text_of(row, "annotator_kind");
  std::transform(score.source.begin(), score.source.end(), score.source.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  object result;
  if (row.at_key("result").get_object().get(result) == simdjson::SUCCESS) {
    score.value = number_of(result, "score");
    score.label = text_of(result, "label");
    score.comment = text_of(result, "explanation");
  }
  // Phoenix replaces an annotation of the same target, name and identifier.
  score.id = score.span_id + score.trace_id + score.session_id + "/" + score.name + "/" +
             text_of(row, "identifier");
  score.time = time_of(row, "updated_at");
  return score;
}

Result<> read_annotations(object document, ReadContext& context) {
  array rows;
  if (document.at_key("data").get_array().get(rows) != simdjson::SUCCESS) return {};
  for (const element row : rows) {
    object annotation;
    if (row.get_object().get(annotation) != simdjson::SUCCESS || !is_annotation(annotation)) {
      ++context.unmatched;
      continue;
    }
    context.sink.add_score(score_of(annotation));
    if (context.options.strays == Strays::Emit) continue;
    add_note(context.notes, "scores whose trace is not in the same document", context.location);
    ++context.excluded;
  }
  return {};
}

}  // namespace

constinit const Source kPhoenixAnnotations{
    .name = "phoenix-annotations",
    .title = "Phoenix annotations of spans, traces and sessions",
    .matches = matches_annotations,
    .read = read_annotations,
};

}  // namespace sonde
