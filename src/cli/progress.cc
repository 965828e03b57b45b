#include "cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace sonde {
namespace {

std::string bytes(double count) {
  constexpr const char* kUnits[] = {"B", "KB", "MB", "GB", "TB"};
  size_t unit = 0;
  while (count >= 999.5 && unit + 1 < std::size(kUnits)) {
    count /= 1000;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", count, unit > 1 ? 1 : 0, kUnits[unit]);
}

std::string spans(double count) {
  if (count < 9999.5) return fmt::format("{:.0f} spans", count);
  return count < 999'950 ? fmt::format("{:.0f}k spans", count / 1e3)
                         : fmt::format("{:.1f}M spans", count / 1e6);
}

}  // namespace

unsigned terminal_width(int fd) {
  struct winsize size {};
  if (::isatty(fd) == 0) return 0;
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string progress_line(uint64_t done, uint64_t total, double seconds, unsigned width,
                          ProgressUnit unit) {
  const auto amount = unit == ProgressUnit::Bytes ? bytes : spans;
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string text = amount(static_cast<double>(done));
  if (total > 0) text += " of " + amount(static_cast<double>(total));
  text += fmt::format(", {}/s", amount(rate));
  if (total > done && rate > 0) {
    const auto left = std::llround(static_cast<double>(total - done) / rate);
    text += left >= 60 ? fmt::format(", {} m {:02} s left", left / 60, left % 60)
                       : fmt::format(", {} s left", left);
  }
  if (total == 0 || width < text.size() + 16) return text.substr(0, width);
  const size_t bar = std::min<size_t>(40, width - text.size() - 4);
  const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<size_t>(share * static_cast<double>(bar));
  return "[" + std::string(filled, '=') + std::string(bar - filled, ' ') + "] " + text;
}

ProgressBar::ProgressBar(bool enabled, ProgressUnit unit)
    : enabled_(enabled && ::isatty(STDERR_FILENO) != 0), unit_(unit) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::update(uint64_t done, uint64_t total) {
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (!enabled_ || seconds < 1) return;
  const unsigned width = terminal_width(STDERR_FILENO);
  std::fputs(("\r" + progress_line(done, total, seconds, width - 1, unit_) + "\x1b[K").c_str(),
             stderr);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace sonde
