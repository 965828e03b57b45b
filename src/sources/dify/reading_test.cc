#include "sources/dify/reading_test.h"

#include <gtest/gtest.h>

#include "model/columns.h"
#include "sources/dify/sources.h"

namespace sonde::dify {
namespace {

constexpr const Source* kSources[] = {
    &kDifyMessages,
    &kDifyChatMessages,
    &kDifyServiceMessages,
    &kDifyExportMessages,
    &kDifyNodeExecutions,
    &kDifyConsoleNodeExecutions,
    &kDifyWorkflowRuns,
    &kDifyConsoleWorkflowRuns,
    &kDifyWorkflowLogs,
    &kDifyWorkflowAppLogs,
    &kDifyFeedbacks,
    &kDifyFeedbackRows,
    &kDifyFeedbackExport,
    &kDifyConversations,
    &kDifyConsoleConversations,
    &kDifyAppModelConfigs,
    &kDifyWorkflows,
    &kDifyApps,
    &kDifyEndUsers,
    &kDifyOffloads,
    &kDifyPassedOver,
    &kDifyPage,
};

const Source* find_source(simdjson::dom::object document) {
  Keys keys;
  keys.assign(document);
  for (const Source* const source : kSources) {
    if (source->matches(keys, document)) return source;
  }
  return nullptr;
}

std::string to_text(const std::string& value) { return value; }
std::string to_text(std::optional<int64_t> value) { return value ? std::to_string(*value) : ""; }
std::string to_text(std::optional<bool> value) { return value ? (*value ? "yes" : "no") : ""; }
std::string to_text(Kind value) { return std::string(to_string(value)); }
std::string to_text(Status value) { return std::string(to_string(value)); }

}  // namespace

const Span& Outcome::at(const std::string& id) const {
  static const Span none;
  const auto found = spans.find(id);
  EXPECT_NE(found, spans.end()) << "no span " << id;
  return found == spans.end() ? none : found->second;
}

bool Outcome::has_note(std::string_view part) const {
  for (const auto& [sentence, note] : notes) {
    if (sentence.find(part) != std::string::npos) return true;
  }
  return false;
}

Outcome read_all(const std::vector<std::string>& documents, const ReadOptions& options,
                 size_t sink_count) {
  Outcome outcome;
  DifyJoin join(options);
  std::vector<CollectingSink> sinks(sink_count);
  uint64_t byte = 0;
  for (const std::string& text : documents) {
    simdjson::dom::parser parser;
    simdjson::dom::object document;
    if (parser.parse(text).get_object().get(document) != simdjson::SUCCESS) {
      ADD_FAILURE() << "no JSON object: " << text;
      continue;
    }
    ReadContext context{options, sinks[0], outcome.notes, join, Location{0, byte}, text, 0, 0, {}};
    byte += text.size() + 1;
    const Source* const source = find_source(document);
    if (source == nullptr) {
      outcome.errors.push_back("not recognized");
      continue;
    }
    const Result<> read = source->read(document, context);
    if (!read) outcome.errors.push_back(read.error().message);
    outcome.excluded += context.excluded;
    outcome.unmatched += context.unmatched;
  }
  std::vector<SpanSink*> pointers;
  for (CollectingSink& sink : sinks) pointers.push_back(&sink);
  const Result<> finished = join.finish(pointers, outcome.notes, outcome.excluded);
  EXPECT_TRUE(finished) << finished.error().message;
  for (const CollectingSink& sink : sinks) {
    for (const Span& span : sink.spans) {
      ++outcome.emitted;
      outcome.spans[span.span_id] = span;
    }
  }
  return outcome;
}

std::string_view source_name(const std::string& document) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(document).get_object().get(object) != simdjson::SUCCESS) return "";
  const Source* const source = find_source(object);
  return source == nullptr ? "" : source->name;
}

std::string describe(const Span& span) {
  std::string text;
  for (const Column& column : span_columns()) {
    text += std::string(column.name) + "=";
    text += std::visit([&](auto pointer) { return to_text(span.*pointer); }, column.member);
    text += '\n';
  }
  for (const Attribute& attribute : span.attributes) {
    text += attribute.key + ": " + attribute.value + '\n';
  }
  return text + std::to_string(span.levels) + (span.content_truncated ? " truncated" : "");
}

}  // namespace sonde::dify
