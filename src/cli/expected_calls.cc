#include "cli/expected_calls.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>

#include "sources/reader.h"

namespace sonde {
namespace {

constexpr uint64_t kLogBytesMin = 64 << 20;  // A smaller log is read as a whole soon enough.
constexpr uint64_t kCallsMin = 200;          // Fewer say nothing of the rest.

// Counts what the job would count, and stops the reading.
class Beginning final : public SpanSink {
 public:
  Beginning(const Job& job, std::atomic<bool>& stop) : job_(job), stop_(stop) {}
  void add(Span& span) override {
    if ((span.levels & bit(job_.options.level)) == 0) return;
    if (job_.categories) job_.categories->apply(span);
    if (job_.options.where && job_.options.where->evaluate(span) != Truth::True) return;
    bytes_ = std::max(bytes_, span.location.byte);
    if (++calls_ >= kCallsMin) stop_ = true;
  }
  // 0 when there were too few calls.
  double bytes_per_call() const {
    return calls_ < kCallsMin ? 0 : static_cast<double>(bytes_) / static_cast<double>(calls_ - 1);
  }

 private:
  const Job& job_;
  std::atomic<bool>& stop_;
  uint64_t calls_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace

uint64_t expected_calls(const Job& job) {
  uint64_t total = 0;
  uint64_t largest = 0;
  ReadRequest request = job.request;
  request.paths = {""};
  for (const std::string& path : job.request.paths) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return 0;
    const uint64_t size = std::filesystem::file_size(path, error);
    if (error) return 0;
    total += size;
    if (size <= largest) continue;
    largest = size;
    request.paths.front() = path;
  }
  if (total < kLogBytesMin) return 0;
  std::atomic<bool> stop{false};
  request.stop = &stop;
  request.rejects_path.clear();
  Beginning beginning(job, stop);
  SpanSink* const sink = &beginning;
  if (!read_spans(request, {&sink, 1}) || beginning.bytes_per_call() <= 0) return 0;
  return static_cast<uint64_t>(static_cast<double>(total) / beginning.bytes_per_call());
}

}  // namespace sonde
