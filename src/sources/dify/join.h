// Joins the rows of Dify's tables and pages into spans, whatever the order of files and rows: a
// chat message with its workflow run, the run with its node executions, all of them with feedback,
// conversation, prompt version and app name.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sources/dify/directory.h"
#include "sources/dify/partitions.h"
#include "sources/dify/row.h"
#include "sources/source.h"

namespace sonde {

// put() and directory().add...() are safe from any thread; finish() is called once, after them.
//
// Memory is bounded by ReadOptions::memory_bytes_max: beyond it rows go to a temporary file, split
// by trace. The directory (names, feedback, message -> run: about 50 bytes a chat message) stays in
// memory and counts towards the bound.
class DifyJoin {
 public:
  // `options` must outlive the join.
  explicit DifyJoin(const ReadOptions& options) : options_(options) {}

  // Fails with InvalidInput when the row has no id, with Unavailable when it cannot be spilled.
  Result<> put(const dify::Row& row);
  dify::Directory& directory() { return directory_; }

  // Emits every span, from as many threads as there are sinks (at least one). Each set of sinks
  // gets the same set of spans; how they are spread and ordered differs.
  //
  // A row that was read twice counts once, and a note says so. Adds to `excluded` the spans left
  // out because they were started from the editor.
  Result<> finish(std::span<SpanSink* const> sinks, Notes& notes, uint64_t& excluded);

 private:
  Result<> place_untold();

  const ReadOptions& options_;
  dify::Directory directory_;
  dify::Partitions rows_;
  dify::Partitions untold_;  // Messages whose run, if any, other rows must tell.
};

}  // namespace sonde
