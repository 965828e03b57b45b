// Turns the rows of one trace (a chat message, its workflow run, the run's nodes) into spans.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sources/dify/directory.h"
#include "sources/dify/row.h"
#include "sources/source.h"

namespace sonde::dify {

// What counts where (settled.md, "Levels"): a basic message is a message and a call; a message that
// a workflow answered is a message only, its model calls being the run's LLM nodes. Such messages
// and runs show the sum of those calls, never the workflow's own total beside it.
//
// One a thread. `directory`, `options` and `sink` must outlive it.
class TraceEmitter {
 public:
  TraceEmitter(const Directory& directory, const ReadOptions& options, SpanSink& sink)
      : directory_(directory), options_(options), sink_(sink) {}

  // `rows` are serialized rows of one trace, sorted by kind, id and falling rank.
  void emit(std::span<const std::string_view> rows);

  Notes& notes() { return notes_; }
  uint64_t excluded() const { return excluded_; }
  uint64_t emitted() const { return emitted_; }
  // Feedback that found its message.
  uint64_t feedback_count() const { return feedback_count_; }

 private:
  void load(std::span<const std::string_view> rows);
  Row& next_row();
  void share_identity();
  void resolve_message(Row& message);
  void apply_config(const Config& config, Row& message) const;
  void finish_message(Row& message);
  void finish_run(Row& run);
  void finish_node(Row& node);
  void attach_feedback();
  void share_documents();
  void emit_row(Row& row);

  const Directory& directory_;
  const ReadOptions& options_;
  SpanSink& sink_;
  Notes notes_;
  uint64_t excluded_ = 0;
  uint64_t emitted_ = 0;
  uint64_t feedback_count_ = 0;

  std::vector<Row> pool_;  // Rows keep their memory from trace to trace.
  size_t pool_used_ = 0;
  std::vector<Row*> messages_;
  std::vector<Row*> runs_;
  std::vector<Row*> nodes_;
  std::string trace_id_;
};

}  // namespace sonde::dify
