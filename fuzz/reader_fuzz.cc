// A whole file, plain or compressed, of any layout: read to the end with every record accounted
// for, and the same with one thread as with two.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "dialects/normalize.h"
#include "properties.h"
#include "sources/reader.h"

namespace {

using namespace sonde;

// A file without a name, rewritten for each input.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("sonde-fuzz", 0)) { CHECK(fd_ >= 0); }
  void write(std::string_view bytes) const {
    CHECK(::ftruncate(fd_, 0) == 0);
    CHECK(::pwrite(fd_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  }
  std::string path() const { return fmt::format("/proc/self/fd/{}", fd_); }

 private:
  int fd_;
};

struct Reading {
  std::vector<std::string> spans;
  uint64_t documents = 0;
  uint64_t rejected = 0;
  bool operator==(const Reading&) const = default;
};

Reading read(const std::string& path, size_t threads) {
  static const Normalizer kNormalizer;
  ReadRequest request;
  request.paths = {path};
  request.options.document_bytes_max = 4096;
  request.options.nesting_max = 64;
  request.normalize = [](Span& span) { kNormalizer.apply(span); };
  std::vector<fuzz::Collector> collectors(threads);
  std::vector<SpanSink*> sinks;
  for (fuzz::Collector& collector : collectors) sinks.push_back(&collector);
  const Result<ReadReport> report = read_spans(request, sinks);
  std::vector<Span> spans;
  for (const fuzz::Collector& collector : collectors) {
    for (const Span& span : collector.spans) {
      fuzz::check_span(span);
      spans.push_back(span);
    }
  }
  Reading reading{fuzz::sorted_json(spans), 0, 0};
  if (!report) return reading;
  reading.documents = report->documents;
  reading.rejected = report->rejected;
  uint64_t rejected = 0;
  for (const FileReport& file : report->files) rejected += file.rejected;
  CHECK(rejected == report->rejected);
  CHECK(report->rejects.size() == std::min<uint64_t>(rejected, kRejectsKept));
  for (const Reject& reject : report->rejects) {
    CHECK(reject.line >= 1);
    CHECK(!reject.reason.empty());
  }
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const MemoryFile kFile;
  kFile.write({reinterpret_cast<const char*>(data), size});
  const Reading one = read(kFile.path(), 1);
  // A second thread costs more than the reading: one input in eight.
  if (size % 8 == 0) CHECK(read(kFile.path(), 2) == one);
  return 0;
}
