// The progress bar of long work: how much, rate and time left, on standard error.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace sonde {

enum class ProgressUnit : uint8_t { Bytes, Spans };

// Draws only when standard error is a terminal and the work has taken over a second; erases itself.
// Called from one thread.
class ProgressBar {
 public:
  explicit ProgressBar(bool enabled, ProgressUnit unit = ProgressUnit::Bytes);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `total` is 0 when it is not known.
  void update(uint64_t done, uint64_t total);

 private:
  bool enabled_;
  ProgressUnit unit_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// The bar's text for a terminal of `width` columns.
std::string progress_line(uint64_t done, uint64_t total, double seconds, unsigned width,
                          ProgressUnit unit = ProgressUnit::Bytes);

// Columns of the terminal behind `fd`, or 0 when it is none.
unsigned terminal_width(int fd);

}  // namespace sonde
