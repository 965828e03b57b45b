// Reads log files into canonical spans: opens, cuts, detects, parses and joins, on several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "sources/source.h"

namespace sonde {

// A record that was not understood. Nothing else of its file is lost.
struct Reject {
  uint32_t file = 0;  // Index into ReadReport::files.
  uint64_t line = 0;  // From 1; of its first byte.
  uint64_t byte = 0;  // From 0, in the decompressed file.
  std::string reason;
};

struct FileReport {
  std::string path;
  std::map<std::string, uint64_t, std::less<>> sources;  // Documents read, by source name.
  uint64_t documents = 0;
  uint64_t rejected = 0;
  std::string unit_note;  // What was inferred about response times; empty when nothing was.
  std::string error;      // Why the file was not read to its end; empty when it was.
};

struct ReadReport {
  std::vector<FileReport> files;
  std::vector<Reject> rejects;                     // The first kRejectsKept, by file and position.
  uint64_t rejected = 0;                           // All of them.
  std::map<std::string, uint64_t> reject_reasons;  // All of them, by reason.
  uint64_t excluded = 0;                           // Spans left out on purpose.
  uint64_t documents = 0;
  Notes notes;
};
inline constexpr size_t kRejectsKept = 1000;

// Applied to every span of a source that carries a vocabulary, before the sink sees it.
using Normalize = std::function<void(Span&)>;

struct ReadRequest {
  std::vector<std::string> paths;  // From expand_inputs().
  ReadOptions options;
  Normalize normalize;       // Thread-safe.
  std::string rejects_path;  // --rejects: every rejected record as a JSON line; empty: none.
  // Set from another thread (Ctrl-C): reading stops at the next document.
  const std::atomic<bool>* stop = nullptr;
  // Called about ten times a second from a thread of its own with (bytes done, bytes in all or 0).
  std::function<void(uint64_t, uint64_t)> progress;
};

// Reads everything with one thread a sink. A file that cannot be opened or is damaged is named in
// its FileReport and the rest is read. Fails only when nothing could be read at all, or on an
// internal limit; InvalidInput then says for each file what is missing.
Result<ReadReport> read_spans(const ReadRequest& request, std::span<SpanSink* const> sinks);

}  // namespace sonde
