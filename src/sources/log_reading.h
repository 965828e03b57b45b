// For tests: reads text the way the program reads a file, and keeps what came out.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/span_json.h"
#include "sources/reader.h"

namespace sonde {

// A file that lives as long as the object.
class LogFile {
 public:
  explicit LogFile(std::string_view bytes) {
    static int number = 0;
    path_ =
        testing::TempDir() + "sonde-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~LogFile() { std::remove(path_.c_str()); }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct LogReading {
  std::vector<Span> spans;         // One thread: in file order.
  std::vector<std::string> lines;  // The spans as JSON, sorted.
  ReadReport report;
  std::string error;  // Why nothing could be read.
};

class LogSink final : public SpanSink {
 public:
  void add(Span& span) override { spans.push_back(span); }
  std::vector<Span> spans;
};

inline LogReading read_log_with(const ReadRequest& request, unsigned threads = 1) {
  std::vector<LogSink> kept(threads);
  std::vector<SpanSink*> sinks;
  for (LogSink& sink : kept) sinks.push_back(&sink);
  ReadRequest own = request;
  if (!own.normalize) own.normalize = [](Span&) {};
  Result<ReadReport> report = read_spans(own, sinks);
  LogReading reading;
  if (report) {
    reading.report = *std::move(report);
  } else {
    reading.error = report.error().message;
  }
  for (LogSink& sink : kept) {
    for (Span& span : sink.spans) {
      reading.lines.push_back(to_json(span));
      reading.spans.push_back(std::move(span));
    }
  }
  std::sort(reading.lines.begin(), reading.lines.end());
  return reading;
}

inline LogReading read_log_file(const std::string& path, unsigned threads = 1,
                                const ReadOptions& options = {}) {
  ReadRequest request;
  request.paths = {path};
  request.options = options;
  return read_log_with(request, threads);
}

inline LogReading read_log(std::string_view text, unsigned threads = 1,
                           const ReadOptions& options = {}) {
  const LogFile file(text);
  return read_log_file(file.path(), threads, options);
}

}  // namespace sonde
