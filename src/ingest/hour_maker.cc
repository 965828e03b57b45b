#include "ingest/hour_maker.h"

#include <fmt/format.h>

#include "base/time.h"
#include "store/hours.h"

namespace sonde {

HourMaker::HourMaker(History& history, Times times)
    : history_(history),
      times_(times),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void HourMaker::run(const std::stop_token& stop) {
  std::string said;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, times_.pause, [] { return false; });
    }
    if (stop.stop_requested()) return;
    const Result<> made = make();
    const std::string error = made ? std::string() : made.error().message;
    if (!error.empty() && error != said)
      fmt::print(stderr, "sonde: the sums by the hour cannot be made: {}\n", error);
    said = error;
  }
}

Result<> HourMaker::make() {
  const std::vector<std::string> projects = TRY(history_.catalog().projects());
  const auto unchanged_since = static_cast<uint64_t>(now_micros() - times_.quiet.count());
  for (const std::string& project : projects) {
    const uint64_t number = history_.number_of_written();
    TRY(make_hours(history_.store(), project, number, unchanged_since));
  }
  return {};
}

}  // namespace sonde
