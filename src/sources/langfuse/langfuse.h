// Langfuse: traces exported from its UI or read from its API ({"trace", "observations"}, a trace
// with its observations, {"data": [...]}), single observation rows, and ingestion batches
// ({"batch": [{"type", "body"}]}), whose events are merged within one document. A body without an
// id has its event's; Dify sends such.
//
// Every trace becomes a span of its own at Level::Run, the parent of its root observations, which
// inherit its user, session, tags and release. Observations come out raw: their contents are in
// Span::attributes under the keys of the Langfuse dialect. A generation that holds another
// generation repeats it, and one with neither content nor usage records only a moment: both are
// marked as no call. Scores go to the sink, and to the spans that they judge.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sources/source.h"

namespace sonde {

extern const Source kLangfuseTrace;
extern const Source kLangfuseRows;
extern const Source kLangfuseBatch;

// An event of an ingestion batch, and what is wrong with it.
struct LangfuseEvent {
  std::string id;     // Empty when it has none.
  std::string error;  // Why it is not read; empty when it is.
};

// The events of {"batch": [...]}, in order: which of them kLangfuseBatch reads. Fails with
// InvalidInput when there is no such array.
Result<std::vector<LangfuseEvent>> list_langfuse_events(simdjson::dom::object document);

// The three, in the order in which they are to be tried.
std::span<const Source* const> langfuse_sources();

}  // namespace sonde
